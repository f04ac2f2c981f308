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


def test_forbidden_points_are_not_picked_but_must_be_covered() -> None:
    """Catches a forbidden point picked, or left out of the covering radius."""
    points = np.array([[0, 1], [5, 1], [9, 1], [10, 1]], np.float32)
    greedy = KCenter(points, np.ones(4, np.bool_), start="first")
    greedy.extend(1)
    assert greedy.radii == [10]
    greedy.forbid([3, 0])
    greedy.extend(2)
    assert greedy.order == [0, 2]
    assert greedy.distances == [math.inf, 9]
    assert greedy.radii == [10, 4]
    greedy.forbid(np.array([1]))
    greedy.extend(9)
    assert greedy.order == [0, 2]
    assert greedy.radii == [10, 4]


@given(st.integers(0, 1000))
def test_radii_with_forbidden_points_are_those_of_a_plain_loop(seed: int) -> None:
    """Catches bounds of forbidden points that miss centres, in any mix of calls."""
    random = np.random.default_rng(seed)
    points = random_points(60, 4, seed)
    candidates = random.random(60) < 0.8
    greedy = KCenter(points, candidates, centres=random_points(2, 4, seed + 1))
    forbidden: set[int] = set()
    between = distances_between(points)
    nearest = distances_between(np.concatenate([points, random_points(2, 4, seed + 1)]))
    current = nearest[:60, 60:].min(axis=1)
    for place in range(12):
        free = [i for i in np.flatnonzero(candidates) if i not in {*forbidden, *greedy.order}]
        if random.random() < 0.3:
            more = random.choice(free, 3)
            forbidden |= set(more.tolist())
            greedy.forbid(more)
            free = [position for position in free if position not in forbidden]
        if random.random() < 0.3:
            greedy.take(int(random.choice(free)))
        else:
            greedy.extend(place + 1)
            assert current[greedy.order[-1]] == pytest.approx(current[free].max(), abs=1e-5)
        assert greedy.distances[-1] == pytest.approx(current[greedy.order[-1]], abs=1e-5)
        current = np.minimum(current, between[greedy.order[-1]])
        assert greedy.radii[place] == pytest.approx(current[candidates].max(), abs=1e-5)
    assert forbidden.isdisjoint(greedy.order)
    np.testing.assert_allclose(greedy.nearest, current, atol=1e-4)


def test_the_nearest_centre_of_every_point() -> None:
    """Catches picks mixed up with centres given, or a centre that is not the nearest."""
    points = np.array([[0, 1], [1, 1], [9, 1], [10, 1], [20, 1]], np.float32)
    centres = np.array([[21, 1], [8.5, 1]], np.float32)
    greedy = KCenter(points, np.ones(5, np.bool_), centres=centres)
    assert greedy.nearest_centre.tolist() == [-2, -2, -2, -2, -1]
    greedy.extend(1)
    assert greedy.order == [0]
    assert greedy.nearest_centre.tolist() == [0, 0, -2, -2, -1]
    np.testing.assert_allclose(greedy.nearest, [0, 1, 0.5, 1.5, 1])


def test_without_any_centre_nothing_is_near() -> None:
    """Catches a pick claimed before there is one."""
    greedy = KCenter(random_points(3, 2, 0), np.ones(3, np.bool_))
    assert greedy.nearest_centre.tolist() == [-1, -1, -1]
    assert np.isinf(greedy.nearest).all()
    assert greedy.radii == []


def test_asking_in_between_changes_nothing() -> None:
    """Catches an order that hangs on when distances, radii or centres were looked at."""
    points = clustered_points(2)
    asked = KCenter(points, np.ones(60, np.bool_))
    for count in range(1, 31):
        asked.extend(count)
        assert len(asked.radii) == count
        assert asked.nearest.max() == pytest.approx(asked.radii[-1], abs=1e-5)
        assert asked.nearest_centre.max() == count - 1
    assert asked.order == extended(points, 30).order


def test_a_zero_vector_among_unit_vectors_is_refused() -> None:
    """Catches a vector without direction, which is farther from others than they are."""
    points = random_points(5, 3, 0)
    points[2] = 0
    with pytest.raises(ValueError, match="representation 2 is zero"):
        KCenter(points, np.ones(5, np.bool_))
    candidates = np.arange(5) != 2
    assert 2 not in _all_picks(points, candidates)
    scaled = points * np.arange(1, 6, dtype=np.float32)[:, None]
    assert 2 in _all_picks(scaled, np.ones(5, np.bool_))  # among any vectors zero is one more


def _all_picks(points: Points, candidates: npt.NDArray[np.bool_]) -> list[int]:
    greedy = KCenter(points, candidates)
    greedy.extend(99)
    return greedy.order


def test_nothing_to_pick_gives_nothing() -> None:
    """Catches a crash where every sequence is rejected, or none was cut."""
    assert _all_picks(random_points(4, 3, 0), np.zeros(4, np.bool_)) == []
    assert _all_picks(np.empty((0, 3), np.float32), np.zeros(0, np.bool_)) == []
