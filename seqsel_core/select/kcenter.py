"""Greedy k-center: always take what is farthest from everything taken so far.

Gonzalez, "Clustering to minimize the maximum intercluster distance", Theoretical Computer
Science 38 (1985): the covering radius is at most twice the smallest possible one. In active
learning known as core-set selection (Sener & Savarese, ICLR 2018).
"""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from seqsel_core.select.kcenter_cover import Cover
from seqsel_core.select.kcenter_frontier import Frontier
from seqsel_core.select.kcenter_products import FloatArray, IntArray, Products

__all__ = ["FloatArray", "IntArray", "KCenter"]

_PIECE = 1024  # points per step where all are read once


class KCenter:
    """Greedy k-center over fixed points, extended pick by pick.

    The order is nested: the first k picks are the selection of k. So one object serves every
    number of samples, and only ever computes what it has not computed before.

    The picks are those of a plain loop in float64, ties to the lowest index, on every machine
    and with any number of threads: products are in float32, and where their rounding would
    decide, float64 does. The points are read where they lie; besides them the object keeps
    about 50 bytes per point, the centres, and some thousand points at the frontier.

    Attributes:
        order: Picks so far, in order.
        distances: Distance of each pick to all centres before it; inf for the first where
            there is none.
    """

    def __init__(
        self,
        points: FloatArray,
        candidates: npt.NDArray[np.bool_],
        *,
        start: str = "medoid",
        centres: FloatArray | None = None,
        products: Products | None = None,
    ) -> None:
        """Prepare to select.

        Args:
            points: Shape (S, D), float32.
            candidates: Which points may be picked and must be covered, shape (S,), bool.
            start: First pick: 'medoid' is the candidate nearest to the mean of all
                candidates, 'first' the first candidate.
            centres: Points that count as already selected, shape (C, D), float32.
            products: Who multiplies the points; None: NumPy. `kcenter_torch.TorchProducts`
                does it on a GPU.

        Raises:
            ValueError: A point holds NaN or infinity; or a candidate is zero while all others
                are of unit length, so that it has no direction to be compared by.
        """
        self._cover = Cover(points, products)
        _refuse_unusable(self._cover.squares, candidates)
        self._candidates = candidates.copy()
        self._free = candidates.copy()
        self._barred = np.zeros(len(points), np.bool_)
        self._frontier = Frontier(self._cover, self._free)
        self._barred_frontier: Frontier | None = None
        self._start = start
        self._given = 0 if centres is None else len(centres)
        self._next: tuple[int, float] | None = None
        self._ceiling = math.inf  # distance of the last farthest free point
        self._radii: list[float] = []
        self.order: list[int] = []
        self.distances: list[float] = []
        for centre in centres if centres is not None else ():
            self._cover.add(centre)

    @property
    def nearest(self) -> FloatArray:
        """Distance of every point to its nearest centre, shape (S,), float32."""
        self._cover.refresh(np.arange(len(self._free)))
        return np.sqrt(self._cover.upper)

    @property
    def nearest_centre(self) -> IntArray:
        """Nearest centre of every point, shape (S,), int64.

        The position of a pick in `order`, or -1 - c for the centre c of those given. Where
        two are equally near but for rounding, either. -1 everywhere where there is no centre.
        """
        self._cover.refresh(np.arange(len(self._free)))
        which = self._cover.which
        if not self._cover.count:
            return np.full(len(which), -1, np.int64)
        return np.where(which < self._given, -1 - which, which - self._given)

    @property
    def radii(self) -> list[float]:
        """Covering radius after each pick.

        The largest distance of any candidate, picked, free or forbidden, to its nearest centre.
        """
        self._settle()
        return self._radii

    def farthest(self) -> tuple[int, float] | None:
        """Return the farthest free point and its distance, or None where none is left.

        Ties go to the lowest index. Where there is no centre yet, it is the first pick, and the
        distance inf. Only the points at the frontier are brought up to date.
        """
        if self._next is None and self._free.any():
            if not self._cover.count:
                return self._first(), math.inf
            found = self._frontier.farthest()
            assert found is not None
            self._ceiling = min(self._ceiling, math.sqrt(found[1]))
            self._next = found[0], self._ceiling
        return self._next

    def extend(self, count: int) -> None:
        """Pick until there are `count` picks, or no candidate is left.

        Ties go to the lowest index. A point that coincides with a centre is picked only when
        nothing else is left.
        """
        while len(self.order) < count and (farthest := self.farthest()) is not None:
            self._settle()
            self._append(*farthest)

    def take(self, pick: int) -> None:
        """Make one point the next centre, whatever its distance."""
        self._settle()
        distance = math.inf
        if self._cover.count:
            self._cover.refresh(np.array([pick]))
            distance = math.sqrt(self._cover.direct(np.array([pick]))[0])
        self._append(pick, distance)

    def forbid(self, positions: npt.ArrayLike) -> None:
        """Let points no longer be picked; those that are candidates must still be covered.

        Args:
            positions: Any number of them, shape (R,); what is picked already stays picked.
        """
        self._settle()
        forbidden = np.asarray(positions, np.int64)
        self._barred[forbidden[self._free[forbidden]]] = True
        self._free[forbidden] = False
        self._barred_frontier = Frontier(self._cover, self._barred)
        self._next = None

    def _settle(self) -> None:
        """Note the covering radius after the last pick, before anything changes."""
        if len(self._radii) == len(self.order):
            return
        farthest = self.farthest()
        barred = self._barred_frontier.farthest() if self._barred_frontier else None
        radius = max(farthest[1] if farthest else 0.0, math.sqrt(barred[1]) if barred else 0.0)
        self._radii.append(min(radius, self._radii[-1]) if self._radii else radius)

    def _append(self, pick: int, distance: float) -> None:
        self.order.append(int(pick))
        self.distances.append(distance)
        self._free[pick] = False
        self._barred[pick] = False
        self._cover.add_point(pick)
        self._next = None

    def _first(self) -> int:
        free = np.flatnonzero(self._free)
        if self._start == "first":
            return int(free[0])
        points = self._cover.points
        mean = _mean(points, np.flatnonzero(self._candidates))
        # x² − 2xm in float32 tells all but the nearest few from the mean; those, float64.
        away = self._cover.squares[free] - 2 * (points @ mean.astype(np.float32))[free]
        near = free[away <= away.min() + np.float32(2 * self._cover.error)]
        exact = np.empty(len(near))
        for at in range(0, len(near), _PIECE):
            piece = points[near[at : at + _PIECE]].astype(np.float64)
            piece -= mean
            exact[at : at + _PIECE] = np.square(piece, out=piece).sum(axis=1)
        return int(near[exact.argmin()])


def _mean(points: FloatArray, positions: IntArray) -> npt.NDArray[np.float64]:
    """Return the mean of the points at positions, (D,), the same with any number of threads."""

    def total(at: int) -> npt.NDArray[np.float64]:
        piece = positions[at : at + _PIECE]
        consecutive = piece[-1] - piece[0] == len(piece) - 1
        rows = points[piece[0] : piece[-1] + 1] if consecutive else points[piece]
        summed: npt.NDArray[np.float64] = rows.astype(np.float64).sum(axis=0)
        return summed

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as threads:
        totals = list(threads.map(total, range(0, len(positions), _PIECE)))
    mean: npt.NDArray[np.float64] = np.sum(totals, axis=0) / len(positions)
    return mean


def _refuse_unusable(squares: FloatArray, candidates: npt.NDArray[np.bool_]) -> None:
    if not np.isfinite(squares).all():
        bad = int(np.flatnonzero(~np.isfinite(squares))[0])
        raise ValueError(f"representation {bad} holds a value that is not finite")
    zero = candidates & (squares == 0)
    others = squares[squares > 0]  # a single one may have length 1 by chance
    if zero.any() and len(others) > 1 and (np.abs(others - 1) < 1e-3).all():
        bad = int(np.flatnonzero(zero)[0])
        raise ValueError(f"representation {bad} is zero, so it has no direction to compare by")
