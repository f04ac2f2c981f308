"""How much each candidate would add to a selection: the gains of facility location.

Every sequence is served by the nearest selected one, at the cost dᵖ of its distance d. The
gain of a candidate is what it takes off the sum of all costs. Gains only fall while the
selection grows, so an old gain is an upper bound and few need to be computed again: lazy
greedy (Minoux, "Accelerated greedy algorithms", 1978). The sum of costs is within 1 − 1/e of
the largest reduction possible (Nemhauser, Wolsey, Fisher 1978).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from seqsel_core.room import empty
from seqsel_core.select.kcenter import FloatArray, IntArray

EXACT = 5_000
"""Up to so many candidates the gains are exact; of more, a sample is served for all."""

PER_PICK = 20
"""Of a sample a part is served, as long as it holds so many for every pick."""

ROWS = 100_000
"""Of more candidates than this, every n-th can be chosen for its gain."""

_LEAST_SAMPLE = 1000
_LEAST_PART = 600
_BLOCK = 1 << 19  # products computed at once
_PIECE = 1 << 16  # costs made of products at once: as many as stay in the cache
_BATCH = 32  # gains computed again at once
_AHEAD = 256  # served ones whose costs are computed at once before they are needed
_TIE = 1e-6  # share of a gain below which float32 cannot tell two apart
_SAME = 2e-6  # squared, share of the squared norms: a² + b² − 2ab is all rounding below
_BLUR = 1e-3  # largest rounding error of a cost, near 0


class Gains:
    """Gains of candidates, kept up to date lazily.

    Of a sample every n-th is served first, at least 600, and twice as many whenever there are
    too many picks for them: few served ones tell who gains most, where there are few picks.
    Of 6,200, 8,158 and 12,269 frames of real video and 10,000 made sequences
    (benchmarks/coverage.py), the mean distance at 30 picks was 0 to 0.4 % above that of exact
    gains; at 100 picks 0.3 to 1.0 %.

    Memory: four bytes for every pair of a candidate and a served sequence: at most 100 MB up
    to 25,000 candidates, 400 MB for 100,000 and more.

    Attributes:
        rows: Positions of what can be chosen for its gain, shape (R,), int64, ascending.
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
        before: int = 0,
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
            before: How many are selected before.
        """
        self._points = points
        self._power = power
        self.rows = _spaced(candidates, ROWS)
        sample = max(min(exact, _LEAST_SAMPLE), exact * exact // max(1, len(self.rows)))
        served = _spaced(candidates, sample)
        self._exact = len(served) == len(self.rows)
        self._served, self._parts = _in_parts(served, len(served) if self._exact else _LEAST_PART)
        self._known = 0  # to how many of them the costs are known
        self._count = 0  # how many of them are served now
        self._row_of = np.full(len(points), -1, np.int64)
        self._row_of[self.rows] = np.arange(len(self.rows))
        self._weights = None if weights is None else weights[self.rows].astype(np.float64)
        self._norms = np.einsum("sd,sd->s", points, points)
        # No two points are farther apart than this; costs are in units of its power.
        self._scale = np.float32(2 * np.sqrt(self._norms[candidates].max(initial=0)) or 1)
        far = np.minimum(nearest[self._served] / self._scale, 1)
        self._current = np.power(far, power, dtype=np.float32)
        self._before = before
        self._picks: list[int] = []
        self._pivots = np.zeros(len(self.rows), np.int64)  # the served point nearest to each
        self._to_pivots = np.full(len(self.rows), np.inf, np.float32)
        # Apart for each part, and made when it is needed: fresh memory is dear.
        self._costs: list[FloatArray] = []
        self._bounds = np.zeros(len(self.rows), np.float64)
        self._widen()
        self._fresh = np.arange(len(self.rows))  # rows whose bounds are their gains

    @property
    def n_served(self) -> int:
        """How many sequences are served now."""
        return self._count

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
        least: FloatArray = np.abs(self._costs_of(pick)[self._pivots] - self._to_pivots)
        least -= np.float32(2 * _BLUR)
        least *= self._scale
        return least

    def serve(self, pick: int) -> None:
        """Count a point as selected from now on."""
        self._serve(pick, 0)
        self._picks.append(pick)
        self._widen()
        self._fresh = np.empty(0, np.int64)

    @property
    def n_bytes(self) -> int:
        """Memory of the costs."""
        return sum(costs.nbytes for costs in self._costs)

    def prepare(self, count: int) -> bool:
        """Do a part, some ten milliseconds, of what the first `count` picks need.

        Returns:
            Whether there is more to do.
        """
        needed = self._part_for(self._before + count)
        if self._known < needed:
            self._know(min(self._known + _AHEAD, needed))
        return self._known < needed

    def _serve(self, pick: int, first: int) -> None:
        """Let a point serve those from number `first` on to which it is nearest."""
        current = self._current[first : self._count]
        np.minimum(current, self._costs_of(pick)[first : self._count], out=current)

    def _widen(self) -> None:
        """Let as many be served as the next pick asks for."""
        first = self._count
        self._count = self._part_for(self._before + len(self._picks) + 1)
        if self._count == first:
            return
        self._know(self._count)
        for pick in self._picks:
            self._serve(pick, first)
        self._bounds += self._compute(np.arange(len(self.rows)), first)

    def _part_for(self, picks: int) -> int:
        """Return how many are served where there are so many picks."""
        enough = (part for part in self._parts if part >= PER_PICK * picks)
        return next(enough, self._parts[-1])

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
        if not self._exact:  # a sample hardly ever ties
            return int(tied[0])
        own = self._current[tied]
        return int(tied[np.argmax(own >= own.max() * (1 - _TIE))])

    def _compute(self, rows: IntArray, first: int = 0) -> npt.NDArray[np.float64]:
        """Return the gains of rows, from those served from number `first` on."""
        gains = np.zeros(len(rows), np.float64)
        for begin, costs in self._blocks(first, self._count):
            current = self._current[begin : begin + costs.shape[1]]
            for at in range(0, len(rows), _BATCH):
                saved = np.subtract(current, _taken(costs, rows[at : at + _BATCH]))
                np.maximum(saved, 0, out=saved)
                gains[at : at + _BATCH] += saved.sum(axis=1)
        if self._weights is not None:
            gains *= self._weights[rows]
        return gains

    def _know(self, stop: int) -> None:
        """Compute the cost of every candidate to those of the sample before number `stop`."""
        first, self._known = self._known, max(self._known, stop)
        while sum(costs.shape[1] for costs in self._costs) < self._known:
            width = self._parts[len(self._costs)] - sum(part.shape[1] for part in self._costs)
            self._costs.append(empty((len(self.rows), width)))
        for begin, costs in self._blocks(first, stop):
            self._fill(costs, begin)

    def _fill(self, costs: FloatArray, first: int) -> None:
        """Compute the cost of every candidate to as many served ones from number `first` on."""
        rows, stop = self.rows, first + costs.shape[1]
        served = self._served[first:stop]
        those = _taken(self._points, served) if self._exact else self._points[served]
        size = max(1, _BLOCK // len(those))
        piece = max(1, _PIECE // len(those))
        for at in range(0, len(rows), size):
            end = min(at + size, len(rows))
            begin = at if self._exact else 0  # what is exact is mirrored
            block = _taken(self._points, rows[at:end]) @ those[begin:].T
            for low in range(0, len(block), piece):
                part = slice(low, low + piece)
                norms = self._norms[rows[at:end][part]]
                costs[at:end, begin:][part] = self._cost(block[part], norms, first + begin)
            if self._exact:
                costs[end:, at:end] = costs[at:end, end:].T
            found = costs[at:end].argmin(axis=1)
            away = costs[np.arange(at, end), found]
            nearer = np.flatnonzero(away < self._to_pivots[at:end])
            self._pivots[at + nearer] = first + found[nearer]
            self._to_pivots[at + nearer] = away[nearer]

    def _blocks(self, first: int, stop: int) -> Iterator[tuple[int, FloatArray]]:
        """Yield (first number, costs) of those served from number `first` on, before `stop`.

        Costs of every candidate of `rows` to some that follow each other, shape (R, n), in
        units of the largest possible one.
        """
        begin = 0
        for costs in self._costs:
            low, high = max(first, begin), min(stop, begin + costs.shape[1])
            if low < high:
                yield low, costs[:, low - begin : high - begin]
            begin += costs.shape[1]

    def _costs_of(self, pick: int) -> FloatArray:
        """Return the costs of one point to those of the sample that are known, shape (known,)."""
        row = self._row_of[pick]
        if row >= 0:
            return np.concatenate([costs[row] for _, costs in self._blocks(0, self._known)])
        products = self._points[[pick]] @ self._points[self._served[: self._known]].T
        costs: FloatArray = self._cost(products, self._norms[[pick]], 0)[0]
        return costs

    def _cost(self, products: FloatArray, norms: FloatArray, begin: int) -> FloatArray:
        """Make costs of products with the served ones from number `begin` on, in place."""
        squared = products
        squared *= -2
        both = norms[:, None] + self._norms[self._served[begin : begin + products.shape[1]]]
        squared += both
        squared[squared < _SAME * both] = 0
        squared /= self._scale**2
        if self._power == 1:
            np.sqrt(squared, out=squared)
        else:
            np.power(squared, np.float32(self._power / 2), out=squared)
        return squared


def _in_parts(positions: IntArray, least: int) -> tuple[IntArray, list[int]]:
    """Order positions so that the first ones, of some numbers, are evenly spaced.

    Returns:
        The positions, and these numbers, ascending: each about half of the next. The first is
        not below `least`, but where there are fewer positions at all.
    """
    parts = [positions]
    while len(parts[0]) // 2 >= least:
        whole = parts[0]
        parts[:1] = [whole[1::2], whole[::2]]
    return np.concatenate(parts), np.cumsum([len(part) for part in parts]).tolist()


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
