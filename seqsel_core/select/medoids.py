"""Greedy k-center and one medoid step: every pick gives way to the centre of its cluster.

K-center likes outliers: a pick is the sequence farthest from all others. The sequences
nearest to it, its cluster, are served better by the most central of them. This is the first
half of one step of k-medoids (Park & Jun 2009).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from seqsel_core.select.greedy import Ordered
from seqsel_core.select.kcenter import FloatArray, KCenter


class MedoidStep(Ordered):
    """The picks of k-center, each replaced by the most central candidate of its cluster.

    Not nested: with another number of picks the clusters are others, and so are their
    centres. So one object serves one number of picks, given when it is made.
    """

    def __init__(
        self,
        points: FloatArray,
        candidates: npt.NDArray[np.bool_],
        count: int,
        *,
        start: str = "medoid",
        centres: FloatArray | None = None,
        min_distance: float = -1,
    ) -> None:
        """Select by k-center, and find the clusters.

        Args:
            points: Shape (S, D), float32.
            candidates: Which points may be picked and must be covered, shape (S,), bool.
            count: How many picks there will be, or fewer.
            start: First pick of k-center; see `KCenter`.
            centres: As `Ordered`; what is nearest to one of them is in no cluster.
            min_distance: As `Ordered`; ends the order of k-center too.

        Raises:
            ValueError: A point holds NaN or infinity.
        """
        super().__init__(points, candidates, centres=centres, min_distance=min_distance)
        greedy = KCenter(points, candidates, start=start, centres=centres)
        greedy.extend(count)
        far = int((np.array(greedy.distances) >= np.float32(min_distance)).sum())
        if far < len(greedy.order):  # the rest must not have clusters of its own
            greedy = KCenter(points, candidates, start=start, centres=centres)
            greedy.extend(far)
        self._points = points
        owner = np.where(candidates, greedy.nearest_centre, -1)
        owner[greedy.order] = np.arange(len(greedy.order))  # copies of one another too
        self._clusters = iter([np.flatnonzero(owner == pick) for pick in range(far)])

    def _next(self) -> int | None:
        for cluster in self._clusters:
            free = cluster[self._free[cluster]]
            if len(free):
                # Nearest to the mean: the smallest sum of squared distances to the members.
                mean = self._points[cluster].mean(axis=0, dtype=np.float64)
                away = np.square(self._points[free] - mean).sum(axis=1)
                return int(free[np.argmin(away)])
        return None
