"""What one selection covers, and how it is spread: a few numbers that people can compare."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

_BLOCK = 4096  # points of one matrix product
_FEW = 4096  # pairs
_SAME = 2e-6  # squared, share of the squared norms: a² + b² − 2ab is all rounding below


@dataclass(frozen=True)
class Coverage:
    """Measures of one selection. Distances are Euclidean, between representations.

    Attributes:
        count: Sequences selected.
        radius: Largest distance of any candidate to its nearest selected one.
        p95: 95th percentile of these distances.
        mean: Their mean.
        closest: Smallest distance between two selected ones; NaN for fewer than two.
        p10_within: 10th percentile of the distance of each selected one to the nearest other;
            NaN for fewer than two.
        videos: Videos with at least one selected sequence.
        spread: The candidates in order of video and time are divided into `count` equal
            stretches; this is the share of stretches that hold a selected one. 1 for one
            selected in each, about 0.63 at random.
    """

    count: int
    radius: float
    p95: float
    mean: float
    closest: float
    p10_within: float
    videos: int
    spread: float


def coverage(
    points: FloatArray,
    candidates: IntArray,
    selected: IntArray,
    videos: IntArray,
    distances: FloatArray | None = None,
) -> Coverage:
    """Measure a selection.

    Args:
        points: Representations, shape (S, D), float32.
        candidates: Positions of what is to be covered, ascending, shape (C,), int64.
        selected: Positions of what is selected, at least one, shape (K,), int64.
        videos: Which video each sequence is of, shape (S,), int64.
        distances: Of every candidate to the nearest selected one, shape (C,), where they are
            known already.
    """
    if distances is None:
        distances = distance_to_nearest(points, candidates, selected)
    within = distances_within(points, selected)
    places = np.searchsorted(candidates, selected)
    return Coverage(
        count=len(selected),
        radius=float(distances.max(initial=0)),
        p95=float(np.percentile(distances, 95)),
        mean=float(distances.mean()),
        closest=float(within.min(initial=np.inf)) if len(within) else float("nan"),
        p10_within=float(np.percentile(within, 10)) if len(within) else float("nan"),
        videos=len(np.unique(videos[selected])),
        spread=spread(places, len(candidates)),
    )


def spread(places: IntArray, total: int) -> float:
    """Return the share of equal stretches that hold one of the places; see `Coverage`.

    Args:
        places: Of the selected ones among the candidates, 0 to total − 1, shape (K,).
        total: Number of candidates.
    """
    return len(np.unique(places * len(places) // total)) / len(places)


def distance_to_nearest(points: FloatArray, queries: IntArray, among: IntArray) -> FloatArray:
    """Return the distance of every query to the nearest of some points, shape (Q,), float32.

    In float32: exact to 0.001 for unit vectors, and far better unless they nearly coincide.

    Args:
        points: Shape (S, D), float32.
        queries: Positions, shape (Q,), int64.
        among: Positions, at least one, shape (A,), int64.
    """
    found = np.empty(len(queries), np.float32)
    searched = points[among]
    for at in range(0, len(queries), _BLOCK):
        block = queries[at : at + _BLOCK]
        between = pairwise(rows_at(points, block), searched)
        found[at : at + _BLOCK] = between.min(axis=1)
    return found


def rows_at(points: FloatArray, positions: IntArray) -> FloatArray:
    """Return rows at positions, at least one; a view where these are consecutive."""
    first, count = int(positions[0]), len(positions)
    if int(positions[-1]) - first == count - 1 and (np.diff(positions) == 1).all():
        return points[first : first + count]
    found: FloatArray = points[positions]
    return found


def pairwise(these: FloatArray, those: FloatArray) -> FloatArray:
    """Return the distances between rows of two arrays, shape (A, B), float32.

    Args:
        these: Shape (A, D), float32.
        those: Shape (B, D), float32.
    """
    if len(these) * len(those) <= _FEW:  # threads would wait for each other
        squared: FloatArray = np.vecdot(these[:, None], those)
    else:
        squared = these @ those.T
    squared *= -2
    both = np.einsum("ad,ad->a", these, these)[:, None] + np.einsum("bd,bd->b", those, those)
    squared += both
    squared[squared < _SAME * both] = 0
    return np.sqrt(squared, out=squared)


def apart(points: FloatArray, picks: IntArray) -> npt.NDArray[np.float64]:
    """Return `p10_within` of the first picks of some orders, for every number of them.

    Args:
        points: Shape (S, D), float32.
        picks: Positions, K of each order, shape (R, K), int64.

    Returns:
        Shape (R, K + 1): of the first k picks in column k; NaN for fewer than two.
    """
    orders, count = picks.shape
    between = np.empty((orders, count, count), np.float32)
    for order, own in enumerate(picks):
        between[order] = pairwise(points[own], points[own])
    nearest = np.full((orders, count), np.inf, np.float32)
    found = np.full((orders, count + 1), np.nan)
    for last in range(1, count):
        added = between[:, :last, last]
        np.minimum(nearest[:, :last], added, out=nearest[:, :last])
        nearest[:, last] = added.min(axis=1)
        found[:, last + 1] = np.percentile(nearest[:, : last + 1], 10, axis=1)
    return found


def distances_within(points: FloatArray, selected: IntArray) -> FloatArray:
    """Return the distance of each selected one to the nearest other; empty for fewer than two."""
    if len(selected) < 2:
        return np.empty(0, np.float32)
    between = pairwise(points[selected], points[selected])
    np.fill_diagonal(between, np.inf)
    nearest: FloatArray = between.min(axis=1)
    return nearest
