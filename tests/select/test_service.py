"""Representative and balanced orders: the mean, the worst, and what holds for every order."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqsel_core.select.kcenter import KCenter
from seqsel_core.select.service import Service

Points = npt.NDArray[np.float32]


def unit(points: npt.ArrayLike) -> Points:
    """Return points made unit length."""
    array = np.asarray(points, np.float64)
    return (array / np.linalg.norm(array, axis=1, keepdims=True)).astype(np.float32)


def random_points(count: int, seed: int = 0, dimensions: int = 8) -> Points:
    """Return random unit vectors."""
    return unit(np.random.default_rng(seed).standard_normal((count, dimensions)))


def long_tail(seed: int) -> Points:
    """Return 300 points: a few scenes hold most of them, many scenes a handful."""
    generator = np.random.default_rng(seed)
    sizes = np.maximum(1, 120 // np.arange(1, 41) ** 1.3).astype(int)
    scenes = np.repeat(generator.standard_normal((40, 16)), sizes, axis=0)
    return unit(scenes + 0.15 * generator.standard_normal(scenes.shape))


def everything(points: Points) -> npt.NDArray[np.bool_]:
    """Return a mask that allows all."""
    return np.ones(len(points), np.bool_)


def distances(points: Points, order: list[int]) -> Points:
    """Return the distance of every point to the nearest of an order."""
    return np.linalg.norm(points[:, None] - points[order][None], axis=2).min(axis=1)


@pytest.mark.parametrize("seed", range(5))
def test_representative_is_near_the_optimum(seed: int) -> None:
    """Brute force on a small set: the greedy order keeps its guarantee of 1 − 1/e."""
    points = random_points(12, seed)
    greedy = Service(points, everything(points), balance=0)
    greedy.extend(3)
    best = min(
        distances(points, list(three)).sum() for three in itertools.combinations(range(12), 3)
    )
    start = 2.0 * len(points)
    saved = start - distances(points, greedy.order).sum()
    assert saved >= (1 - 1 / np.e) * (start - best)
    assert distances(points, greedy.order).sum() <= 1.15 * best  # what it is in practice


@pytest.mark.parametrize("seed", range(4))
def test_balanced_is_near_the_best_on_both_ends(seed: int) -> None:
    """Catches rare picks that are never made, or that ruin the mean."""
    points = long_tail(seed)
    orders = {
        "worst": KCenter(points, everything(points)),
        "mean": Service(points, everything(points), balance=0),
        "both": Service(points, everything(points)),
    }
    for order in orders.values():
        order.extend(40)
    for count in (15, 30):
        found = {name: distances(points, order.order[:count]) for name, order in orders.items()}
        assert found["both"].max() <= 1.2 * found["worst"].max()
        assert found["both"].mean() <= 1.1 * found["mean"].mean()
        assert found["both"].mean() < found["worst"].mean()


def test_the_dial_goes_from_typical_to_rare() -> None:
    """Catches a dial that does nothing, or turns the wrong way."""
    points = long_tail(1)
    radii, means = [], []
    for balance in (0, 0.25, 1):
        greedy = Service(points, everything(points), balance=balance)
        greedy.extend(30)
        radii.append(greedy.radii[-1])
        means.append(float(greedy.nearest.mean()))
    assert radii[0] > radii[1] >= radii[2] * 0.95
    assert radii[0] > radii[2]
    assert max(means[:2]) < means[2]


def test_a_rare_pick_comes_near_what_is_served_worst() -> None:
    """Catches a rare pick that serves something else."""
    points = long_tail(2)
    greedy = Service(points, everything(points), balance=1)
    greedy.extend(1)
    for count in range(2, 25):
        before = greedy.nearest.copy()
        worst = int(before.argmax())
        greedy.extend(count)
        away = np.linalg.norm(points[worst] - points[greedy.order[-1]])
        assert away <= 0.8 * before[worst] + 1e-5


def test_a_large_power_guards_the_worst() -> None:
    """Catches a power that is ignored."""
    points = long_tail(3)
    radii = []
    for power in (1, 16):
        greedy = Service(points, everything(points), balance=0, power=power)
        greedy.extend(30)
        radii.append(greedy.radii[-1])
    assert radii[1] < radii[0]


@given(
    st.integers(0, 10_000),
    st.sampled_from([0.0, 0.25, 1.0]),
    st.integers(1, 20),
    st.sampled_from([20, 6]),
)
def test_every_order_is_nested_and_takes_each_once(
    seed: int, balance: float, count: int, exact: int
) -> None:
    """Catches an order that depends on how far it is extended at once, and doubles."""
    points = random_points(20, seed)
    free = np.random.default_rng(seed).random(20) < 0.8
    free[3] = True
    at_once = Service(points, free, balance=balance, exact=exact)
    at_once.extend(count)
    step_by_step = Service(points, free, balance=balance, exact=exact)
    for number in range(count + 1):
        step_by_step.extend(number)
    assert at_once.order == step_by_step.order
    assert len(set(at_once.order)) == len(at_once.order) == min(count, free.sum())
    assert free[at_once.order].all()
    assert (np.diff(at_once.radii) <= 1e-6).all()


@pytest.mark.parametrize("balance", [0, 0.25, 1])
def test_copies_come_last(balance: float) -> None:
    """Catches labels wasted on the same content twice."""
    points = np.repeat(random_points(15), 4, axis=0)
    greedy = Service(points, everything(points), balance=balance)
    greedy.extend(60)
    assert len({pick // 4 for pick in greedy.order[:15]}) == 15
    assert sorted(greedy.order) == list(range(60))
    assert all(pick % 4 == 0 for pick in greedy.order[:15])


@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.25]))
def test_the_order_of_the_videos_does_not_matter(seed: int, balance: float) -> None:
    """Catches a selection that changes when files are listed in another order."""
    points = random_points(30, seed)
    shuffled = np.random.default_rng(seed + 1).permutation(30)
    here = Service(points, everything(points), balance=balance)
    there = Service(points[shuffled], everything(points), balance=balance)
    here.extend(12)
    there.extend(12)
    assert shuffled[there.order].tolist() == here.order


@pytest.mark.parametrize("balance", [0, 0.25, 1])
def test_five_and_five_more_are_ten(balance: float) -> None:
    """Catches a datapool that does not count, or starts the pattern of rare picks anew."""
    points = long_tail(4)
    whole = Service(points, everything(points), balance=balance)
    whole.extend(10)
    first = whole.order[:5]
    left = everything(points)
    left[first] = False
    rest = Service(points, left, balance=balance, centres=points[first])
    rest.extend(5)
    assert rest.order == whole.order[5:]


def test_what_is_forbidden_is_not_picked_but_served() -> None:
    """Catches a rejected sequence that comes back, or whose neighbours are forgotten."""
    points = long_tail(5)
    greedy = Service(points, everything(points))
    greedy.extend(3)
    forbidden = np.flatnonzero(np.arange(len(points)) % 2 == 0)
    greedy.forbid(forbidden)
    greedy.extend(20)
    assert all(pick % 2 for pick in greedy.order[3:])
    assert greedy.radii[-1] == pytest.approx(distances(points, greedy.order).max(), abs=1e-4)


def test_a_pick_by_hand_serves() -> None:
    """Catches gains that go on as if a pinned sequence were not selected."""
    points = random_points(30)
    by_itself = Service(points, everything(points), balance=0)
    by_itself.extend(2)
    by_hand = Service(points, everything(points), balance=0)
    by_hand.take(by_itself.order[0])
    by_hand.extend(2)
    assert by_hand.order == by_itself.order


def plain_order(
    points: Points, count: int, balance: float, candidates: npt.NDArray[np.bool_]
) -> list[int]:
    """Pick by plain sums and distances, all anew for every pick."""
    between = np.linalg.norm(points[:, None].astype(np.float64) - points[None], axis=2)
    covered = np.flatnonzero(candidates)
    free, nearest, order = candidates.copy(), np.full(len(points), 2.0), []
    for place in range(count):
        allowed = free.copy()
        rare = np.floor((place + 1) * balance) > np.floor(place * balance)
        if rare and order:
            worst = int(np.argmax(np.where(free, nearest, -1)))
            allowed &= between[worst] <= 0.8 * nearest[worst]
            allowed[worst] = True
        gains = np.maximum(nearest[covered] - between[:, covered], 0).sum(axis=1)
        gains[~allowed] = -1
        tied = np.flatnonzero(gains >= gains.max() * (1 - 1e-6))
        farthest = nearest[tied] >= nearest[tied].max() * (1 - 1e-6)
        order.append(int(tied[np.argmax(farthest)]))
        free[order[-1]] = False
        nearest = np.minimum(nearest, between[order[-1]])
    return order


@pytest.mark.parametrize("balance", [0.25, 0.5, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_the_order_is_that_of_a_plain_loop(seed: int, balance: float) -> None:
    """Catches shortcuts that change a pick: bounds, what is ruled out, what is left for later."""
    points = long_tail(seed)
    candidates = np.random.default_rng(seed).random(len(points)) < 0.9
    greedy = Service(points, candidates, balance=balance)
    greedy.extend(60)
    assert greedy.order == plain_order(points, 60, balance, candidates)
