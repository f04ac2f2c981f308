"""Matrix products of points with centres: the only heavy arithmetic of greedy k-center."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]


class Products(Protocol):
    """Points and a growing list of centres, on one device.

    A block is a set of points where the device can multiply it; only this class looks inside.

    Attributes:
        frontier: About how many points to keep as a block between two picks.
        elements: How many products one call may hold at a time.
        stride: How many centres points see before those that are near enough may stop.
    """

    frontier: int
    elements: int
    stride: int

    def add(self, centre: FloatArray, square: float) -> None:
        """Append a centre, shape (D,), with its squared length."""

    def gather(self, positions: IntArray) -> Any:
        """Return the points at ascending or any other positions, shape (R,), as a block."""

    def narrow(self, block: Any, keep: npt.NDArray[np.bool_]) -> Any:
        """Return the points of a block that are flagged, shape (R,)."""

    def nearest(self, block: Any, first: int, stop: int) -> tuple[FloatArray, IntArray]:
        """Find the nearest of the centres from number `first` on, before number `stop`.

        Returns:
            c² − 2xc of every point x with its nearest centre c, shape (R,), and the number of
            that centre, shape (R,).
        """


class HostProducts:
    """Products in NumPy."""

    elements = 1 << 18  # what stays in the cache, and still is a large product
    stride = 128

    def __init__(self, points: FloatArray) -> None:
        """Take points, shape (S, D), float32; they are not copied."""
        # Every pick multiplies the frontier: of few points, only few may belong to it.
        self.frontier = min(max(len(points) // 12, 512), 8192)
        self._points = points
        self._doubled = np.empty((16, points.shape[1]), np.float32)
        self._squares = np.empty(16, np.float32)
        self._count = 0

    def add(self, centre: FloatArray, square: float) -> None:
        """Append a centre, shape (D,), with its squared length."""
        if self._count == len(self._squares):
            self._doubled = np.concatenate([self._doubled, np.empty_like(self._doubled)])
            self._squares = np.concatenate([self._squares, np.empty_like(self._squares)])
        self._doubled[self._count] = -2 * centre  # a power of two: nothing is rounded
        self._squares[self._count] = square
        self._count += 1

    def gather(self, positions: IntArray) -> FloatArray:
        """Return the points at positions, shape (R,); a view where these are consecutive."""
        first, count = int(positions[0]), len(positions)
        if int(positions[-1]) - first == count - 1 and (np.diff(positions) == 1).all():
            return self._points[first : first + count]
        # With mode="raise" NumPy would fill a buffer first; positions are always valid.
        return np.take(self._points, positions, axis=0, mode="clip")

    def narrow(self, block: FloatArray, keep: npt.NDArray[np.bool_]) -> FloatArray:
        """Return the points of a block that are flagged, shape (R,)."""
        return block[keep]

    def nearest(self, block: FloatArray, first: int, stop: int) -> tuple[FloatArray, IntArray]:
        """Find the nearest of the centres first to stop - 1; see `Products.nearest`."""
        if first == stop - 1:
            # Row by row: for so little work threads would mostly wait for each other.
            values: FloatArray = np.vecdot(block, self._doubled[first])
            values += self._squares[first]
            return values, np.full(len(block), first, np.int64)
        between = self.between(block, first, stop)
        which = between.argmin(axis=1)
        return between[np.arange(len(block)), which], which + first

    def between(self, block: FloatArray, first: int, stop: int) -> FloatArray:
        """Return c² − 2xc of every point with the centres first to stop - 1, shape (R, C)."""
        between: FloatArray = block @ self._doubled[first:stop].T
        between += self._squares[first:stop]
        return between
