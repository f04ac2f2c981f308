"""Every method's order, and the selection that is its first picks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import numpy.typing as npt

from seqsel_core.select.greedy import Greedy
from seqsel_core.select.kcenter import FloatArray, IntArray, KCenter
from seqsel_core.select.kcenter_products import Products
from seqsel_core.select.medoids import MedoidStep
from seqsel_core.select.service import BALANCE, Service
from seqsel_core.select.spread import Before, Random, Uniform
from seqsel_core.select.weighted import WeightedKCenter

WEIGHTED = ("coreset", "representative", "balanced")
"""Methods that take weights."""

Advance = Callable[[int], None]
"""Told how many more sequences are picked."""


class _Common(TypedDict):
    centres: FloatArray | None
    min_distance: float
    products: Products | None


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


def order_of(
    points: FloatArray,
    candidates: npt.NDArray[np.bool_],
    *,
    method: str = "coreset",
    count: int | None = None,
    min_distance: float = -1,
    start: str = "medoid",
    seed: int = 0,
    balance: float = BALANCE,
    videos: IntArray | None = None,
    centres: FloatArray | None = None,
    before: Before | None = None,
    weights: FloatArray | None = None,
    products: Products | None = None,
) -> Greedy:
    """Return the order of a method, with nothing picked yet.

    It can be extended pick by pick, and serves every number of picks; only that of
    'coreset-medoid' is made for one.

    Args:
        points: Representations, shape (S, D), float32.
        candidates: Which may be selected, shape (S,), bool.
        method: 'coreset' (greedy k-center), 'coreset-medoid' (and one medoid step),
            'representative' (greedy facility location), 'balanced' (facility location, of
            which a share of the picks goes to what is served worst), 'uniform' (every video
            evenly), or 'random' (without replacement).
        count: Picks there will be at most; only 'coreset-medoid' uses it. None: all.
        min_distance: For every method but 'coreset': nothing is picked that is closer than
            this to a pick before. The order of 'coreset' serves every distance; `nested`
            ends it.
        start: First pick of 'coreset' and 'coreset-medoid'; see `KCenter`.
        seed: Of 'random'.
        balance: Of 'balanced': 0 typical to 1 rare; see `Service`.
        videos: Of 'uniform': which video each sequence is of, shape (S,), int64; None: all
            are of one.
        centres: Representations that count as selected before, shape (C, D).
        before: Of 'uniform': where these lie.
        weights: Of 'coreset', 'representative', 'balanced': how welcome each sequence is, shape
            (S,), float32, above 0 and up to 1. They change what is picked next, never the
            distances and radii that are reported. None: all alike.
        products: Who multiplies the points for the distances; see `KCenter`.

    Raises:
        ValueError: There is no such method, it takes no weights, or a point holds NaN or
            infinity.
    """
    if weights is not None and method not in WEIGHTED:
        raise ValueError(f"method '{method}' takes no weights; {', '.join(WEIGHTED)} do")
    common: _Common = {"centres": centres, "min_distance": min_distance, "products": products}
    if method == "coreset" and weights is not None:
        return WeightedKCenter(points, candidates, weights, start=start, **common)
    if method == "coreset":
        return KCenter(points, candidates, start=start, centres=centres, products=products)
    if method == "coreset-medoid":
        most = len(points) if count is None else count
        return MedoidStep(
            points, candidates, most, start=start, centres=centres, min_distance=min_distance
        )
    if method in ("representative", "balanced"):
        share = balance if method == "balanced" else 0.0
        return Service(points, candidates, balance=share, weights=weights, **common)
    if method == "uniform":
        own = np.zeros(len(points), np.int64) if videos is None else videos
        return Uniform(
            points,
            candidates,
            videos=own,
            before=before,
            centres=centres,
            min_distance=min_distance,
        )
    if method == "random":
        return Random(points, candidates, seed=seed, centres=centres, min_distance=min_distance)
    raise ValueError(f"there is no method '{method}'")


def nested(
    greedy: Greedy,
    count: int,
    min_distance: float = -1,
    advance: Advance = _nobody,
    *,
    pinned: int = 0,
) -> Selection:
    """Return the first picks of an order, computing what is missing.

    Args:
        greedy: The order. Those of `order_of` but 'coreset' are made with their distance, and
            never pick closer; that of k-center gets closer and closer.
        count: Picks at most.
        min_distance: The first pick closer than this to those before ends the selection. -1: off.
        advance: Told of the picks as they are made; what it raises ends the selection.
        pinned: How many of the first picks stay, however close.
    """
    least = np.float32(min_distance)
    if pinned:
        advance(pinned)
    while (done := len(greedy.order)) < count:
        if done > pinned and greedy.distances[-1] < least:
            break
        greedy.extend(done + 1)
        if len(greedy.order) == done:
            break
        advance(1)
    distances = np.array(greedy.distances[:count], np.float32)
    close = np.flatnonzero(distances[pinned:] < least)
    kept = pinned + int(close[0]) if len(close) else len(distances)
    return Selection(
        np.array(greedy.order[:kept], np.int64),
        distances[:kept],
        np.array(greedy.radii[:kept], np.float32),
    )
