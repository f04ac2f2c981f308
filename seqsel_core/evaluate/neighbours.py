"""Distance from points to the nearest of others, exactly and in bounded memory."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

_QUERIES = 1024  # rows of one block of the matrix product
_POINTS = 4096  # its columns
_NEAR = 1e-3  # share of the squared norm below which a² + b² − 2ab has lost too many digits


def nearest(
    points: FloatArray, queries: IntArray, among: IntArray, *, exclude_self: bool = False
) -> tuple[npt.NDArray[np.float64], IntArray]:
    """Find the nearest of some points for each of some points (Euclidean).

    Args:
        points: All points, shape (S, D), float32.
        queries: Positions of the points that search, shape (Q,), int64.
        among: Positions of the points that can be found, shape (A,), int64, at least one
            (two where `exclude_self` is set).
        exclude_self: A point does not find itself; another that is equal to it, it does.

    Returns:
        Distances, shape (Q,), float64, and positions of the nearest, shape (Q,), int64.
    """
    distances = np.empty(len(queries), np.float64)
    found = np.empty(len(queries), np.int64)
    for at in range(0, len(queries), _QUERIES):
        block = queries[at : at + _QUERIES]
        squared, winner = _search(points, block, among, exclude_self, np.float32)
        norms = np.einsum("qd,qd->q", points[block], points[block])
        near = np.flatnonzero(squared <= _NEAR * norms)
        if len(near):  # only these are searched again, with twice the digits
            _, winner[near] = _search(points, block[near], among, exclude_self, np.float64)
        away = points[block].astype(np.float64) - points[winner]
        distances[at : at + len(block)] = np.sqrt(np.einsum("qd,qd->q", away, away))
        found[at : at + len(block)] = winner
    return distances, found


def _search(
    points: FloatArray,
    queries: IntArray,
    among: IntArray,
    exclude_self: bool,
    kind: type[np.floating],
) -> tuple[npt.NDArray[np.floating], IntArray]:
    """Return squared distances by a² + b² − 2ab and the positions that have them."""
    rows = np.arange(len(queries))
    searching = points[queries].astype(kind, copy=False)
    own = np.einsum("qd,qd->q", searching, searching)
    best = np.full(len(queries), np.inf, kind)
    found = np.full(len(queries), among[0], np.int64)
    for at in range(0, len(among), _POINTS):
        columns = among[at : at + _POINTS]
        block = points[columns].astype(kind, copy=False)
        squared = searching @ block.T
        squared *= -2
        squared += own[:, None]
        squared += np.einsum("ad,ad->a", block, block)
        if exclude_self:
            squared[queries[:, None] == columns] = np.inf
        winner = squared.argmin(axis=1)
        value = squared[rows, winner]
        better = value < best
        best[better] = value[better]
        found[better] = columns[winner[better]]
    return best, found
