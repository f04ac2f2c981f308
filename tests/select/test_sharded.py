"""Selection in two rounds: its guarantee by brute force, and that shards are read one by one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqsel_core.select.kcenter import KCenter
from seqsel_core.select.sharded import ShardedSelection, select_from_shards

Points = npt.NDArray[np.float32]

# Up to four shards of up to four points with few distinct values: ties and copies are common.
_point = st.tuples(st.integers(-3, 3), st.integers(-3, 3))
_shards = st.lists(st.lists(_point, max_size=4), min_size=1, max_size=4).map(
    lambda shards: [np.array(shard, np.float32).reshape(-1, 2) for shard in shards]
)


def radius(points: Points, centres: Points) -> float:
    """Return the covering radius, in float64."""
    away = np.linalg.norm(points[:, None].astype(np.float64) - centres[None], axis=2)
    return float(away.min(axis=1).max())


def best_radius(points: Points, count: int, given_centres: Points) -> float:
    """Return the smallest covering radius that any `count` points have with centres given."""
    return min(
        radius(points, np.concatenate([points[list(chosen)], given_centres]))
        for chosen in itertools.combinations(range(len(points)), min(count, len(points)))
    )


@given(_shards, st.integers(1, 3), st.integers(0, 3), st.lists(_point, max_size=2))
def test_the_guarantee(
    shards: list[Points], count: int, more: int, earlier: list[tuple[int, int]]
) -> None:
    """Catches a covering radius above four times the best, or above the limit returned."""
    centres = np.array(earlier, np.float32).reshape(-1, 2)
    points = np.concatenate(shards)
    chosen = select_from_shards(shards, count, coreset=count + more, centres=centres)
    assert len(chosen) == min(count, len(points))
    if not len(points):
        return
    reached = radius(points, np.concatenate([chosen.points, centres]))
    assert reached <= 4 * best_radius(points, count, centres) + 1e-5
    assert reached <= chosen.radius_limit + 1e-5
    assert chosen.radius_limit <= 4 * best_radius(points, count, centres) + 1e-5


@given(_shards, st.integers(1, 3))
def test_coresets_of_everything_are_as_good_as_one_round(shards: list[Points], count: int) -> None:
    """Catches larger coresets that do not help: with all points the factor is 2."""
    points = np.concatenate(shards)
    if not len(points):
        return
    chosen = select_from_shards(shards, count, coreset=99)
    best = best_radius(points, count, np.empty((0, 2), np.float32))
    assert radius(points, chosen.points) <= 2 * best + 1e-5
    assert chosen.radius_limit <= 2 * best + 1e-5


@given(_shards, st.integers(1, 6))
def test_every_pick_is_where_it_is_said_to_be(shards: list[Points], count: int) -> None:
    """Catches numbers of shards or positions that are shifted, by an empty shard too."""
    chosen = select_from_shards(shards, count)
    places = list(zip(chosen.shard.tolist(), chosen.position.tolist(), strict=True))
    assert len(set(places)) == len(places)
    for (shard, position), point in zip(places, chosen.points, strict=True):
        np.testing.assert_array_equal(shards[shard][position], point)


def test_one_shard_gives_the_plain_selection() -> None:
    """Catches an order of the second round that is not greedy."""
    points = np.random.default_rng(1).standard_normal((50, 4)).astype(np.float32)
    greedy = KCenter(points, np.ones(50, np.bool_))
    greedy.extend(50)
    chosen = select_from_shards([points], 10, coreset=50)
    # The medoid of the points is the medoid of the coreset, which is all of them.
    assert chosen.position.tolist() == greedy.order[:10]
    np.testing.assert_allclose(chosen.distances, greedy.distances[:10], rtol=1e-6)


def test_only_one_shard_is_held_at_a_time() -> None:
    """Catches shards gathered in a list first: then they must fit in memory."""
    read: list[int] = []

    def shards() -> Iterator[Points]:
        for number in range(3):
            read.append(number)
            points = np.zeros((4, 2), np.float32)
            points[:, 0] = 10 * number + np.arange(4)
            yield points
            points[:] = np.nan  # as if its memory were used for something else

    chosen = select_from_shards(shards(), 3)
    assert read == [0, 1, 2]
    assert isinstance(chosen, ShardedSelection)
    assert np.isfinite(chosen.points).all()


def test_what_was_selected_before_is_not_selected_again() -> None:
    """Catches centres that only one of the two rounds knows."""
    shards = [np.array([[0, 1], [10, 1]], np.float32), np.array([[20, 1], [30, 1]], np.float32)]
    chosen = select_from_shards(shards, 2, centres=np.array([[0, 1], [30, 1]], np.float32))
    assert sorted(chosen.points[:, 0].tolist()) == [10, 20]


def test_what_guarantees_nothing_is_refused() -> None:
    """Catches coresets too small for the guarantee, and a selection of nothing."""
    with pytest.raises(ValueError, match="5 points cannot serve a selection of 6"):
        select_from_shards([], 6, coreset=5)
    with pytest.raises(ValueError, match="0 picks"):
        select_from_shards([], 0)
