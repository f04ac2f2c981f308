"""Cached ways from a dataset's id to what the pages draw. Nothing here decodes or embeds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import streamlit as st

from pages.ui import ahead
from pages.ui.kept import kept
from pages.ui.parameters import Parameters, spans
from pages.ui.session import data_dir, datasets
from pages.ui.shared_order import SharedOrder
from seqsel_core import room
from seqsel_core.checks import Checks, check_frames
from seqsel_core.choice import Choice
from seqsel_core.choosing import Cut, Pool, choice_of, cut_up, order_in, pool_of
from seqsel_core.config import Config
from seqsel_core.cuts import cuts_in
from seqsel_core.dataset import Dataset
from seqsel_core.evaluate.judge import Judge, Verdict
from seqsel_core.evaluate.neighbours import nearest
from seqsel_core.jobs.kinds import MAPS
from seqsel_core.opening import open_dataset
from seqsel_core.option_groups import CorruptnessCheck
from seqsel_core.project.map_set import MapSet, stored_maps
from seqsel_core.select.selection import Selection
from seqsel_core.sequences import Sequences
from seqsel_core.store.datasets import DatasetRecord
from seqsel_core.store.shards import ShardStore
from seqsel_core.wishes import describe

_MANY = 50_000  # sequences of which no second cut is kept
_SEARCH = 500  # sequences whose nearest other one is searched
_LEAST_CURVE = 40  # picks that the curve of the covering radius shows at least


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


def load_pool(dataset: Dataset, values: Parameters) -> Pool:
    """Return what can be selected, whatever the number of samples.

    Raises:
        SeqselError: Nothing can be, or the values contradict each other.
    """
    return _pool(_key(dataset, of_pool(values)), of_pool(values), dataset)


def load_sequences(dataset: Dataset, values: Parameters) -> Sequences:
    """Return all sequences, whether they may be selected or not.

    Raises:
        SeqselError: There is none of that length.
    """
    return _cut(_key(dataset, _of_cut(values)), _of_cut(values), dataset).sequences


def run_options(dataset: Dataset, values: Parameters) -> dict[str, object]:
    """Return the options of the engine that the values mean on this dataset."""
    ids = [video.video_id for video in dataset.videos]
    steering = {
        name: ",".join(describe(dataset, span) for span in spans(text, ids))
        for name, text in (("pinned", values.pinned), ("rejected", values.rejected))
    }
    return {**values.overrides(), **{name: text for name, text in steering.items() if text}}


def load_checks(dataset: Dataset) -> Checks:
    """Return what is wrong with which frames."""
    return _checks(dataset.key, dataset)


def load_selection(dataset: Dataset, values: Parameters) -> Selection:
    """Return the selection, computing only picks that nobody asked for before.

    Raises:
        SeqselError: As `load_pool`.
    """
    least = values.min_distance or -1.0
    return _shared_order(dataset, values).first(values.n_sequences, least)


def think_ahead(dataset: Dataset, values: Parameters, verdict: Verdict | None) -> None:
    """Prepare in the background for the next move: the page is drawn, people look at it.

    Args:
        dataset: The videos.
        values: What is selected now, and how.
        verdict: On what is selected; None: nothing is.
    """
    order, cuts = _shared_order(dataset, values), load_cuts(dataset)
    ahead.begin(f"cuts of {dataset.key}", cuts.think_ahead)
    key = _key(dataset, values)
    if verdict is not None:
        judge = load_judge(dataset, values)
        ahead.begin(f"judge of {key}", lambda: judge.look_ahead(verdict))
    ahead.begin("room", room.prepare)
    ahead.begin(f"order of {key}", lambda: order.think_ahead(values.n_sequences))


def load_nearest(
    dataset: Dataset, values: Parameters, selection: Selection
) -> npt.NDArray[np.float32]:
    """Return the distance of every sequence to the nearest selected one, shape (S,).

    All zero where nothing is selected.
    """
    if not len(selection):
        return np.zeros(len(load_pool(dataset, values).cut.points), np.float32)
    return _shared_order(dataset, values).nearest(len(selection))


def load_judge(dataset: Dataset, values: Parameters) -> Judge:
    """Return what judges selections against random ones."""
    return _judge(_key(dataset, of_pool(values)), of_pool(values), dataset)


def of_pool(values: Parameters) -> Parameters:
    """Return the values with those at their defaults that do not change what may be selected."""
    same = replace(values, method=Parameters.method, balance=Parameters.balance, min_distance=0.0)
    return same if values.even_over else replace(same, n_samples=values.length)


def load_radii(dataset: Dataset, values: Parameters) -> npt.NDArray[np.float32]:
    """Return the covering radius after each pick, beyond those that are selected, shape (K,)."""
    count = max(_LEAST_CURVE, 2 * values.n_sequences)
    return load_selection(dataset, replace(values, n_samples=count * values.length)).radii


def load_random_distances(dataset: Dataset, values: Parameters) -> npt.NDArray[np.float64]:
    """Return the distance of every candidate to the nearest of as many random ones."""
    pool = load_pool(dataset, values)
    candidates = np.flatnonzero(pool.candidates)
    return nearest(pool.cut.points, candidates, _random(candidates, values.n_sequences))[0]


def load_within(
    dataset: Dataset, values: Parameters, selection: Selection
) -> dict[str, npt.NDArray[np.float64]]:
    """Return the distance of sequences to the nearest other one of the same set.

    Of 'input' (all that can be selected; 500 of them search), as many 'random' ones as are
    selected, and the 'selected' ones; empty where these are fewer than two.
    """
    pool = load_pool(dataset, values)
    candidates = np.flatnonzero(pool.candidates)
    if len(selection) < 2:
        return {}
    of_input = _within_input(_key(dataset, of_pool(values)), of_pool(values), dataset)
    sets = {"random": _random(candidates, len(selection)), "selected": selection.order}
    return {"input": of_input} | {
        name: nearest(pool.cut.points, among, among, exclude_self=True)[0]
        for name, among in sets.items()
    }


def _random(candidates: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    return np.random.default_rng(0).choice(candidates, min(count, len(candidates)), replace=False)


class VideoCuts(dict[int, npt.NDArray[np.int64]]):
    """For every video the indices of the frames that begin a new shot, found when asked for."""

    def __init__(self, dataset: Dataset) -> None:
        """Find none yet."""
        super().__init__()
        self._dataset = dataset

    def __missing__(self, video: int) -> npt.NDArray[np.int64]:
        found = self[video] = cuts_in(self._dataset, video)
        return found

    def think_ahead(self) -> Iterator[None]:
        """Look through all, one with every step: lanes change at every move."""
        for video in range(len(self._dataset.videos)):
            if video not in self:
                _ = self[video]
                yield


def load_cuts(dataset: Dataset) -> VideoCuts:
    """Return for every video the indices of the frames that begin a new shot."""
    return _cuts(dataset.key, dataset)


def load_choice(dataset: Dataset, values: Parameters) -> Choice:
    """Return the selection with all that led to it.

    Raises:
        SeqselError: As `load_pool`.
    """
    selection = load_selection(dataset, values)
    return choice_of(dataset, _config(values), load_pool(dataset, values), selection)


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


def _key(dataset: Dataset, values: Parameters) -> str:
    """Return what tells this from all others in a cache; texts are quickest to look up."""
    return f"{dataset.key}/{values}"


def _config(values: Parameters) -> Config:
    return Config.from_overrides(values.overrides())


def _shared_order(dataset: Dataset, values: Parameters) -> SharedOrder:
    own = _of_order(values)
    return _order(_key(dataset, own), own, dataset)


def _of_cut(values: Parameters) -> Parameters:
    """Return the values with those at their defaults that the cut does not depend on."""
    names = ("length", "stride", "remainder", "avoid_cuts", "representation")
    return Parameters(**{name: getattr(values, name) for name in names})


def _pool_config(values: Parameters) -> Config:
    """Return the options of a pool; n_samples is off, but where it is shared out over groups."""
    config = _config(values)
    if not values.even_over:
        config.stopping_condition.n_samples = -1
    return config


def _of_order(values: Parameters) -> Parameters:
    """Return the values with those at their defaults that the order does not depend on."""
    order = values
    if values.method == "coreset":  # distances fall along it: any least distance ends it later
        order = replace(order, min_distance=0.0)
    if values.method != "balanced":
        order = replace(order, balance=Parameters.balance)
    if values.even_over or values.method == "coreset-medoid":
        return order
    return replace(order, n_samples=values.length)


@kept(lambda cut: cut.points.nbytes, "Averaging the frames of every sequence")
def _cut(key: str, _values: Parameters, _dataset: Dataset) -> Cut:
    if _dataset.n_frames // _values.length > _MANY:  # half a gigabyte: one at a time
        for cached in (_order, _judge, _pool, _cut):
            cached.clear()
        ahead.forget()
    return cut_up(_dataset, _config(_values))


@kept(lambda pool: pool.cut.points.nbytes)
def _pool(key: str, _values: Parameters, _dataset: Dataset) -> Pool:
    ids = [video.video_id for video in _dataset.videos]
    return pool_of(
        _dataset,
        _pool_config(_values),
        _cut(_key(_dataset, _of_cut(_values)), _of_cut(_values), _dataset),
        checks=load_checks(_dataset),
        pinned=spans(_values.pinned, ids),
        rejected=spans(_values.rejected, ids),
    )


@kept(lambda judge: judge.n_bytes)
def _judge(key: str, _values: Parameters, _dataset: Dataset) -> Judge:
    pool = load_pool(_dataset, _values)
    return Judge(pool.cut.points, pool.candidates, pool.cut.sequences.video)


@kept(lambda distances: distances.nbytes)
def _within_input(key: str, _values: Parameters, _dataset: Dataset) -> npt.NDArray[np.float64]:
    pool = load_pool(_dataset, _values)
    candidates = np.flatnonzero(pool.candidates)
    few = (
        np.linspace(0, len(candidates) - 1, min(_SEARCH, len(candidates))).round().astype(np.int64)
    )
    return nearest(pool.cut.points, candidates[few], candidates, exclude_self=True)[0]


@st.cache_resource(max_entries=8, show_spinner=False)
def _cuts(key: str, _dataset: Dataset) -> VideoCuts:
    return VideoCuts(_dataset)


@st.cache_resource(max_entries=8, show_spinner=False)
def _checks(key: str, _dataset: Dataset) -> Checks:
    threshold = CorruptnessCheck().corruption_threshold
    return check_frames([video.frames for video in _dataset.videos], threshold)


@kept(lambda order: order.n_bytes, "Selecting")
def _order(key: str, _values: Parameters, _dataset: Dataset) -> SharedOrder:
    pool = load_pool(_dataset, _values)
    if _values.method == "coreset-medoid":  # it is made for one number of picks
        pool = replace(pool, count=_values.n_sequences)
    return SharedOrder(order_in(pool, _config(_values)), pool.cut.points)


@st.cache_resource(max_entries=8, show_spinner=False)
def _maps(directory: str, key: str, _sizes: tuple[int, ...]) -> MapSet:
    return stored_maps(_sizes, MAPS, Path(directory), key)
