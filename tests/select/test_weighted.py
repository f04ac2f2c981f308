"""Weighted orders, k-center and facility location, beside plain loops."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqsel_core.select.kcenter import KCenter
from seqsel_core.select.selection import WEIGHTED, order_of
from seqsel_core.select.weighted import WeightedKCenter

Points = npt.NDArray[np.float32]


def example(seed: int, count: int = 40) -> tuple[Points, Points]:
    """Return random unit vectors and weights."""
    generator = np.random.default_rng(seed)
    points = generator.standard_normal((count, 6))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    return points.astype(np.float32), generator.uniform(0.05, 1, count).astype(np.float32)


def everything(points: Points) -> npt.NDArray[np.bool_]:
    """Return a mask that allows all."""
    return np.ones(len(points), np.bool_)


def apart(points: Points) -> npt.NDArray[np.float64]:
    """Return all distances in float64."""
    wide = points.astype(np.float64)
    return np.linalg.norm(wide[:, None] - wide[None], axis=2)


def plain_kcenter(points: Points, weights: Points, count: int) -> list[int]:
    """Return the picks of a plain loop."""
    between = apart(points)
    order = [int(np.linalg.norm(points - points.mean(axis=0), axis=1).argmin())]
    while len(order) < count:
        distances = between[order].min(axis=0)
        distances[order] = -1
        order.append(int((distances * weights).argmax()))
    return order


def plain_service(points: Points, weights: Points, count: int) -> list[int]:
    """Return the picks of greedy facility location that computes every gain anew."""
    between = apart(points)
    scale = 2 * np.linalg.norm(points, axis=1).max()
    served, order = np.full(len(points), scale), list[int]()
    while len(order) < count:
        gains = np.maximum(served - between, 0).sum(axis=1) * weights
        gains[order] = -1
        order.append(int(gains.argmax()))
        served = np.minimum(served, between[order[-1]])
    return order


@given(st.integers(0, 10_000))
@settings(max_examples=30)
def test_weighted_kcenter_is_the_plain_loop(seed: int) -> None:
    """Catches weights that are left out, squared, or applied to another sequence."""
    points, weights = example(seed)
    greedy = order_of(points, everything(points), weights=weights)
    greedy.extend(15)
    assert greedy.order == plain_kcenter(points, weights, 15)


@given(st.integers(0, 10_000))
@settings(max_examples=30)
def test_weighted_service_is_the_plain_loop(seed: int) -> None:
    """Catches old gains that are compared without their weight."""
    points, weights = example(seed)
    greedy = order_of(points, everything(points), method="representative", weights=weights)
    greedy.extend(15)
    assert greedy.order == plain_service(points, weights, 15)


@pytest.mark.parametrize("method", WEIGHTED)
def test_weights_change_picks_but_no_measure(method: str) -> None:
    """Catches weighted distances or radii in what is reported, and an order that is not nested."""
    points, weights = example(3)
    order = order_of(points, everything(points), method=method, weights=weights)
    steps = order_of(points, everything(points), method=method, weights=weights)
    order.extend(12)
    for count in range(13):
        steps.extend(count)
    assert steps.order == order.order
    between = apart(points)
    for rank in range(1, 12):
        near = between[order.order[:rank]].min(axis=0)
        assert order.distances[rank] == pytest.approx(near[order.order[rank]], abs=1e-5)
        assert order.radii[rank - 1] == pytest.approx(near.max(), abs=1e-5)


@pytest.mark.parametrize("method", WEIGHTED)
def test_equal_weights_are_no_weights(method: str) -> None:
    """Catches a weighted order that differs by itself."""
    points, _ = example(4)
    plain = order_of(points, everything(points), method=method)
    equal = order_of(
        points, everything(points), method=method, weights=np.full(len(points), 0.5, np.float32)
    )
    plain.extend(20)
    equal.extend(20)
    assert equal.order == plain.order


@pytest.mark.parametrize("method", WEIGHTED)
def test_an_unwelcome_outlier_comes_later(method: str) -> None:
    """Catches a rare pick of the balanced order that ignores the weights."""
    points, _ = example(5)
    first = KCenter(points, everything(points))
    first.extend(2)
    weights = np.ones(len(points), np.float32)
    weights[first.order[1]] = 0.01
    order = order_of(points, everything(points), method=method, balance=1, weights=weights)
    order.extend(len(points) - 1)
    assert first.order[1] not in order.order[1:]


def test_copies_of_a_pick_come_last() -> None:
    """Catches a copy that is picked again because it weighs more."""
    points, weights = example(6, 12)
    doubled, twice = np.repeat(points, 2, axis=0), np.repeat(weights, 2)
    twice[1::2] = 1
    order = WeightedKCenter(doubled, everything(doubled), twice)
    order.extend(24)
    assert len({pick // 2 for pick in order.order[:12]}) == 12
    assert len(set(order.order)) == 24


@pytest.mark.parametrize("method", ["coreset-medoid", "uniform", "random"])
def test_other_methods_refuse_weights(method: str) -> None:
    """Catches weights that are ignored without a word."""
    points, weights = example(7)
    with pytest.raises(ValueError, match="takes no weights"):
        order_of(points, everything(points), method=method, weights=weights)
