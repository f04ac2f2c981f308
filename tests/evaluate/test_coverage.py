"""Measures of one selection."""

from __future__ import annotations

import math

import numpy as np
import pytest

from seqsel_core.evaluate.coverage import apart, coverage, distance_to_nearest, spread

LINE = np.array([[0], [1], [2], [3], [10], [11]], np.float32)
VIDEOS = np.array([0, 0, 0, 1, 1, 1])


def test_the_measures_of_a_small_selection() -> None:
    """Catches measures that are mixed up, or measured to all instead of the nearest."""
    found = coverage(LINE, np.arange(6), np.array([0, 4]), VIDEOS)
    assert found.count == 2
    assert found.radius == 3
    assert found.mean == pytest.approx((0 + 1 + 2 + 3 + 0 + 1) / 6)
    assert found.p95 == pytest.approx(np.percentile([0, 1, 2, 3, 0, 1], 95))
    assert found.closest == found.p10_within == 10
    assert found.videos == 2
    assert found.spread == 1


def test_what_cannot_be_selected_need_not_be_covered() -> None:
    """Catches corrupt sequences that count as badly covered."""
    found = coverage(LINE, np.arange(4), np.array([1]), VIDEOS)
    assert found.radius == 2
    assert math.isnan(found.closest)
    assert math.isnan(found.p10_within)


def test_closest_sees_a_copy() -> None:
    """Catches a pick compared with itself, or a copy that is left out."""
    found = coverage(LINE[[0, 0, 5]], np.arange(3), np.arange(3), VIDEOS[:3])
    assert found.closest == 0
    assert found.radius == 0


@pytest.mark.parametrize(
    ("places", "expected"), [([0, 1, 2, 3], 0.25), ([0, 25, 50, 75], 1), ([99], 1), ([10, 90], 1)]
)
def test_spread_counts_stretches(places: list[int], expected: float) -> None:
    """Catches neighbours that count as spread, and stretches off by one."""
    assert spread(np.array(places), 100) == expected


def test_distances_are_those_of_float64_in_any_block() -> None:
    """Catches blocks that are lost, and cancellation where points nearly coincide."""
    points = np.random.default_rng(0).standard_normal((5000, 8)).astype(np.float32)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    among = np.arange(0, 5000, 100)
    exact = np.linalg.norm(points[:, None].astype(np.float64) - points[among], axis=2).min(axis=1)
    np.testing.assert_allclose(
        distance_to_nearest(points, np.arange(5000), among), exact, atol=2e-3
    )


def test_how_far_apart_orders_are_is_measured_at_every_size() -> None:
    """Catches orders that are mixed up, a point that is its own nearest, and sizes off by one."""
    points = np.random.default_rng(0).standard_normal((50, 5)).astype(np.float32)
    picks = np.stack([np.random.default_rng(seed).permutation(50)[:30] for seed in range(3)])
    found = apart(points, picks)
    assert found.shape == (3, 31)
    assert np.isnan(found[:, :2]).all()
    for count in (2, 3, 12, 30):
        plain = []
        for order in picks[:, :count]:
            between = np.linalg.norm(points[order][:, None] - points[order], axis=2)
            np.fill_diagonal(between, np.inf)
            plain.append(np.percentile(between.min(axis=1), 10))
        np.testing.assert_allclose(found[:, count], plain, atol=1e-3)
