"""Cached ways from a dataset's id to what the pages draw. Nothing here decodes or embeds."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import streamlit as st

from pages.ui.parameters import Parameters
from pages.ui.session import data_dir, datasets
from seqsel_core.checks import Checks, check_frames
from seqsel_core.choice import Choice
from seqsel_core.config import Config, CorruptnessCheck
from seqsel_core.dataset import Dataset
from seqsel_core.engine import candidate_mask
from seqsel_core.jobs.kinds import MAPS
from seqsel_core.opening import open_dataset
from seqsel_core.project.map_set import MapSet, stored_maps
from seqsel_core.select.kcenter import KCenter
from seqsel_core.select.selection import Selection, nested, select_sequences
from seqsel_core.sequences import Sequences, cut, pool
from seqsel_core.store.datasets import DatasetRecord
from seqsel_core.store.shards import ShardStore


@dataclass(frozen=True)
class Pool:
    """The sequences of a dataset at one length.

    Attributes:
        sequences: S of them.
        points: Representations, shape (S, D), float32.
    """

    sequences: Sequences
    points: npt.NDArray[np.float32]


class SharedOrder:
    """A k-center order that several sessions extend, one at a time."""

    def __init__(self, greedy: KCenter) -> None:
        """Share an order."""
        self._greedy = greedy
        self._lock = threading.Lock()

    def first(self, count: int, min_distance: float) -> Selection:
        """Return the selection of the first `count` picks."""
        with self._lock:
            return nested(self._greedy, count, min_distance)


def load_dataset(record: DatasetRecord, *, partial: bool = False) -> Dataset | None:
    """Return a dataset that is ready, or None.

    Args:
        record: Which.
        partial: Do with the videos that are embedded, though others are not.

    Raises:
        StoreError: What is stored is damaged.
    """
    stamp = datasets().listing_stamp(record.id)
    if not stamp:
        return None
    dataset = _dataset(str(data_dir()), record.id, stamp)
    if dataset is None:
        _dataset.clear(str(data_dir()), record.id, stamp)  # look again next time
        listing = datasets().listing(record.id) if partial else None
        if listing is not None:
            dataset = open_dataset(ShardStore(data_dir()), record, listing, partial=True)
    return dataset


def load_pool(dataset: Dataset, length: int) -> Pool:
    """Return the sequences of a length and their representations."""
    return _pool(dataset.key, length, dataset)


def load_checks(dataset: Dataset) -> Checks:
    """Return the corrupt and the duplicate frames."""
    return _checks(dataset.key, dataset)


def load_candidates(
    dataset: Dataset, length: int, corrupt: bool, duplicates: bool
) -> npt.NDArray[np.bool_]:
    """Return which sequences may be selected, shape (S,)."""
    return candidate_mask(
        load_pool(dataset, length).sequences,
        load_checks(dataset),
        enable_corruptness_check=corrupt,
        remove_exact_duplicates=duplicates,
    )


def load_selection(dataset: Dataset, values: Parameters) -> Selection:
    """Return the selection, computing only picks that nobody asked for before."""
    least = values.min_distance or -1.0
    if values.method == "random":
        return select_sequences(
            load_pool(dataset, values.length).points,
            load_candidates(dataset, values.length, values.corrupt, values.duplicates),
            method=values.method,
            count=values.n_sequences,
            min_distance=least,
        )
    order = _order(dataset.key, values.length, values.corrupt, values.duplicates, dataset)
    return order.first(values.n_sequences, least)


def load_choice(dataset: Dataset, values: Parameters) -> Choice:
    """Return the selection with all that led to it."""
    chosen = load_pool(dataset, values.length)
    selection = load_selection(dataset, values)
    return Choice(
        dataset=dataset,
        config=Config.from_overrides(values.overrides()),
        sequences=chosen.sequences,
        representations=chosen.points,
        candidates=load_candidates(dataset, values.length, values.corrupt, values.duplicates),
        checks=load_checks(dataset),
        selection=selection,
        warnings=dataset.warnings,
    )


def load_maps(dataset: Dataset) -> MapSet:
    """Return the maps that are stored by now."""
    sizes = tuple(len(video.frames) for video in dataset.videos)
    maps = _maps(str(data_dir()), dataset.key, sizes)
    if len(maps.coordinates) < len(MAPS):
        _maps.clear(str(data_dir()), dataset.key, sizes)
    return maps


@st.cache_resource(max_entries=8, show_spinner=False)
def _dataset(directory: str, dataset_id: str, stamp: int) -> Dataset | None:
    record = datasets().get(dataset_id)
    listing = datasets().listing(dataset_id)
    if record is None or listing is None:
        return None
    return open_dataset(ShardStore(Path(directory)), record, listing)


@st.cache_resource(max_entries=3, show_spinner="Averaging the frames of every sequence")
def _pool(key: str, length: int, _dataset: Dataset) -> Pool:
    sequences = cut(_dataset.frame_indices, length)
    return Pool(sequences, pool(_dataset.embeddings, sequences))


@st.cache_resource(max_entries=8, show_spinner=False)
def _checks(key: str, _dataset: Dataset) -> Checks:
    threshold = CorruptnessCheck().corruption_threshold
    return check_frames([video.frames for video in _dataset.videos], threshold)


@st.cache_resource(max_entries=4, show_spinner=False)
def _order(
    key: str, length: int, corrupt: bool, duplicates: bool, _dataset: Dataset
) -> SharedOrder:
    candidates = load_candidates(_dataset, length, corrupt, duplicates)
    return SharedOrder(KCenter(load_pool(_dataset, length).points, candidates))


@st.cache_resource(max_entries=8, show_spinner=False)
def _maps(directory: str, key: str, sizes: tuple[int, ...]) -> MapSet:
    return stored_maps(sizes, MAPS, Path(directory), key)
