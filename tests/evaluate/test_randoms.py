"""Curves of random selections."""

from __future__ import annotations

import math

import numpy as np
import pytest

from seqsel_core.evaluate.randoms import Randoms, _orders, random_selections

NO_ORDERS = np.empty((0, 0), np.int64)


def unit_points(count: int, seed: int = 0) -> np.ndarray:
    """Return random unit vectors."""
    points = np.random.default_rng(seed).standard_normal((count, 6)).astype(np.float32)
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def test_the_curves_are_those_of_selections_drawn_one_by_one() -> None:
    """Catches sizes off by one, and selections that are not random: the means would differ."""
    points = unit_points(80)
    randoms = random_selections(points, np.arange(80), selections=200)
    between = np.linalg.norm(points[:, None] - points[None], axis=2)
    generator = np.random.default_rng(7)
    for count in (1, 5, 40):
        plain = np.array(
            [between[:, generator.choice(80, count, replace=False)].min(axis=1) for _ in range(400)]
        )
        assert randoms.at("mean", count).mean() == pytest.approx(plain.mean(), rel=0.02)
        assert randoms.at("radius", count).mean() == pytest.approx(
            plain.max(axis=1).mean(), rel=0.03
        )


def test_curves_fall_to_nothing() -> None:
    """Catches orders that are not nested, or that do not reach every candidate."""
    points = unit_points(60)
    randoms = random_selections(points, np.arange(0, 60, 2), selections=5)
    assert randoms.sizes[-1] == 30
    for curves in randoms.curves.values():
        assert (np.diff(curves, axis=1) <= 1e-7).all()
        np.testing.assert_allclose(curves[:, -1], 0, atol=2e-3)


def test_how_many_are_needed_is_read_off_the_curve() -> None:
    """Catches interpolation along the wrong axis."""
    curve = np.array([[8.0, 4.0, 2.0]])
    randoms = Randoms(np.arange(1), np.array([1, 2, 4]), {"mean": curve}, NO_ORDERS)
    assert randoms.as_good_as("mean", 3.0).median == 3
    assert randoms.as_good_as("mean", 9.0).median == 1
    assert randoms.as_good_as("mean", 1.0).median == math.inf
    assert randoms.at("mean", 3).tolist() == [3.0]


def test_the_band_holds_most_selections() -> None:
    """Catches percentiles that are turned round, or of the wrong axis."""
    curve = np.arange(101.0)[:, None] + np.array([[100.0, 0.0]])
    randoms = Randoms(np.arange(1), np.array([1, 2]), {"mean": curve}, NO_ORDERS)
    band = randoms.band("mean", 2)
    assert (band.low, band.median, band.high) == (2.5, 50.0, 97.5)
    needed = randoms.as_good_as("mean", 97.5)
    assert needed.low < needed.median < needed.high == 2


def test_few_queries_stand_for_many() -> None:
    """Catches a sample that is not spread over all candidates."""
    points = unit_points(5000)
    randoms = random_selections(points, np.arange(5000), selections=10)
    assert len(randoms.queries) == 800
    order = _orders(5000, 1, 50, np.random.default_rng([0, 1]))[0]
    exact = np.linalg.norm(points[:, None] - points[order], axis=2).min(axis=1).mean()
    assert randoms.at("mean", 50)[0] == pytest.approx(exact, rel=0.03)


def test_small_sizes_are_the_same_whatever_the_largest() -> None:
    """Catches a verdict that changes when larger random selections are measured, too."""
    points = unit_points(500)
    candidates = np.arange(0, 500, 2)
    few = random_selections(points, candidates, selections=20, largest=60)
    many = random_selections(points, candidates, selections=20)
    assert few.sizes[-1] <= 60 < many.sizes[-1] == 250
    assert few.sizes.tolist() == many.sizes[: len(few.sizes)].tolist()
    for name, curves in few.curves.items():
        np.testing.assert_allclose(curves, many.curves[name][:, : len(few.sizes)], atol=1e-5)


def test_orders_of_many_candidates_are_random_ones() -> None:
    """Catches a candidate that comes twice, one that never comes, and small sizes that change."""
    few = _orders(4000, 6, 100, np.random.default_rng(3))
    some = _orders(4000, 6, 300, np.random.default_rng(3))
    whole = _orders(4000, 6, 4000, np.random.default_rng(3))
    assert np.sort(whole, axis=1).tolist() == [list(range(4000))] * 6
    assert np.array_equal(whole[:, :300], some)
    assert np.array_equal(some[:, :100], few)
    assert len(np.unique(some)) <= 3000
    assert abs(whole[:, 300:2000].mean(axis=1) - 2000).max() < 150  # by chance 28 on average


def test_selections_from_many_candidates_are_as_good_as_those_drawn_one_by_one() -> None:
    """Catches a few candidates that stand for all, and are not drawn at random."""
    points = unit_points(3500)
    randoms = random_selections(points, np.arange(3500), selections=60, largest=40)
    generator = np.random.default_rng(7)
    drawn = [generator.choice(3500, 40, replace=False) for _ in range(60)]
    plain = [np.linalg.norm(points[:, None] - points[own], axis=2).min(axis=1) for own in drawn]
    assert randoms.at("mean", 40).mean() == pytest.approx(np.mean(plain), rel=0.02)


def test_the_curves_are_those_of_a_loop() -> None:
    """Catches rows of the distances that are those of another candidate."""
    points = unit_points(90)
    candidates = np.arange(0, 90, 3)
    randoms = random_selections(points, candidates, selections=3, largest=10)
    generator = np.random.default_rng([0, 1])
    for number in range(3):
        order = candidates[generator.permutation(30)]
        for at, size in enumerate(randoms.sizes):
            between = points[candidates][:, None] - points[order[:size]]
            nearest = np.linalg.norm(between, axis=2).min(axis=1)
            found = {name: curves[number, at] for name, curves in randoms.curves.items()}
            assert found["radius"] == pytest.approx(nearest.max(), abs=1e-3)
            assert found["p95"] == pytest.approx(np.percentile(nearest, 95), abs=1e-3)
            assert found["mean"] == pytest.approx(nearest.mean(), abs=1e-3)
