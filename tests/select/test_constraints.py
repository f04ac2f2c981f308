"""Rules that a selection keeps, with every strategy, against plain counting."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from seqsel_core.config import METHODS
from seqsel_core.select.constraints import (
    Rules,
    Steered,
    capacities,
    most_selectable,
    shares,
    steer,
)
from seqsel_core.select.packing import Places
from seqsel_core.select.selection import Selection, nested, order_of

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


def points_of(count: int, seed: int = 0) -> npt.NDArray[np.float32]:
    """Return random unit vectors."""
    values = np.random.default_rng(seed).standard_normal((count, 5))
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


def grid(counts: list[int], length: int, stride: int) -> Places:
    """Return the places of sequences that start every so many frames in videos of equal step."""
    video = np.repeat(np.arange(len(counts)), counts)
    start = np.concatenate([np.arange(count) * stride for count in counts]).astype(np.int64)
    return Places(video, start, start + length)


def pick(
    places: Places,
    rules: Rules,
    count: int,
    *,
    method: str = "coreset",
    candidates: Bools | None = None,
    min_distance: float = -1,
    seed: int = 0,
) -> Selection:
    """Select with rules."""
    points = points_of(len(places.start), seed)
    allowed = np.ones(len(points), np.bool_) if candidates is None else candidates
    order = order_of(
        points,
        allowed,
        method=method,
        count=count,
        min_distance=min_distance,
        videos=places.video,
        seed=seed,
    )
    return steer(Steered(order, allowed, rules, count), count, min_distance)


_counts = st.lists(st.integers(1, 9), min_size=1, max_size=4)
_methods = st.sampled_from(METHODS)


def test_without_rules_the_order_is_that_of_the_strategy() -> None:
    """Catches rules that disturb where there are none."""
    places = grid([20, 20], 1, 1)
    points = points_of(40)
    everything = np.ones(40, np.bool_)
    plain = nested(order_of(points, everything), 15, 0.3)
    steered = pick(places, Rules(places), 15, min_distance=0.3)
    assert steered.order.tolist() == plain.order.tolist()
    np.testing.assert_array_equal(steered.distances, plain.distances)
    np.testing.assert_array_equal(steered.radii, plain.radii)


@given(_counts, st.integers(1, 6), st.integers(1, 4), st.integers(0, 4), _methods)
def test_selected_sequences_never_overlap(
    counts: list[int], length: int, stride: int, apart: int, method: str
) -> None:
    """Catches two that share frames or lie nearer than the gap, and an order that ends early."""
    places = grid(counts, length, stride)
    order = pick(places, Rules(places, apart), 99, method=method).order
    assert len(set(order.tolist())) == len(order)
    for one, two in combinations(sorted(order.tolist()), 2):
        if places.video[one] == places.video[two]:
            assert places.start[two] - places.stop[one] >= apart
    if method != "coreset-medoid":  # it serves clusters that it made before
        blocked = set().union(*(places.near(int(at), apart).tolist() for at in order))
        assert blocked == set(range(len(places.start)))


@given(_counts, st.integers(0, 4), st.integers(1, 3), st.integers(1, 30), _methods)
def test_at_most_and_at_least_are_kept(
    counts: list[int], least: int, extra: int, count: int, method: str
) -> None:
    """Catches a video with too many or too few, or a limit that costs picks."""
    places = grid(counts, 1, 1)
    at_least = np.minimum(least, np.array(counts))
    at_most = at_least + extra
    assume(at_least.sum() <= count)
    rules = Rules(places, group=places.video, at_least=at_least, at_most=at_most)
    order = pick(places, rules, count, method=method).order
    picked = np.bincount(places.video[order], minlength=len(counts))
    assert (picked <= at_most).all()
    if method != "coreset-medoid":
        assert (picked >= at_least).all()
        assert len(order) == min(count, np.minimum(at_most, counts).sum())


@given(_counts, st.integers(2, 5), st.integers(1, 4), st.integers(0, 2), st.integers(0, 20))
def test_required_picks_have_room_where_windows_overlap(
    counts: list[int], length: int, stride: int, apart: int, seed: int
) -> None:
    """Catches picks in the middle of a short video that leave no room for those required."""
    places = grid(counts, length, stride)
    everything = np.ones(len(places.start), np.bool_)
    rules = Rules(places, apart, group=places.video)
    most = capacities(everything, rules, len(counts))
    rules = Rules(places, apart, group=places.video, at_least=most)
    order = pick(places, rules, int(most.sum()), seed=seed).order
    assert np.bincount(places.video[order], minlength=len(counts)).tolist() == most.tolist()
    assert most_selectable(everything, rules) == most.sum()


def test_free_picks_come_before_required_ones() -> None:
    """Catches required picks that take the place of the most diverse from the beginning."""
    places = grid([10, 10], 1, 1)
    plain = pick(places, Rules(places), 3).order
    rules = Rules(places, group=places.video, at_least=np.array([2, 2]))
    assert pick(places, rules, 6).order[:2].tolist() == plain[:2].tolist()


@given(_counts, st.integers(1, 3), st.integers(1, 12), _methods, st.data())
def test_pinned_come_first_and_count(
    counts: list[int], stride: int, count: int, method: str, data: st.DataObject
) -> None:
    """Catches a pin that is lost, moved, added on top of n_samples, or overlapped."""
    places = grid(counts, 2, stride)
    wished = data.draw(st.permutations(range(len(places.start))))[:count]
    pins: list[int] = []
    for pin in wished:
        if not set(places.near(pin, 0).tolist()) & set(pins):
            pins.append(pin)
    rules = Rules(places, 0, pinned=np.array(pins, np.int64))
    selection = pick(places, rules, count, method=method, min_distance=0.5)
    assert selection.order[: len(pins)].tolist() == pins
    assert len(selection) <= count
    rest = selection.order[len(pins) :].tolist()
    assert not set(rest) & {int(near) for pin in pins for near in places.near(pin, 0)}
    assert (selection.distances[len(pins) :] >= 0.5).all()
    assert (np.diff(selection.radii) <= 0).all()


def test_pins_keep_others_away() -> None:
    """Catches pins that do not count as selected where the next is looked for."""
    points = np.array([[0], [1], [10], [11], [20]], np.float32)
    places = grid([5], 1, 1)
    everything = np.ones(5, np.bool_)
    steered = Steered(order_of(points, everything), everything, Rules(places, pinned=np.array([4])))
    assert steer(steered, 3).order.tolist() == [4, 0, 2]


def test_frames_are_a_budget_where_lengths_differ() -> None:
    """Catches a shorter last sequence counted as a whole one, or a budget that is overdrawn."""
    starts = np.array([0, 10, 20, 0, 10])
    stops = np.array([10, 20, 24, 10, 13])
    places = Places(np.array([0, 0, 0, 1, 1]), starts, stops)
    for seed in range(20):
        order = pick(places, Rules(places, frames=20), 5, seed=seed).order
        frames = places.lengths[order].sum()
        left = np.delete(places.lengths, order)
        assert frames <= 20
        assert not (left <= 20 - frames).any()


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), min_size=1, max_size=6),
    st.integers(0, 40),
)
def test_shares_are_as_even_as_can_be(groups: list[tuple[int, int]], total: int) -> None:
    """Catches a group that gets two more than another which could have given more."""
    capacity = np.array([most for most, _ in groups])
    taken = np.minimum([pins for _, pins in groups], capacity)
    total = min(max(total, int(taken.sum())), int(capacity.sum()))
    at_least, at_most = shares(total, capacity, taken)
    assert at_least.sum() <= total <= at_most.sum()
    assert (taken <= at_least).all()
    assert (at_least <= at_most).all()
    assert (at_most <= np.maximum(capacity, taken)).all()
    for one, two in combinations(range(len(groups)), 2):
        for low, high in ((one, two), (two, one)):
            if at_most[high] > taken[high] and at_least[low] < capacity[low]:
                assert at_most[high] - at_least[low] <= 1


@pytest.mark.parametrize("method", METHODS)
def test_what_is_forbidden_is_still_covered(method: str) -> None:
    """Catches a covering radius that forgets the neighbours of what is picked."""
    places = grid([30], 4, 1)
    selection = pick(places, Rules(places, 0), 3, method=method)
    points: npt.NDArray[Any] = points_of(30)
    for done in range(1, len(selection) + 1):
        gaps = points[:, None] - points[selection.order[:done]][None]
        radius = np.linalg.norm(gaps, axis=2).min(axis=1).max()
        np.testing.assert_allclose(selection.radii[done - 1], radius, atol=1e-5)
