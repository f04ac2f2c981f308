"""How far every point is from its nearest centre, brought up to date only where it matters."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from seqsel_core.select.kcenter_products import (
    FloatArray,
    HostProducts,
    IntArray,
    Products,
)

_NEAR = 1e-3  # of the largest square; below it c² + x² − 2xc has lost too many digits
_FEW = 16  # points
_WORTH_COPYING = 0.75  # of a block: with fewer left, those are copied
_PAIRS = 1 << 20  # numbers per piece of exact differences


class Cover:
    """Upper bounds on the distance of every point to its nearest centre.

    A distance to the nearest centre only falls as centres are added. So what is known from the
    first few centres bounds it from above, and most points never need to see the others.

    Attributes:
        upper: Squared distance of every point to the nearest of the centres that it has seen,
            shape (S,), float32; inf where it has seen none.
        seen: How many centres every point has seen, shape (S,), int64.
        which: Number of the nearest centre among those, shape (S,), int64.
        count: Number of centres.
    """

    def __init__(self, points: FloatArray, products: Products | None = None) -> None:
        """Take points, shape (S, D), float32, and who multiplies them; None: NumPy."""
        size, dimensions = points.shape
        self.points = points
        self.squares: FloatArray = np.einsum("sd,sd->s", points, points)
        self.upper = np.full(size, np.inf, np.float32)
        self.seen = np.zeros(size, np.int64)
        self.which = np.zeros(size, np.int64)
        self.count = 0
        self.products: Products = HostProducts(points) if products is None else products
        self._largest = float(self.squares.max(initial=0))
        self._unit_error = 12 * np.sqrt(dimensions) * 2.0**-24
        self._centres = np.empty((16, dimensions), np.float32)
        self._centre_squares = np.empty(16, np.float32)
        self._exact = np.full(size, np.inf)
        self._exact_seen = np.zeros(size, np.int64)

    @property
    def error(self) -> float:
        """Largest rounding error of `upper`.

        The probable bound λ√D·u of Higham and Mary (SIAM Journal on Scientific Computing 41,
        2019), λ = 3, for the four sums c², x² and twice xc.
        """
        return float(self._unit_error * self._largest)

    def add_point(self, position: int) -> None:
        """Append a point as a centre; it is its own nearest, and no other has seen it yet."""
        self.add(self.points[position])
        self.upper[position] = 0
        self.which[position] = self.count - 1
        self.seen[position] = self.count

    def add(self, centre: FloatArray) -> None:
        """Append a centre, shape (D,); no point has seen it yet."""
        square = float(centre @ centre)
        self._largest = max(self._largest, square)
        if self.count == len(self._centres):
            self._centres = np.concatenate([self._centres, np.empty_like(self._centres)])
            self._centre_squares = np.resize(self._centre_squares, 2 * self.count)
        self._centres[self.count] = centre
        self._centre_squares[self.count] = square
        self.products.add(centre, square)
        self.count += 1

    def refresh(self, positions: IntArray, floor: float = -np.inf) -> None:
        """Let points, shape (R,), see every centre, in pieces of bounded memory.

        Args:
            positions: The points.
            floor: A point whose bound falls to this squared distance need not see the rest.
        """
        # A point that coincides with a centre has nothing nearer to see.
        stale = (self.seen[positions] < self.count) & (self.upper[positions] > 0)
        positions = positions[stale]
        size = max(self.products.elements // self.products.stride, 256)
        for at in range(0, len(positions), size):
            self._catch_up(positions[at : at + size], floor)

    def _catch_up(self, positions: IntArray, floor: float) -> None:
        """Let points see centres some at a time, the last first: they are more often near."""
        products = self.products
        block = products.gather(positions)
        seen = self.seen[positions]
        stop = self.count
        left = len(positions)
        while left:
            least = int(seen.min())
            first = stop - products.stride
            first = first if first - products.stride // 2 > least else least
            self._compare(positions, block, first, stop)
            through = seen >= first
            self.seen[positions[through]] = self.count
            keep = (self.upper[positions] > floor) & ~through
            left = int(np.count_nonzero(keep))
            if 0 < left < _WORTH_COPYING * len(keep):
                positions, seen = positions[keep], seen[keep]
                block = products.narrow(block, keep)
            stop = first

    def see(self, positions: IntArray, block: object, first: int) -> None:
        """Let points whose block is at hand see every centre.

        Args:
            positions: The points, shape (R,).
            block: The same points, as `Products` gave them.
            first: The first centre that one of them may not have seen.
        """
        if first < self.count:
            self._compare(positions, block, first, self.count)
            self.seen[positions] = self.count

    def _compare(self, positions: IntArray, block: object, first: int, stop: int) -> None:
        """Lower the bounds of points to their distances from the centres first to stop - 1."""
        values, which = self.products.nearest(block, first, stop)
        values += self.squares[positions]
        near_limit = np.float32(_NEAR * self._largest)
        limit = self.upper[positions]
        if limit.min() < near_limit:
            limit[(limit < near_limit) & (limit > 0)] += np.float32(2 * self.error)
            limit[limit == 0] = -np.inf  # a copy of a centre: nothing is nearer
        closer = (values < limit).nonzero()[0]
        if not len(closer):
            return
        values, which, moved = values[closer], which[closer], positions[closer]
        if values.min() < near_limit:
            near = (values < near_limit).nonzero()[0]
            values[near], which[near] = self._closest(moved[near], first, stop, values[near])
            lower = values < self.upper[moved]
            values, which, moved = values[lower], which[lower], moved[lower]
        self.upper[moved] = values
        self.which[moved] = which

    def direct(self, positions: IntArray) -> npt.NDArray[np.float64]:
        """Return squared distances of fresh points, shape (R,), to `which`, in float64."""
        return self._differences(positions, self.which[positions])

    def exact(self, positions: IntArray) -> npt.NDArray[np.float64]:
        """Return squared distances of fresh points to their nearest centres, in float64.

        Points that coincide get the same number to the last bit. Meant for the few points
        among which rounding would decide: each is compared with all centres, once.
        """
        since, values = self._exact_seen[positions], self._exact[positions]
        stale = np.flatnonzero((since < self.count) & (values > 0))
        stale = stale[np.argsort(since[stale], kind="stable")]
        for piece, first in self._pieces(stale, since):
            rows, centres = self._rivals(
                positions[piece], first, self.count, self.upper[positions[piece]]
            )
            found = self._differences(positions[piece][rows], centres)
            np.minimum.at(values, piece[rows], found)
        self._exact[positions], self._exact_seen[positions] = values, self.count
        return values

    def _pieces(self, stale: IntArray, since: IntArray) -> Iterator[tuple[IntArray, int]]:
        at = 0
        while at < len(stale):
            first = int(since[stale[at]])
            size = min(max(_PAIRS // (self.count - first), 16), 1024)
            yield stale[at : at + size], first
            at += size

    def _closest(
        self, positions: IntArray, first: int, stop: int, values: FloatArray
    ) -> tuple[npt.NDArray[np.float64], IntArray]:
        """Return the distances behind rounded `values`, squared, and the centres they are to."""
        rows, centres = self._rivals(positions, first, stop, values)
        found = self._differences(positions[rows], centres)
        order = np.lexsort((centres, found, rows))
        best = order[np.unique(rows[order], return_index=True)[1]]
        return found[best], centres[best]

    def _rivals(
        self, positions: IntArray, first: int, stop: int, values: FloatArray
    ) -> tuple[IntArray, IntArray]:
        """Return pairs of point and centre whose distance may be that of `values`, squared."""
        points, centres = self.points[positions], self._centres[first:stop]
        few = len(points) <= _FEW  # as is usual; threads would wait for each other
        squared = np.vecdot(points[:, None], centres) if few else points @ centres.T
        squared *= -2
        squared += self._centre_squares[first:stop]
        squared += self.squares[positions, None]
        limit = values + np.float32(2 * self.error)
        rows, which = np.nonzero(squared <= limit[:, None])
        return rows, which + first

    def _differences(self, positions: IntArray, centres: IntArray) -> npt.NDArray[np.float64]:
        squared = np.empty(len(positions))
        step = max(1, _PAIRS // self.points.shape[1])
        for at in range(0, len(positions), step):
            away = self.points[positions[at : at + step]].astype(np.float64)
            away -= self._centres[centres[at : at + step]]
            np.square(away, out=away)
            squared[at : at + step] = away.sum(axis=1)
        return squared
