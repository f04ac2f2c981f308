"""Greedy k-center: always take what is farthest from everything taken so far.

Gonzalez, "Clustering to minimize the maximum intercluster distance", Theoretical Computer
Science 38 (1985): the covering radius is at most twice the smallest possible one. In active
learning known as core-set selection (Sener & Savarese, ICLR 2018).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

_NEAR = np.float32(1e-3)  # squared; below it a² + b² − 2ab has lost too many digits


class KCenter:
    """Greedy k-center over fixed points, extended pick by pick.

    The order is nested: the first k picks are the selection of k. So one object serves every
    number of samples, and only ever computes what it has not computed before.

    Attributes:
        nearest: Distance of every point to its nearest centre, shape (S,), float32.
        order: Picks so far, in order.
        distances: Distance of each pick to all centres before it; inf for the first where
            there is none.
        radii: Covering radius after each pick: the largest distance of any candidate to its
            nearest centre.
    """

    def __init__(
        self,
        points: FloatArray,
        candidates: npt.NDArray[np.bool_],
        *,
        start: str = "medoid",
        centres: FloatArray | None = None,
    ) -> None:
        """Prepare to select.

        Args:
            points: Shape (S, D), float32.
            candidates: Which points may be picked and must be covered, shape (S,), bool.
            start: First pick: 'medoid' is the candidate nearest to the mean of all
                candidates, 'first' the first candidate.
            centres: Points that count as already selected, shape (C, D), float32.

        Raises:
            ValueError: A point holds NaN or infinity.
        """
        if not np.isfinite(points).all():
            bad = int(np.flatnonzero(~np.isfinite(points).all(axis=1))[0])
            raise ValueError(f"representation {bad} holds a value that is not finite")
        self._points = points
        self._squares = np.einsum("sd,sd->s", points, points)
        self._free = candidates.copy()
        self._start = start
        self._squared = np.full(len(points), np.inf, np.float32)
        self.order: list[int] = []
        self.distances: list[float] = []
        self.radii: list[float] = []
        for centre in centres if centres is not None else ():
            self._cover(centre)

    @property
    def nearest(self) -> FloatArray:
        """Distance of every point to its nearest centre, shape (S,), float32."""
        return np.sqrt(self._squared)

    def extend(self, count: int) -> None:
        """Pick until there are `count` picks, or no candidate is left.

        Ties go to the lowest index. A point that coincides with a centre is picked only when
        nothing else is left.
        """
        while len(self.order) < count and self._free.any():
            self.take(self._next())

    def take(self, pick: int) -> None:
        """Make one candidate the next centre, whatever its distance."""
        self.order.append(pick)
        self.distances.append(float(np.sqrt(self._squared[pick])))
        self._free[pick] = False
        self._cover(self._points[pick])
        self._squared[pick] = 0
        left = self._squared[self._free]
        self.radii.append(float(np.sqrt(left.max(initial=0))))

    def _next(self) -> int:
        if not np.isinf(self._squared).all():
            return int(np.argmax(np.where(self._free, self._squared, -1)))
        free = np.flatnonzero(self._free)
        if self._start == "first":
            return int(free[0])
        mean = self._points[free].mean(axis=0, dtype=np.float64).astype(np.float32)
        away = self._squares[free] - 2 * (self._points[free] @ mean)
        return int(free[np.argmin(away)])

    def _cover(self, centre: FloatArray) -> None:
        """Lower every point's squared distance by its distance to a new centre."""
        squared = self._squares + np.float32(centre @ centre) - 2 * (self._points @ centre)
        near = np.flatnonzero(squared < _NEAR)
        squared[near] = np.square(self._points[near] - centre).sum(axis=1)
        np.minimum(self._squared, squared, out=self._squared)
