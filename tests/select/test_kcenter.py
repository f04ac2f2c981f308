"""Greedy k-center against a plain loop in float64, and what must hold for every order."""

from __future__ import annotations

import itertools
import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqsel_core.select.kcenter import KCenter

Points = npt.NDArray[np.float32]


def unit(points: npt.ArrayLike) -> Points:
    """Return points made unit length."""
    array = np.asarray(points, np.float64)
    return (array / np.linalg.norm(array, axis=1, keepdims=True)).astype(np.float32)


def random_points(count: int, dimensions: int, seed: int) -> Points:
    """Return random unit vectors."""
    return unit(np.random.default_rng(seed).standard_normal((count, dimensions)))


def clustered_points(seed: int) -> Points:
    """Return 60 points in six tight clusters, with five exact copies among them."""
    generator = np.random.default_rng(seed)
    centres = generator.standard_normal((6, 16))
    points = np.repeat(centres, 10, axis=0) + generator.standard_normal((60, 16)) * 1e-3
    points[[7, 19, 33, 48, 59]] = points[[1, 12, 30, 41, 0]]
    return unit(points)


def distances_between(points: Points) -> npt.NDArray[np.float64]:
    """Return all distances, in float64 and without a² + b² − 2ab."""
    wide = points.astype(np.float64)
    return np.linalg.norm(wide[:, None] - wide[None], axis=2)


def assert_greedy(points: Points, free: npt.NDArray[np.bool_], greedy: KCenter, start: int) -> None:
    """Replay an order in float64: every pick is farthest, up to the rounding of float32."""
    between = distances_between(points)
    assert greedy.order[0] == start
    nearest = np.full(len(points), np.inf)
    left = free.copy()
    for place, pick in enumerate(greedy.order):
        assert left[pick]
        if place:
            assert nearest[pick] >= nearest[left].max() - 1e-5
            assert greedy.distances[place] == pytest.approx(nearest[pick], abs=1e-5)
        left[pick] = False
        nearest = np.minimum(nearest, between[pick])
        assert greedy.radii[place] == pytest.approx(nearest[free].max(), abs=1e-5)


def extended(points: Points, count: int, **options: object) -> KCenter:
    """Return the order of all points as candidates, to `count` picks."""
    greedy = KCenter(points, np.ones(len(points), np.bool_), **options)  # type: ignore[arg-type]
    greedy.extend(count)
    return greedy


@pytest.mark.parametrize("seed", range(5))
def test_picks_of_random_points_are_those_of_a_plain_loop(seed: int) -> None:
    """Catches any pick that is not the farthest, and wrong distances or radii."""
    points = random_points(200, 8, seed)
    greedy = extended(points, 60, start="first")
    assert len(greedy.order) == 60
    assert_greedy(points, np.ones(200, np.bool_), greedy, start=0)


@pytest.mark.parametrize("seed", range(5))
def test_picks_of_clusters_are_those_of_a_plain_loop(seed: int) -> None:
    """Catches a² + b² − 2ab, which loses its digits where points nearly coincide."""
    points = clustered_points(seed)
    greedy = extended(points, 60, start="first")
    assert_greedy(points, np.ones(60, np.bool_), greedy, start=0)
    clusters = {pick // 10 for pick in greedy.order[:6]}
    assert len(clusters) >= 5  # copies join clusters, so one may be reached through another


def test_ties_go_to_the_lowest_index() -> None:
    """Catches an order that hangs on how the maximum is found."""
    points = np.array([[1, 0], [-1, 0], [0, 1], [0, -1], [-1, 0]], np.float32)
    assert extended(points, 5, start="first").order == [0, 1, 2, 3, 4]


def test_copies_are_picked_last_and_only_once() -> None:
    """Catches copies of a centre picked before others, and an index picked twice."""
    points = np.array([[1, 0], [1, 0], [0, 1], [1, 0], [-1, 0]], np.float32)
    greedy = extended(points, 99, start="first")
    assert greedy.order == [0, 4, 2, 1, 3]
    assert greedy.distances == [math.inf, 2.0, pytest.approx(math.sqrt(2)), 0, 0]
    assert greedy.radii == [2.0, pytest.approx(math.sqrt(2)), 0, 0, 0]


def test_the_medoid_comes_first() -> None:
    """Catches a start at index 0, which hangs on how files are called."""
    points = unit([[1, 0.9], [1, 0.2], [1, 0], [1, -0.2], [1, -0.9]])
    assert extended(points, 1).order == [2]
    assert extended(points, 1, start="first").order == [0]


def test_the_first_pick_is_a_candidate() -> None:
    """Catches the medoid of all points, or index 0, picked though it may not be."""
    points = unit([[1, 0.9], [1, 0.2], [1, 0], [1, -0.2], [1, -0.9]])
    candidates = np.array([False, True, False, True, True])
    for start, expected in (("first", 1), ("medoid", 3)):
        greedy = KCenter(points, candidates, start=start)
        greedy.extend(5)
        assert greedy.order[0] == expected
        assert sorted(greedy.order) == [1, 3, 4]


def test_only_candidates_must_be_covered() -> None:
    """Catches a radius that counts what may not be selected."""
    points = np.array([[1, 0], [-1, 0], [0.8, 0.6]], np.float32)
    greedy = KCenter(points, np.array([True, False, True]), start="first")
    greedy.extend(1)
    assert greedy.radii == [pytest.approx(math.sqrt(0.4))]


def test_centres_count_as_selected() -> None:
    """Catches a first pick beside what was selected before, and its distance taken for inf."""
    points = np.array([[1, 0], [0, 1], [-1, 0]], np.float32)
    greedy = extended(points, 3, centres=np.array([[1, 0], [0, 1]], np.float32))
    assert greedy.order[0] == 2
    assert greedy.distances[0] == pytest.approx(math.sqrt(2))
    assert set(greedy.order) == {0, 1, 2}
    np.testing.assert_allclose(greedy.nearest, 0)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_values_that_are_not_finite_are_refused(bad: float) -> None:
    """Catches NaN, which wins every argmax and so takes the whole budget."""
    points = random_points(5, 3, 0)
    points[3, 1] = bad
    with pytest.raises(ValueError, match="representation 3 "):
        KCenter(points, np.ones(5, np.bool_))


def test_what_was_picked_stays() -> None:
    """Catches an order that is not nested: k picks must begin k + 1 picks."""
    points = random_points(40, 4, 3)
    slow = KCenter(points, np.ones(40, np.bool_))
    for count in range(1, 41):
        slow.extend(count)
        assert slow.order == extended(points, count).order
        assert len(slow.order) == count


def test_the_given_arrays_stay_as_they_are() -> None:
    """Catches candidates or points changed in place, so that a second selection differs."""
    points, candidates = random_points(20, 4, 0), np.ones(20, np.bool_)
    before = points.copy()
    KCenter(points, candidates).extend(20)
    np.testing.assert_array_equal(points, before)
    assert candidates.all()


# Few distinct values, so that ties, copies and collinear points are common.
_small = st.lists(st.tuples(*[st.integers(-2, 2)] * 3), min_size=1, max_size=9).map(
    lambda rows: np.array(rows, np.float32)
)


@given(_small, st.sampled_from(["first", "medoid"]))
def test_every_order_is_greedy(points: Points, start: str) -> None:
    """Catches a missing or doubled index, growing distances, and a first centre left out."""
    greedy = extended(points, len(points), start=start)
    assert sorted(greedy.order) == list(range(len(points)))
    assert all(a >= b for a, b in itertools.pairwise(greedy.distances))
    assert all(a >= b for a, b in itertools.pairwise(greedy.radii))
    assert greedy.distances[0] == math.inf
    assert greedy.radii[-1] == 0
    assert_greedy(points, np.ones(len(points), np.bool_), greedy, start=greedy.order[0])


@given(_small, st.integers(1, 4), st.sampled_from(["first", "medoid"]))
def test_the_radius_is_at_most_twice_the_best(points: Points, count: int, start: str) -> None:
    """Catches a selection that breaks the guarantee of greedy k-center, by brute force."""
    between = distances_between(points)
    count = min(count, len(points))
    best = min(
        between[:, list(chosen)].min(axis=1).max()
        for chosen in itertools.combinations(range(len(points)), count)
    )
    assert extended(points, count, start=start).radii[-1] <= 2 * best + 1e-5
