"""From representations to an ordered selection: one function for every method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seqsel_core.select.kcenter import FloatArray, IntArray, KCenter

Advance = Callable[[int], None]
"""Told how many more sequences are picked."""


def _nobody(count: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Selection:
    """Sequences in the order picked.

    Attributes:
        order: Positions of the selected sequences, shape (K,), int64.
        distances: Distance of each to the nearest picked before it, shape (K,), float32; inf
            for the first where nothing is selected before.
        radii: Covering radius after each pick, shape (K,), float32.
    """

    order: IntArray
    distances: FloatArray
    radii: FloatArray

    def __len__(self) -> int:
        return len(self.order)

    @property
    def covering_radius(self) -> float:
        """Largest distance of any candidate to its nearest selected one; inf if none is."""
        return float(self.radii[-1]) if len(self.radii) else float("inf")

    def first(self, count: int) -> Selection:
        """Return the selection of the first `count` picks."""
        return Selection(self.order[:count], self.distances[:count], self.radii[:count])


def select_sequences(
    points: FloatArray,
    candidates: npt.NDArray[np.bool_],
    *,
    method: str = "coreset",
    count: int | None = None,
    min_distance: float = -1,
    start: str = "medoid",
    seed: int = 0,
    centres: FloatArray | None = None,
    advance: Advance = _nobody,
) -> Selection:
    """Select diverse sequences until a stopping condition is reached.

    Args:
        points: Representations, shape (S, D), float32.
        candidates: Which may be selected, shape (S,), bool.
        method: 'coreset' (greedy k-center) or 'random' (uniform, without replacement).
        count: Select at most this many; None: no limit.
        min_distance: Nothing is selected that is closer than this to one picked before;
            exactly at the distance is kept. -1: off.
        start: First pick of 'coreset'; see `KCenter`.
        seed: Of 'random'.
        centres: Representations that count as selected before, shape (C, D).
        advance: Told of every pick; what it raises ends the selection.
    """
    limit = int(candidates.sum()) if count is None else min(count, int(candidates.sum()))
    if method == "random":
        return _random(points, candidates, limit, min_distance, seed, centres, advance)
    greedy = KCenter(points, candidates, start=start, centres=centres)
    return nested(greedy, limit, min_distance, advance)


def nested(
    greedy: KCenter, count: int, min_distance: float = -1, advance: Advance = _nobody
) -> Selection:
    """Return the first `count` picks of a k-center order, computing what is missing.

    Picks get closer along the order, so the first one closer than `min_distance` ends it.
    `advance` is told of every pick that is computed.
    """
    least = np.float32(min_distance)
    while (done := len(greedy.order)) < count:
        if greedy.distances and greedy.distances[-1] < least:
            break
        greedy.extend(done + 1)
        if len(greedy.order) == done:
            break
        advance(1)
    distances = np.array(greedy.distances[:count], np.float32)
    kept = int(np.argmax(distances < least)) if (distances < least).any() else len(distances)
    return Selection(
        np.array(greedy.order[:kept], np.int64),
        distances[:kept],
        np.array(greedy.radii[:kept], np.float32),
    )


def _random(
    points: FloatArray,
    candidates: npt.NDArray[np.bool_],
    limit: int,
    min_distance: float,
    seed: int,
    centres: FloatArray | None,
    advance: Advance,
) -> Selection:
    cover = KCenter(points, candidates, centres=centres)
    for pick in np.random.default_rng(seed).permutation(np.flatnonzero(candidates)):
        if len(cover.order) == limit:
            break
        if cover.nearest[pick] >= np.float32(min_distance):
            cover.take(int(pick))
            advance(1)
    return nested(cover, len(cover.order))
