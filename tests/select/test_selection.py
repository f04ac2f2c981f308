"""Stopping conditions, strategies, and what a selection may not hang on."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqsel_core.select.kcenter import KCenter
from seqsel_core.select.selection import Selection, nested, order_of
from tests.select.selecting import select_sequences

# Distances from the first: 2, 1.2, 1, 0. All exact in float32.
LINE = np.array([[0, 0], [2, 0], [1.25, 0], [1, 0], [0, 0]], np.float32)
ALL = np.ones(5, np.bool_)
METHODS = ["coreset", "coreset-medoid", "representative", "balanced", "uniform", "random"]


def random_points(count: int, seed: int = 0) -> npt.NDArray[np.float32]:
    """Return random unit vectors with 6 dimensions."""
    points = np.random.default_rng(seed).standard_normal((count, 6))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


def distance_to_nearest_before(
    points: npt.NDArray[np.float32], selection: Selection
) -> npt.NDArray[np.float64]:
    """Return the distance of each pick to its nearest earlier one, by a plain loop."""
    chosen = points[selection.order].astype(np.float64)
    return np.array(
        [
            min((np.linalg.norm(chosen[at] - chosen[i]) for i in range(at)), default=math.inf)
            for at in range(len(chosen))
        ]
    )


def test_everything_is_selected_without_a_condition() -> None:
    """Catches candidates lost, and others selected."""
    selection = select_sequences(random_points(9), np.arange(9) % 2 == 0)
    assert sorted(selection.order) == [0, 2, 4, 6, 8]


def test_more_than_there_is_gives_all() -> None:
    """Catches padding with index 0, or an error, when count exceeds the candidates."""
    selection = select_sequences(LINE, ALL, count=99, start="first")
    assert sorted(selection.order) == [0, 1, 2, 3, 4]


def test_a_pick_exactly_at_the_distance_is_kept() -> None:
    """Catches `<=` where the reference keeps a pick at the distance."""
    # Picks: 0, then 1 at 2.0, then 3 at 1.0, then 2 at 0.25, then 4 at 0.
    kept = select_sequences(LINE, ALL, start="first", min_distance=1.0)
    assert kept.order.tolist() == [0, 1, 3]
    above = select_sequences(LINE, ALL, start="first", min_distance=np.nextafter(1.0, 2.0) + 1e-6)
    assert above.order.tolist() == [0, 1]
    for seed in range(5):
        pair = select_sequences(LINE[[0, 3]], ALL[:2], method="random", min_distance=1.0, seed=seed)
        assert len(pair) == 2


def test_distance_zero_keeps_copies() -> None:
    """Catches 0 taken for 'off by default' or for 'no copies'."""
    assert len(select_sequences(LINE, ALL, min_distance=0)) == 5


@pytest.mark.parametrize(("count", "expected"), [(2, [0, 1]), (3, [0, 1, 3]), (4, [0, 1, 3])])
def test_the_condition_reached_first_counts(count: int, expected: list[int]) -> None:
    """Catches one stopping condition that hides the other."""
    selection = select_sequences(LINE, ALL, count=count, min_distance=1.0, start="first")
    assert selection.order.tolist() == expected


def test_nothing_far_enough_from_centres_gives_nothing() -> None:
    """Catches a first pick that is kept though it lies beside an earlier selection."""
    centres = np.array([[0, 0], [2, 0], [1, 0]], np.float32)
    selection = select_sequences(LINE, ALL, min_distance=0.5, centres=centres)
    assert len(selection) == 0
    assert selection.covering_radius == math.inf


def test_the_distances_are_those_between_the_picks() -> None:
    """Catches distances shifted by one place, or measured to all points."""
    points = random_points(50)
    for method in METHODS:
        selection = select_sequences(points, np.ones(50, np.bool_), method=method, count=20)
        np.testing.assert_allclose(
            selection.distances, distance_to_nearest_before(points, selection), atol=1e-5
        )
        nearest = np.linalg.norm(points[:, None] - points[selection.order][None], axis=2).min(1)
        assert selection.covering_radius == pytest.approx(nearest.max(), abs=1e-5)


def test_first_is_the_selection_of_fewer() -> None:
    """Catches a slider that shows another selection than a run of that size makes."""
    points = random_points(30)
    whole = select_sequences(points, np.ones(30, np.bool_))
    for count in (0, 1, 7, 30):
        fewer = select_sequences(points, np.ones(30, np.bool_), count=count)
        np.testing.assert_array_equal(whole.first(count).order, fewer.order)
        np.testing.assert_array_equal(whole.first(count).distances, fewer.distances)
        np.testing.assert_array_equal(whole.first(count).radii, fewer.radii)


def test_one_order_serves_every_number_and_distance() -> None:
    """Catches an order that remembers the stopping condition of an earlier call."""
    points, candidates = random_points(40), np.ones(40, np.bool_)
    greedy = KCenter(points, candidates)
    for count, distance in ((30, -1), (5, -1), (40, 1.2), (12, 0.9), (40, -1), (3, 1.99)):
        again = nested(greedy, count, distance)
        fresh = select_sequences(points, candidates, count=count, min_distance=distance)
        np.testing.assert_array_equal(again.order, fresh.order)


def test_random_hangs_on_its_seed_only() -> None:
    """Catches the global generator, and a seed that is ignored."""
    points, candidates = random_points(50), np.arange(50) % 5 > 0

    def order(seed: int) -> list[int]:
        selection = select_sequences(points, candidates, method="random", count=10, seed=seed)
        return selection.order.tolist()

    np.random.seed(1)
    first = order(1)
    np.random.seed(2)
    assert order(1) == first
    assert order(2) != first
    assert len(set(first)) == 10
    assert all(candidates[first])


def test_random_is_uniform() -> None:
    """Catches a random selection that prefers some sequences."""
    points = random_points(10)
    counts = np.zeros(10)
    for seed in range(400):
        order = select_sequences(
            points, np.ones(10, np.bool_), method="random", count=3, seed=seed
        ).order
        counts[order] += 1
    assert counts.sum() == 1200
    assert counts.min() > 80  # 120 are expected; so few would be a chance of 1 in 10,000
    assert counts.max() < 165


@pytest.mark.parametrize("seed", range(5))
def test_random_is_thinned_by_the_distance(seed: int) -> None:
    """Catches random picks closer than min_distance, and thinning that leaves gaps."""
    points = random_points(60, seed)
    selection = select_sequences(
        points, np.ones(60, np.bool_), method="random", min_distance=0.8, seed=seed
    )
    assert (distance_to_nearest_before(points, selection) >= 0.8 - 1e-5).all()
    assert selection.covering_radius < 0.8


def test_random_keeps_away_from_centres() -> None:
    """Catches random picks beside what was selected before."""
    centres = np.array([[0, 0]], np.float32)
    selection = select_sequences(LINE, ALL, method="random", min_distance=1.0, centres=centres)
    assert set(selection.order.tolist()) <= {1, 2, 3}
    assert (selection.distances >= 1.0).all()


@given(st.integers(0, 1000), st.integers(1, 12))
def test_the_order_of_the_videos_does_not_matter(seed: int, count: int) -> None:
    """Catches a selection that changes when files are listed in another order."""
    points = random_points(24, seed)
    candidates = np.random.default_rng(seed).random(24) < 0.8
    candidates[0] = True
    shuffled = np.random.default_rng(seed + 1).permutation(24)
    here = select_sequences(points, candidates, count=count)
    there = select_sequences(points[shuffled], candidates[shuffled], count=count)
    assert shuffled[there.order].tolist() == here.order.tolist()


@given(st.integers(0, 1000), st.floats(0, 2), st.sampled_from(METHODS))
def test_no_two_picks_are_closer_than_the_distance(seed: int, least: float, method: str) -> None:
    """Catches picks too close, at any distance and for every strategy."""
    points = random_points(16, seed)
    selection = select_sequences(
        points, np.ones(16, np.bool_), method=method, min_distance=least, seed=seed
    )
    assert len(selection) >= 1
    assert (distance_to_nearest_before(points, selection) >= least - 1e-5).all()


@pytest.mark.parametrize("method", METHODS)
def test_every_pick_is_reported_and_stopping_stops(method: str) -> None:
    """Catches minutes without a rate, and a Stop that waits for the last pick."""
    points, candidates = random_points(50), np.ones(50, np.bool_)
    told: list[int] = []
    select_sequences(points, candidates, method=method, count=20, advance=told.append)
    assert told == [1] * 20

    def stop(count: int) -> None:
        told.append(count)
        raise KeyboardInterrupt

    told.clear()
    with pytest.raises(KeyboardInterrupt):
        select_sequences(points, candidates, method=method, count=20, advance=stop)
    assert told == [1]


def test_more_picks_than_there_are_candidates_end() -> None:
    """Catches a search for ever where everything is selected already."""
    greedy = KCenter(LINE, ALL)
    assert len(nested(greedy, 99)) == 5


@pytest.mark.parametrize("method", METHODS)
def test_every_method_selects_all_where_all_are_asked_for(method: str) -> None:
    """Catches a method that ends early, or selects what is no candidate."""
    candidates = np.arange(30) % 3 > 0
    selection = select_sequences(random_points(30), candidates, method=method)
    assert sorted(selection.order) == np.flatnonzero(candidates).tolist()


@pytest.mark.parametrize("method", [name for name in METHODS if name != "coreset-medoid"])
def test_every_order_grows_by_adding(method: str) -> None:
    """Catches a slider that changes the sequences chosen before."""
    points, candidates = random_points(30), np.ones(30, np.bool_)
    fewer = select_sequences(points, candidates, method=method, count=7).order
    more = select_sequences(points, candidates, method=method, count=12).order
    assert more[:7].tolist() == fewer.tolist()


@pytest.mark.parametrize("method", METHODS)
def test_nothing_near_centres_is_selected(method: str) -> None:
    """Catches picks beside what was selected before, for every strategy."""
    centres = np.array([[0, 0]], np.float32)
    selection = select_sequences(LINE, ALL, method=method, min_distance=1.0, centres=centres)
    assert set(selection.order.tolist()) <= {1, 2, 3}
    assert (selection.distances >= 1.0).all()


@pytest.mark.parametrize("method", METHODS)
def test_every_order_can_be_steered(method: str) -> None:
    """Catches a strategy that forgets what was forbidden, or what was taken by hand."""
    points, candidates = random_points(30), np.ones(30, np.bool_)
    greedy = order_of(points, candidates, method=method, count=10)
    greedy.take(4)
    greedy.forbid(np.arange(10, 30))
    greedy.extend(8)
    assert greedy.order[0] == 4
    assert len(set(greedy.order)) == len(greedy.order) == len(greedy.radii)
    assert max(greedy.order) < 10
    chosen = points[greedy.order]
    between = np.linalg.norm(points[:, None] - chosen[None], axis=2)
    np.testing.assert_allclose(greedy.nearest, between.min(axis=1), atol=1e-3)
    named = between[np.arange(30), greedy.nearest_centre]
    np.testing.assert_allclose(named, between.min(axis=1), atol=1e-3)


def test_an_unknown_method_is_named() -> None:
    """Catches a typing error that silently selects something else."""
    with pytest.raises(ValueError, match="'best'"):
        order_of(LINE, ALL, method="best")
