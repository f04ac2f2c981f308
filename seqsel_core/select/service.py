"""Representative and balanced orders: serve all sequences well, and forget none.

Facility location alone takes the candidate that brings all sequences nearest to a selected
one; what is rare adds little to that sum and comes late. Greedy k-center alone takes the
sequence that is served worst; what is common is then served by chance. The balanced order
alternates: some picks take the largest gain of all candidates, the others the largest gain
among those near the sequence that is served worst. The second kind brings the covering radius
down as k-center does, but with a sequence that serves its neighbours too instead of the
outlier itself.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from seqsel_core.select.gains import EXACT, Gains
from seqsel_core.select.greedy import Ordered
from seqsel_core.select.kcenter import FloatArray
from seqsel_core.select.kcenter_products import Products

BALANCE = 0.25
"""Share of picks for what is rare; near the best on both ends by benchmarks/quality.py."""

_REACH = 0.8


class Service(Ordered):
    """Greedy facility location, of which a share of the picks goes to what is served worst.

    Nested, and deterministic: ties go as in `Gains`. A point that coincides with a pick
    is picked only when nothing else is left. Up to `exact` candidates the gains are exact; of
    more, they are estimated from a sample (`Gains`), while what is served worst is always
    found among all.
    """

    def __init__(
        self,
        points: FloatArray,
        candidates: npt.NDArray[np.bool_],
        *,
        balance: float = BALANCE,
        power: float = 1,
        centres: FloatArray | None = None,
        min_distance: float = -1,
        exact: int = EXACT,
        weights: FloatArray | None = None,
        products: Products | None = None,
    ) -> None:
        """Compute the gains of all candidates.

        Args:
            points: Shape (S, D), float32.
            candidates: Which points may be picked and must be covered, shape (S,), bool.
            balance: Share of the picks that go to what is served worst, 0 (typical: facility
                location) to 1 (rare: after the first, every pick comes within 0.8 of the
                distance at which the sequence that is served worst was).
            power: p of the costs dᵖ whose sum is brought down. 1: the mean distance; the
                larger, the more the far ones count.
            centres: As `Ordered`.
            min_distance: As `Ordered`.
            exact: Up to so many candidates the gains are exact.
            weights: How welcome each point is as a pick, shape (S,), float32, above 0 and up to
                1: its gain is multiplied by it, and so is its distance where what is served
                worst is sought. What is reported stays as it is. None: all alike.
            products: As `Ordered`.

        Raises:
            ValueError: A point holds NaN or infinity.
        """
        super().__init__(
            points, candidates, centres=centres, min_distance=min_distance, products=products
        )
        self._points = points
        self._norms = np.einsum("sd,sd->s", points, points)
        self._centres = points[:0] if centres is None else centres
        self._balance = balance
        self._weights = weights
        self._copies = np.zeros(len(points), np.bool_)
        self._gains = Gains(
            points,
            np.flatnonzero(candidates),
            self.nearest,
            power=power,
            exact=exact,
            weights=weights,
            before=len(self._centres),
        )

    def take(self, pick: int) -> None:
        """Make one candidate the next pick, whatever the strategy says."""
        super().take(pick)
        self._gains.serve(pick)

    @property
    def n_bytes(self) -> int:
        """Memory of the gains."""
        return self._gains.n_bytes

    def prepare(self, count: int) -> bool:
        """Do a part of what `count` picks need; return whether there is more to do."""
        return self._gains.prepare(count)

    def _next(self) -> int:
        # What is selected before counts: two runs of five are one run of ten.
        place = len(self._centres) + len(self.order)
        rare = math.floor((place + 1) * self._balance) > math.floor(place * self._balance)
        pick = self._largest(self._near_the_worst() if rare else self._free)
        return self._worst()[0] if pick is None else pick

    def _worst(self) -> tuple[int, float]:
        """Return the free candidate that is served worst and its distance.

        The weights count; ties go to the lowest index.
        """
        if self._weights is None:
            farthest = self._cover.farthest()
            if farthest is not None and self._free[farthest[0]]:
                return farthest
        nearest = self.nearest
        weighted = nearest if self._weights is None else nearest * self._weights
        worst = int(np.argmax(np.where(self._free, weighted, -1)))
        return worst, float(nearest[worst])

    def _near_the_worst(self) -> npt.NDArray[np.bool_]:
        worst, radius = self._worst()
        if math.isinf(radius):  # nothing is selected yet
            return self._free
        reach = _REACH * radius
        maybe = self._gains.rows[self._gains.least_distances(worst) <= reach]
        maybe = maybe[self._free[maybe]]
        if len(maybe) > len(self._points) // 8:  # to gather so many takes longer than all of them
            maybe = np.flatnonzero(self._free)
            products = (self._points @ self._points[worst])[maybe]
        else:
            products = self._points[maybe] @ self._points[worst]
        near = np.zeros(len(self._points), np.bool_)
        squared = self._norms[maybe] + self._norms[worst] - 2 * products
        near[maybe] = squared <= reach**2
        near[worst] = self._free[worst]
        return near

    def _largest(self, allowed: npt.NDArray[np.bool_]) -> int | None:
        """Return the candidate with the largest gain; None if all are copies of picks."""
        while (pick := self._gains.best(allowed & ~self._copies)) is not None:
            if not self._is_copy(pick):
                return pick
            self._copies[pick] = True
        return None

    def _is_copy(self, pick: int) -> bool:
        order = np.array(self.order, np.int64)
        alike = order[np.isclose(self._norms[order], self._norms[pick], rtol=1e-4)]
        return any(
            bool((chosen == self._points[pick]).all(axis=1).any())
            for chosen in (self._points[alike], self._centres)
        )
