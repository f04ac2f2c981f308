"""How well random selections cover: many of them, at every size, computed once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from seqsel_core.evaluate.coverage import FloatArray, IntArray, pairwise, rows_at

SELECTIONS = 100
"""Random selections that a selection is compared with."""

LARGEST = 2000
"""Largest random selection; what covers better than that is said to."""

FIRST = 300
"""Sizes up to this are enough for most selections of some dozens, in less than half of the time."""

_DRAWN_FROM = 10 * FIRST

_CELLS = 4_000_000  # distances kept at once, 16 MB
_BLOCK = 1024  # points of one matrix product: as many as stay in the cache
_NEARLY_ALL = 0.8


@dataclass(frozen=True)
class Band:
    """What random selections of one size reach.

    Attributes:
        low: 2.5th percentile.
        median: 50th percentile.
        high: 97.5th percentile.
    """

    low: float
    median: float
    high: float


@dataclass(frozen=True)
class Randoms:
    """Coverage of nested random selections, measured at some candidates.

    Attributes:
        queries: Places of these among the candidates, ascending, shape (Q,), int64.
        sizes: Sizes at which the curves are known, ascending, shape (G,), int64.
        curves: For 'radius', 'p95' and 'mean' of the distances to the nearest selected one:
            one curve per selection, shape (R, G), float64.
        orders: Places of the picks of every selection among the candidates, in order, shape
            (R, largest size), int64.
    """

    queries: IntArray
    sizes: IntArray
    curves: dict[str, npt.NDArray[np.float64]]
    orders: IntArray

    def at(self, measure: str, count: int) -> npt.NDArray[np.float64]:
        """Return the measure of every random selection of a size, shape (R,).

        Sizes are known one by one up to 20 and then every 5 % or nearer; between them it is
        interpolated. Beyond the largest, the largest counts.
        """
        curve = self.curves[measure]
        after = min(int(np.searchsorted(self.sizes, count)), len(self.sizes) - 1)
        before = max(0, after - 1)
        low, high = int(self.sizes[before]), int(self.sizes[after])
        if count >= high or after == before:
            return curve[:, after].copy()
        share = (count - low) / (high - low)
        return curve[:, before] + share * (curve[:, after] - curve[:, before])

    def band(self, measure: str, count: int) -> Band:
        """Return the band of a measure at a size."""
        return band_of(self.at(measure, count))

    def as_good_as(self, measure: str, value: float) -> Band:
        """Return how many random sequences reach a value: inf where the largest do not.

        `median` is where half of the random selections reach it; by `low` the best 2.5 %
        do, by `high` 97.5 %.
        """
        curves = self._bands[measure]
        low, median, high = (_first_below(self.sizes, curve, value) for curve in curves)
        return Band(low, median, high)

    def reach(self, measure: str, value: float) -> bool:
        """Return whether nearly all random selections reach a value at a size that is known."""
        return float(self._bands[measure][2, -1]) <= value

    @cached_property
    def _bands(self) -> dict[str, npt.NDArray[np.float64]]:
        """2.5th, 50th and 97.5th percentile of every curve, shape (3, G) each."""
        return {
            name: np.percentile(curves, [2.5, 50, 97.5], axis=0)
            for name, curves in self.curves.items()
        }


def band_of(values: npt.NDArray[np.float64]) -> Band:
    """Return where 95 of 100 of some values lie, and their median."""
    low, median, high = np.percentile(values, [2.5, 50, 97.5])
    return Band(float(low), float(median), float(high))


def random_selections(
    points: FloatArray,
    candidates: IntArray,
    *,
    selections: int = SELECTIONS,
    largest: int = LARGEST,
    seed: int = 0,
) -> Randoms:
    """Measure random selections of every size.

    Each is one random order; its first k are the selection of k. Distances are measured from
    all candidates up to 2,000 of them; of more, from as many evenly spaced ones as take the
    same memory (400 of 10,000), but at least 300.

    Of more than 3,000 candidates, the first 300 of every order come from the same 3,000, drawn
    at random: every order is as random as any, and few distances are needed. What the orders
    share costs hardly any precision: of 10,000 real frames the standard error of the median
    is 0.09 to 0.20 of the deviation between selections, else 0.09 to 0.17.

    Args:
        points: Representations, shape (S, D), float32.
        candidates: Positions of what can be selected and is to be covered, at least one,
            shape (C,), int64.
        selections: Number of random selections.
        largest: Sizes beyond this are left out. The others are measured alike with any.
        seed: Of the random orders.
    """
    total = len(candidates)
    limit = max(300, _CELLS // total)
    queries = np.unique(np.linspace(0, total - 1, min(limit, total)).round().astype(np.int64))
    sizes = _sizes(min(LARGEST, total))
    sizes = sizes[sizes <= max(1, largest)]
    orders = _orders(total, selections, int(sizes[-1]), np.random.default_rng([seed, 1]))
    chosen = np.zeros(total, np.bool_)
    chosen[orders] = True
    if chosen.mean() > _NEARLY_ALL:  # to pick them out takes longer than to measure the others
        chosen[:] = True
    places = np.cumsum(chosen) - 1  # of the chosen ones, among themselves
    between = _distances(points, candidates[chosen], candidates[queries])
    curves = {name: np.empty((selections, len(sizes))) for name in ("radius", "p95", "mean")}
    nearest = np.full((selections, len(queries)), np.inf, np.float32)
    added = np.empty_like(nearest)
    start = 0
    for number, size in enumerate(sizes):
        for picks in places[orders[:, start:size]].T:
            # With mode="raise" NumPy would fill a buffer first; positions are always valid.
            np.take(between, picks, axis=0, out=added, mode="clip")
            np.minimum(nearest, added, out=nearest)
        start = size
        curves["radius"][:, number] = nearest.max(axis=1)
        curves["mean"][:, number] = nearest.mean(axis=1)
        curves["p95"][:, number] = np.percentile(nearest, 95, axis=1)
    return Randoms(queries, sizes, curves, orders)


def _orders(
    total: int, selections: int, largest: int, generator: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Return the beginnings of random orders of 0 to `total` − 1, shape (R, largest), int64."""
    if total <= _DRAWN_FROM:
        return np.stack([generator.permutation(total)[:largest] for _ in range(selections)])
    few = generator.choice(total, _DRAWN_FROM, replace=False)
    first = np.stack([generator.permutation(few)[:FIRST] for _ in range(selections)])
    if largest <= FIRST:
        return first[:, :largest]
    orders = []
    for head in first:
        rest = generator.permutation(total)
        orders.append(np.concatenate([head, rest[~np.isin(rest, head)]])[:largest])
    return np.stack(orders)


def _distances(points: FloatArray, these: IntArray, those: IntArray) -> FloatArray:
    """Return the distances between points at two lists of positions, shape (A, B), float32."""
    between = np.empty((len(these), len(those)), np.float32)
    searching = points[those]
    for at in range(0, len(these), _BLOCK):
        found = rows_at(points, these[at : at + _BLOCK])
        between[at : at + _BLOCK] = pairwise(found, searching)
    return between


def _sizes(largest: int) -> IntArray:
    steps = np.round(20 * 1.05 ** np.arange(1, 200)).astype(np.int64)
    sizes = np.unique(np.concatenate([np.arange(1, 21), steps, [FIRST, largest]]))
    return sizes[sizes <= largest]


def _first_below(sizes: IntArray, curve: npt.NDArray[np.float64], value: float) -> float:
    """Return the size, interpolated, at which a falling curve reaches a value."""
    reached = np.flatnonzero(curve <= value)
    if not len(reached):
        return float("inf")
    at = int(reached[0])
    if at == 0:
        return float(sizes[0])
    above, below = curve[at - 1], curve[at]
    share = (above - value) / (above - below)
    return float(sizes[at - 1] + share * (sizes[at] - sizes[at - 1]))
