"""Nearest neighbours against a plain float64 search."""

from __future__ import annotations

import numpy as np
import pytest

from seqsel_core.evaluate import neighbours
from seqsel_core.evaluate.neighbours import nearest


def _oracle(points, queries, among, exclude_self) -> np.ndarray:
    points = points.astype(np.float64)
    away = np.linalg.norm(points[queries][:, None] - points[among][None], axis=2)
    if exclude_self:
        away[queries[:, None] == among] = np.inf
    return away.min(axis=1)


@pytest.mark.parametrize("exclude_self", [False, True])
def test_distances_are_those_of_a_plain_search(exclude_self: bool, monkeypatch) -> None:
    """Catches blocks that are joined wrongly, and a point that finds itself."""
    monkeypatch.setattr(neighbours, "_QUERIES", 7)
    monkeypatch.setattr(neighbours, "_POINTS", 5)
    points = np.random.default_rng(0).standard_normal((60, 8)).astype(np.float32)
    queries, among = np.arange(3, 58), np.arange(0, 60, 2)

    distances, found = nearest(points, queries, among, exclude_self=exclude_self)

    np.testing.assert_allclose(distances, _oracle(points, queries, among, exclude_self), rtol=1e-6)
    np.testing.assert_allclose(
        distances, np.linalg.norm(points[queries] - points[found], axis=1), rtol=1e-5
    )
    assert set(found) <= set(among.tolist())


def test_close_points_keep_their_digits() -> None:
    """Catches the cancellation of a² + b² − 2ab: it gives 0 or 0.0003 for what is 0.0001 apart."""
    generator = np.random.default_rng(1)
    base = generator.standard_normal(64)
    points = (base / np.linalg.norm(base) + 1e-5 * generator.standard_normal((50, 64))).astype("f4")
    everything = np.arange(50)

    distances, _ = nearest(points, everything, everything, exclude_self=True)

    np.testing.assert_allclose(distances, _oracle(points, everything, everything, True), rtol=1e-6)


def test_equal_points_are_at_distance_zero() -> None:
    """Catches two equal points that look apart, or are taken for one point."""
    points = np.random.default_rng(2).standard_normal((5, 300)).astype(np.float32)
    points[3] = points[1]
    everything = np.arange(5)

    distances, found = nearest(points, everything, everything, exclude_self=True)

    assert distances[[1, 3]].tolist() == [0, 0]
    assert found[[1, 3]].tolist() == [3, 1]
    assert (distances[[0, 2, 4]] > 1).all()
