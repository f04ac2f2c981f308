"""From options to the rules that a selection keeps; what cannot be kept is refused in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
import numpy.typing as npt

from seqsel_core.config import Config
from seqsel_core.dataset import Dataset
from seqsel_core.errors import ConfigError
from seqsel_core.select.constraints import Rules, capacities, shares
from seqsel_core.sequences import IntArray, Sequences
from seqsel_core.wishes import places_of


@dataclass(frozen=True)
class Groups:
    """What limits count by: every video, or every folder of videos.

    Attributes:
        of_video: Number of the group of every video, shape (V,), int64.
        names: What they are called, G of them.
        noun: 'video' or 'folder'.
    """

    of_video: IntArray
    names: tuple[str, ...]
    noun: str


def least_gap(config: Config) -> int | None:
    """Return how many frames must lie between selected sequences; None: they may overlap.

    They may only where nobody asked for more than remainder='overlap' does: its last sequence
    shares frames with the one before, and both can be selected.
    """
    if config.min_gap >= 0:
        return config.min_gap
    side_by_side = config.stride in (-1, config.selected_sequence_length)
    return None if config.remainder == "overlap" and side_by_side else 0


def groups_of(dataset: Dataset, config: Config) -> Groups:
    """Return the groups that the limits of a configuration count by."""
    names = [item.video.name for item in dataset.videos]
    if config.even_over == "folder":
        folders = [str(PurePosixPath(name).parent) for name in names]
        unique, of_video = np.unique(folders, return_inverse=True)
        return Groups(of_video.astype(np.int64), tuple(map(str, unique)), "folder")
    return Groups(np.arange(len(names), dtype=np.int64), tuple(names), "video")


def rules_for(
    dataset: Dataset,
    config: Config,
    sequences: Sequences,
    candidates: npt.NDArray[np.bool_],
    *,
    pinned: IntArray,
    count: int | None,
    taken: IntArray,
) -> Rules:
    """Return the rules of a configuration.

    Args:
        dataset: The videos.
        config: The options.
        sequences: All sequences.
        candidates: Which may be selected, the pinned ones among them, shape (S,), bool.
        pinned: Positions of the pinned ones, shape (P,).
        count: How many are to be selected; None: no limit.
        taken: How many sequences of each video were selected before and count, shape (V,).

    Raises:
        ConfigError: They contradict each other, or cannot be kept.
    """
    if count is not None and len(pinned) > count:
        raise ConfigError(
            f"{len(pinned)} sequences are pinned, but only {count} are to be selected: raise "
            "stopping_condition.n_samples, or pin fewer."
        )
    frames = None
    if config.remainder == "keep" and count is not None:
        frames = count * sequences.length
    apart = least_gap(config)
    if apart == 0 and not sequences.overlapping:
        apart = None  # nothing overlaps anyway: nothing to look after
    groups = groups_of(dataset, config)
    rules = Rules(
        places=places_of(sequences),
        apart=apart,
        pinned=pinned,
        group=groups.of_video[sequences.video],
        frames=frames,
    )
    limited = max(config.max_per_video, config.min_per_video) > 0 or config.even_over
    if not limited:
        return rules
    size = len(groups.names)
    before = np.zeros(size, np.int64)
    np.add.at(before, groups.of_video, taken)
    pins = np.bincount(rules.group[pinned], minlength=size)
    capacity = np.maximum(_capacity(candidates, rules, size), pins)
    at_least, at_most = _limits(config, count, capacity, pins, before)
    _refuse_impossible(config, groups, count, capacity, pins, before, at_least, at_most)
    return Rules(
        rules.places, apart, pinned, rules.group, at_least=at_least, at_most=at_most, frames=frames
    )


def _capacity(candidates: npt.NDArray[np.bool_], rules: Rules, size: int) -> IntArray:
    """Return how many of each group can be selected with the pinned ones, shape (G,)."""
    if rules.apart is None:
        return capacities(candidates, rules, size)
    beside = candidates.copy()
    for position in rules.pinned:
        beside[rules.places.near(int(position), rules.apart)] = False
    return capacities(beside, rules, size) + np.bincount(rules.group[rules.pinned], minlength=size)


def _limits(
    config: Config, count: int | None, capacity: IntArray, pins: IntArray, before: IntArray
) -> tuple[IntArray, IntArray]:
    """Return the fewest and the most picks of each group, shape (G,) each."""
    if config.even_over:
        total = int(capacity.sum()) if count is None else min(count, int(capacity.sum()))
        least, most = shares(total + int(before.sum()), capacity + before, pins + before)
        return least - before, most - before
    wanted = np.where(capacity + before > 0, max(0, config.min_per_video), 0)
    limit = config.max_per_video if config.max_per_video > 0 else np.iinfo(np.int64).max
    return np.maximum(wanted - before, 0), np.maximum(limit - before, 0)


def _refuse_impossible(
    config: Config,
    groups: Groups,
    count: int | None,
    capacity: IntArray,
    pins: IntArray,
    before: IntArray,
    at_least: IntArray,
    at_most: IntArray,
) -> None:
    if config.even_over:
        return
    over = _first(pins > at_most)
    if over is not None:
        raise ConfigError(
            f"max_per_video={config.max_per_video}, but of '{groups.names[over]}' {pins[over]} "
            f"sequences are pinned{_earlier(before[over])}: unpin some, or raise max_per_video."
        )
    short = _first(at_least > capacity)
    if short is not None:
        raise ConfigError(
            f"min_per_video={config.min_per_video}, but of '{groups.names[short]}' only "
            f"{capacity[short]} sequences can be selected{_earlier(before[short])}: lower "
            "min_per_video, or leave the video out."
        )
    needed = int(np.maximum(at_least, pins).sum())
    if count is not None and needed > count:
        raise ConfigError(
            f"min_per_video={config.min_per_video} needs {needed} sequences of "
            f"{int((at_least > 0).sum())} videos with those that are pinned, but only {count} are "
            "to be selected: raise stopping_condition.n_samples, or lower min_per_video."
        )


def shortfall(dataset: Dataset, config: Config, rules: Rules, order: IntArray) -> str:
    """Return why a selection has too few sequences of a video, or ''."""
    if not len(rules.at_least) or config.even_over:
        return ""
    picked = np.bincount(rules.group[order], minlength=len(rules.at_least))
    short = np.flatnonzero(picked < rules.at_least)
    if not len(short):
        return ""
    name = groups_of(dataset, config).names[short[0]]
    return (
        f"min_per_video={config.min_per_video} cannot be kept: the selection ended after "
        f"{len(order)} sequences with {len(short)} videos below it, for example '{name}' with "
        f"{picked[short[0]]}. Lower stopping_condition.min_distance or min_per_video."
    )


def _first(flags: npt.NDArray[np.bool_]) -> int | None:
    found: Sequence[int] = np.flatnonzero(flags).tolist()
    return found[0] if found else None


def _earlier(before: int) -> str:
    return f" and {before} were selected before" if before else ""
