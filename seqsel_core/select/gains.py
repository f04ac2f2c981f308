"""How much each candidate would add to a selection: the gains of facility location.

Every sequence is served by the nearest selected one, at the cost dᵖ of its distance d. The
gain of a candidate is what it takes off the sum of all costs. Gains only fall while the
selection grows, so an old gain is an upper bound and few need to be computed again: lazy
greedy (Minoux, "Accelerated greedy algorithms", 1978). The sum of costs is within 1 − 1/e of
the largest reduction possible (Nemhauser, Wolsey, Fisher 1978).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from seqsel_core.select.kcenter import FloatArray, IntArray

EXACT = 5_000
"""Up to so many candidates the gains are exact; of more, a sample is served for all."""

ROWS = 100_000
"""Of more candidates than this, every n-th can be chosen for its gain."""

_LEAST_SAMPLE = 1000
_BLOCK = 512  # rows of one block of the matrix product
_BATCH = 32  # gains computed again at once
_TIE = 1e-6  # share of a gain below which float32 cannot tell two apart
_SAME = 2e-6  # squared, share of the squared norms: a² + b² − 2ab is all rounding below
_BLUR = 1e-3  # largest rounding error of a cost, near 0


class Gains:
    """Gains of candidates, kept up to date lazily.

    Memory: four bytes for every pair of a candidate and a served sequence: at most 100 MB up
    to 25,000 candidates, 400 MB for 100,000 and more. What a sample costs in distance is in
    benchmarks/coverage.py: less than one percent.

    Attributes:
        rows: Positions of what can be chosen for its gain, shape (R,), int64, ascending.
        costs: Cost of each candidate to each served sequence, in units of the largest
            possible, shape (R, served), float32.
    """

    def __init__(
        self,
        points: FloatArray,
        candidates: IntArray,
        nearest: FloatArray,
        *,
        power: float = 1,
        exact: int = EXACT,
        weights: FloatArray | None = None,
    ) -> None:
        """Compute all gains once.

        Args:
            points: Shape (S, D), float32.
            candidates: Positions of what can be chosen and is to be served, shape (C,), int64,
                ascending.
            nearest: Distance of every point to what is selected before, shape (S,), float32;
                inf where nothing is.
            power: p of the costs dᵖ, at least 1.
            exact: Up to so many candidates the sums are over all of them; of more, over as
                many evenly spaced ones as need the same memory, but at least 1,000.
            weights: What the gain of each point is multiplied by, shape (S,), float32, above 0
                and up to 1; None: all by 1. A weighted gain only falls, too.
        """
        self._points = points
        self._power = power
        self.rows = _spaced(candidates, ROWS)
        sample = max(min(exact, _LEAST_SAMPLE), exact * exact // max(1, len(self.rows)))
        self._served = _spaced(candidates, sample)
        self._row_of = np.full(len(points), -1, np.int64)
        self._row_of[self.rows] = np.arange(len(self.rows))
        self._weights = None if weights is None else weights[self.rows].astype(np.float64)
        self._norms = np.einsum("sd,sd->s", points, points)
        # No two points are farther apart than this; costs are in units of its power.
        self._scale = np.float32(2 * np.sqrt(self._norms[candidates].max(initial=0)) or 1)
        far = np.minimum(nearest[self._served] / self._scale, 1)
        self._current = np.power(far, power, dtype=np.float32)
        self._pivots = np.empty(len(self.rows), np.int64)  # the served point nearest to each
        self._to_pivots = np.empty(len(self.rows), np.float32)
        self.costs = self._all_costs()
        self._bounds = self._compute(np.arange(len(self.rows)))
        self._fresh = np.arange(len(self.rows))  # rows whose bounds are their gains

    def best(self, allowed: npt.NDArray[np.bool_]) -> int | None:
        """Return the position with the largest gain.

        Two that serve each other and nobody else gain the same. Ties go to what is farther
        from the selected, which does not hang on the order of the files, then to the lowest.

        Args:
            allowed: Which points may be returned, shape (S,), bool.

        Returns:
            A position, or None where no allowed point can be chosen for its gain.
        """
        able = allowed if len(self.rows) == len(allowed) else allowed[self.rows]
        if not able.any():
            return None
        fresh = self._fresh[able[self._fresh]]
        top = float(self._bounds[fresh].max(initial=-1.0))
        stale, size = self._stale(able, top), 1  # one gain rules out most of the others
        while len(stale):
            rows, stale = self._highest(stale, size)
            self._bounds[rows] = self._compute(rows)
            self._fresh = np.concatenate([self._fresh, rows])
            top = max(top, float(self._bounds[rows].max()))
            stale = stale[self._bounds[stale] >= top * (1 - _TIE)]
            size = max(_BATCH, 2 * size)
        fresh = np.sort(self._fresh[able[self._fresh]])
        return int(self.rows[self._first_of(fresh[self._bounds[fresh] >= top * (1 - _TIE)])])

    def least_distances(self, pick: int) -> FloatArray:
        """Return a lower bound on the distance of each point that can be chosen to another point.

        By the triangle with the served point that is nearest to each; without a product.

        Returns:
            Shape (R,), float32, for the points of `rows`.
        """
        if self._power != 1:
            return np.zeros(len(self.rows), np.float32)
        row = self._row_of[pick]
        costs = self.costs[row] if row >= 0 else self._between(pick)
        least: FloatArray = np.abs(costs[self._pivots] - self._to_pivots)
        least -= np.float32(2 * _BLUR)
        least *= self._scale
        return least

    def serve(self, pick: int) -> None:
        """Count a point as selected from now on."""
        row = self._row_of[pick]
        costs = self.costs[row] if row >= 0 else self._between(pick)
        np.minimum(self._current, costs, out=self._current)
        self._fresh = np.empty(0, np.int64)

    def _stale(self, able: npt.NDArray[np.bool_], top: float) -> IntArray:
        """Return the rows that may gain as much as the best that is known, or more."""
        bounds = np.where(able, self._bounds, -2.0)
        bounds[self._fresh] = -2.0
        return np.flatnonzero(bounds >= top * (1 - _TIE))

    def _highest(self, rows: IntArray, count: int) -> tuple[IntArray, IntArray]:
        """Return the rows with the largest bounds, and the others; ascending."""
        if len(rows) <= count:
            return rows, rows[:0]
        bounds = self._bounds[rows]
        highest = bounds.argmax() if count == 1 else np.argpartition(bounds, -count)[-count:]
        chosen = np.zeros(len(rows), np.bool_)
        chosen[highest] = True
        return rows[chosen], rows[~chosen]

    def _first_of(self, tied: IntArray) -> int:
        if len(self.rows) != len(self._served):  # a sample hardly ever ties
            return int(tied[0])
        own = self._current[tied]
        return int(tied[np.argmax(own >= own.max() * (1 - _TIE))])

    def _compute(self, rows: IntArray) -> npt.NDArray[np.float64]:
        gains = np.empty(len(rows), np.float64)
        for at in range(0, len(rows), _BATCH):
            saved = _taken(self.costs, rows[at : at + _BATCH])
            saved = np.subtract(self._current, saved)
            np.maximum(saved, 0, out=saved)
            gains[at : at + _BATCH] = saved.sum(axis=1)
        if self._weights is not None:
            gains *= self._weights[rows]
        return gains

    def _all_costs(self) -> FloatArray:
        """Return the cost of every pair, shape (rows, served), float32."""
        rows, served = self.rows, self._served
        costs = np.empty((len(rows), len(served)), np.float32)
        mirrored = len(rows) == len(served)
        those = _taken(self._points, served)
        for at in range(0, len(rows), _BLOCK):
            stop = at + _BLOCK
            begin = at if mirrored else 0
            block = _taken(self._points, rows[at:stop]) @ those[begin:].T
            for low in range(0, len(block), _BATCH):  # as many as stay in the cache
                part = slice(low, low + _BATCH)
                norms = self._norms[rows[at:stop][part]]
                costs[at:stop, begin:][part] = self._cost(block[part], norms, begin)
            if mirrored:
                costs[stop:, at:stop] = costs[at:stop, stop:].T
            found = costs[at:stop].argmin(axis=1)
            self._pivots[at:stop] = found
            self._to_pivots[at:stop] = costs[np.arange(at, at + len(found)), found]
        return costs

    def _between(self, pick: int) -> FloatArray:
        """Return the costs of one point to the served ones, shape (served,), float32."""
        products = self._points[[pick]] @ self._points[self._served].T
        costs: FloatArray = self._cost(products, self._norms[[pick]], 0)[0]
        return costs

    def _cost(self, products: FloatArray, norms: FloatArray, begin: int) -> FloatArray:
        """Make costs of products with the served ones from number `begin` on, in place."""
        squared = products
        squared *= -2
        both = norms[:, None] + self._norms[self._served[begin:]]
        squared += both
        squared[squared < _SAME * both] = 0
        squared /= self._scale**2
        if self._power == 1:
            np.sqrt(squared, out=squared)
        else:
            np.power(squared, np.float32(self._power / 2), out=squared)
        return squared


def _taken(array: FloatArray, positions: IntArray) -> FloatArray:
    """Return rows of an array, at ascending positions; a view where these are consecutive."""
    first, count = int(positions[0]), len(positions)
    if int(positions[-1]) - first == count - 1:
        return array[first : first + count]
    taken: FloatArray = array[positions]
    return taken


def _spaced(positions: IntArray, limit: int) -> IntArray:
    """Return at most `limit` of the positions, evenly spaced: every video has its share."""
    if len(positions) <= limit:
        return positions
    return positions[((np.arange(limit) + 0.5) * len(positions) / limit).astype(np.int64)]
