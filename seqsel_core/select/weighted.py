"""Greedy k-center where some sequences are more welcome than others."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from seqsel_core.select.greedy import Ordered
from seqsel_core.select.kcenter import FloatArray
from seqsel_core.select.kcenter_products import Products


class WeightedKCenter(Ordered):
    """Always takes the candidate with the largest product of weight and distance.

    The distance of every point is brought up to date for every pick: about as slow as a plain
    loop. Nested. Ties go to the lowest index; copies of a pick come last.
    """

    def __init__(
        self,
        points: FloatArray,
        candidates: npt.NDArray[np.bool_],
        weights: FloatArray,
        *,
        start: str = "medoid",
        centres: FloatArray | None = None,
        min_distance: float = -1,
        products: Products | None = None,
    ) -> None:
        """Prepare to select.

        Args:
            points: Shape (S, D), float32.
            candidates: Which points may be picked and must be covered, shape (S,), bool.
            weights: Shape (S,), float32, above 0 and up to 1.
            start: First pick, whatever its weight; see `KCenter`.
            centres: As `Ordered`.
            min_distance: As `Ordered`.
            products: As `Ordered`.

        Raises:
            ValueError: A point holds NaN or infinity.
        """
        super().__init__(
            points,
            candidates,
            centres=centres,
            min_distance=min_distance,
            start=start,
            products=products,
        )
        self._weights = weights

    def _next(self) -> int | None:
        farthest = self._cover.farthest()
        if farthest is not None and np.isinf(farthest[1]):
            return farthest[0]
        return int(np.argmax(np.where(self._free, self.nearest * self._weights, -1)))
