"""What a datapool says about the sequences of a dataset: which count as already selected."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from seqsel_core.choice import Choice
from seqsel_core.config import Config
from seqsel_core.dataset import Dataset
from seqsel_core.errors import ConfigError
from seqsel_core.sequences import IntArray, Sequences, SequenceSpan
from seqsel_core.store.datapool import Datapool, PoolContent
from seqsel_core.wishes import places_of


def load_earlier(dataset: Dataset, config: Config) -> PoolContent:
    """Return what was selected before; nothing where no datapool is named.

    Raises:
        ConfigError: The datapool was filled with another encoder or representation.
        StoreError: Its file is damaged.
    """
    if not config.datapool.name:
        return PoolContent()
    datapool = Datapool(config.resolved_data_dir(), config.datapool.name)
    return datapool.load(_space(dataset, config))


def selected_before(
    dataset: Dataset, sequences: Sequences, earlier: PoolContent, apart: int | None = None
) -> npt.NDArray[np.bool_]:
    """Return which sequences were selected before, or lie too near to one that was, shape (S,).

    Args:
        dataset: The videos.
        sequences: All sequences.
        earlier: What was selected before, also with another length.
        apart: Least number of frames between two selected sequences; None: only the very
            same sequence was selected before.
    """
    places = places_of(sequences)
    before = np.zeros(len(sequences), np.bool_)
    for span in _spans(dataset, earlier):
        near = places.within(span.video, span.start - (apart or 0), span.stop + (apart or 0))
        if apart is None:
            near = near[(places.start[near] == span.start) & (places.stop[near] == span.stop)]
        before[near] = True
    return before


def taken_before(dataset: Dataset, earlier: PoolContent) -> IntArray:
    """Return how many sequences of each video were selected before, shape (V,), int64."""
    videos = [span.video for span in _spans(dataset, earlier)]
    return np.bincount(np.array(videos, np.int64), minlength=len(dataset.videos))


def count_left(count: int, length: int, earlier: PoolContent, config: Config) -> int:
    """Return how many of `count` sequences are left to select where earlier ones count.

    All that the datapool holds counts, also of other videos, by its frames.

    Raises:
        ConfigError: There is nothing left.
    """
    frames = sum(stop - start for _, start, stop in map(_parts, earlier.keys))
    left = (count * length - frames) // length
    if left < 1:
        raise ConfigError(
            f"datapool.name={config.datapool.name} holds {frames} frames, which count "
            f"(datapool.in_n_samples=True), and {count * length} are asked for in all: nothing is "
            "left to select. Raise stopping_condition.n_samples, or leave in_n_samples out."
        )
    return left


def remember(choice: Choice) -> None:
    """Add a selection to the datapool that its configuration names, if it names one."""
    config = choice.config
    if config.datapool.name:
        order = choice.selection.order
        keys = [_key(choice.dataset, choice.sequences, int(at)) for at in order]
        datapool = Datapool(config.resolved_data_dir(), config.datapool.name)
        datapool.add(_space(choice.dataset, config), keys, choice.representations[order])


def _space(dataset: Dataset, config: Config) -> str:
    """Return what two representations must have in common for their distance to mean anything."""
    space = dataset.encoder
    if config.representation != "mean":
        space += f", representation={config.representation}"
    return space


def _spans(dataset: Dataset, earlier: PoolContent) -> Iterator[SequenceSpan]:
    """Yield the earlier sequences that lie in this dataset, in every copy of their video."""
    positions: dict[str, list[int]] = {}
    for at, item in enumerate(dataset.videos):
        positions.setdefault(item.video_id, []).append(at)
    for video_id, start, stop in map(_parts, earlier.keys):
        for video in positions.get(video_id, ()):
            yield SequenceSpan(video, start, stop)


def _parts(key: str) -> tuple[str, int, int]:
    video_id, start, stop = key.rsplit(":", 2)
    return video_id, int(start), int(stop)


def _key(dataset: Dataset, sequences: Sequences, position: int) -> str:
    span = sequences[position]
    return f"{dataset.videos[span.video].video_id}:{span.start}:{span.stop}"
