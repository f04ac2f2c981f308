"""What every strategy is: an order of sequences that grows pick by pick.

`Greedy` is what callers may rely on. `KCenter` is one; the others are made by saying only
which pick comes next, and let a `KCenter` keep the distances.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Protocol

import numpy as np
import numpy.typing as npt

from seqsel_core.select.kcenter import FloatArray, IntArray, KCenter
from seqsel_core.select.kcenter_products import Products


class Greedy(Protocol):
    """An order that is nested: its first k picks are the selection of k."""

    @property
    def order(self) -> list[int]:
        """Picks so far, in order."""

    @property
    def distances(self) -> list[float]:
        """Distance of each pick to all centres before it; inf for the first of none."""

    @property
    def radii(self) -> list[float]:
        """Covering radius after each pick."""

    @property
    def nearest(self) -> FloatArray:
        """Distance of every point to its nearest centre, shape (S,), float32."""

    @property
    def nearest_centre(self) -> IntArray:
        """Which centre that is, as `KCenter` numbers them, shape (S,), int64."""

    def extend(self, count: int) -> None:
        """Pick until there are `count` picks, or no candidate is left."""

    def take(self, pick: int) -> None:
        """Make one candidate the next pick, whatever the strategy says."""

    def forbid(self, positions: IntArray) -> None:
        """Let these never be picked from now on; they are still to be covered."""


class Ordered(ABC):
    """An order whose next pick a strategy names, and whose distances a `KCenter` keeps."""

    def __init__(
        self,
        points: FloatArray,
        candidates: npt.NDArray[np.bool_],
        *,
        centres: FloatArray | None = None,
        min_distance: float = -1,
        start: str = "medoid",
        products: Products | None = None,
    ) -> None:
        """Prepare to select.

        Args:
            points: Shape (S, D), float32.
            candidates: Which points may be picked and must be covered, shape (S,), bool.
            centres: Points that count as already selected, shape (C, D), float32.
            min_distance: Nothing is picked that is closer than this to a pick or centre;
                exactly at the distance is allowed. -1: off. The picks of these strategies do
                not get closer along the order, so the order goes on with what is left.
            start: The farthest where nothing is picked yet; see `KCenter`.
            products: Who multiplies the points; see `KCenter`.

        Raises:
            ValueError: A point holds NaN or infinity.
        """
        self._cover = KCenter(points, candidates, start=start, centres=centres, products=products)
        self._free = candidates.copy()
        self._least = np.float32(min_distance)
        self._thin()

    @property
    def order(self) -> list[int]:
        """Picks so far, in order."""
        return self._cover.order

    @property
    def distances(self) -> list[float]:
        """Distance of each pick to all centres before it; inf for the first of none."""
        return self._cover.distances

    @property
    def radii(self) -> list[float]:
        """Covering radius after each pick."""
        return self._cover.radii

    @property
    def nearest(self) -> FloatArray:
        """Distance of every point to its nearest centre, shape (S,), float32."""
        return self._cover.nearest

    @property
    def nearest_centre(self) -> IntArray:
        """Which centre that is, as `KCenter` numbers them, shape (S,), int64."""
        return self._cover.nearest_centre

    def extend(self, count: int) -> None:
        """Pick until there are `count` picks, or no candidate is left."""
        while len(self.order) < count and self._free.any():
            pick = self._next()
            if pick is None:
                return
            self.take(pick)

    def take(self, pick: int) -> None:
        """Make one candidate the next pick, whatever the strategy says."""
        self._cover.take(pick)
        self._free[pick] = False
        self._thin()

    def forbid(self, positions: IntArray) -> None:
        """Let these never be picked from now on; they are still to be covered."""
        self._cover.forbid(positions)
        self._free[positions] = False

    @abstractmethod
    def _next(self) -> int | None:
        """Return one of the free candidates; None ends the order."""

    def _thin(self) -> None:
        if self._least > 0:
            self._free &= self.nearest >= self._least
