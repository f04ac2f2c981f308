"""Gains of facility location against a plain sum over all pairs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from seqsel_core.select.gains import PER_PICK, Gains

Points = npt.NDArray[np.float32]


def unit_points(count: int, seed: int = 0, dimensions: int = 8) -> Points:
    """Return random unit vectors."""
    points = np.random.default_rng(seed).standard_normal((count, dimensions))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


def nothing_selected(points: Points) -> Points:
    """Return the distances to the nearest selected one where there is none."""
    return np.full(len(points), np.inf, np.float32)


@pytest.mark.parametrize("power", [1, 3, 16])
@pytest.mark.parametrize("seed", range(3))
def test_the_best_is_that_of_a_plain_sum(power: float, seed: int) -> None:
    """Catches bounds that are taken for gains, and a wrong power."""
    points = unit_points(60, seed)
    between = np.linalg.norm(points[:, None].astype(np.float64) - points[None], axis=2)
    cost = (between / 2) ** power
    current = np.ones(60)
    allowed = np.ones(60, np.bool_)
    gains = Gains(points, np.arange(60), nothing_selected(points), power=power)
    for _ in range(20):
        plain = np.where(allowed, np.maximum(current - cost, 0).sum(axis=1), -1)
        pick = gains.best(allowed)
        assert pick is not None
        assert plain[pick] >= plain.max() * (1 - 1e-4)
        gains.serve(pick)
        allowed[pick] = False
        current = np.minimum(current, cost[pick])


def test_only_candidates_are_served_and_returned() -> None:
    """Catches sums over sequences that were left out, which pull the picks to them."""
    points = np.array([[1, 0], [0.8, 0.6], [0.6, 0.8], [0, 1], [0, 1], [0, 1]], np.float32)
    gains = Gains(points, np.array([0, 1, 2]), nothing_selected(points))
    assert gains.best(np.ones(6, np.bool_)) == 1


def test_ties_go_to_the_lowest() -> None:
    """Catches copies of which any one is taken, as the products round."""
    points = unit_points(40)[np.arange(200) % 40]
    gains = Gains(points, np.arange(200), nothing_selected(points))
    first = gains.best(np.ones(200, np.bool_))
    assert first is not None
    assert first < 40
    assert gains.best(np.arange(200) >= 40) == first + 40


def test_nothing_allowed_is_none() -> None:
    """Catches a pick that is not allowed."""
    points = unit_points(5)
    gains = Gains(points, np.arange(5), nothing_selected(points))
    assert gains.best(np.zeros(5, np.bool_)) is None


def test_what_was_selected_before_serves() -> None:
    """Catches a datapool that is ignored: its neighbours would be selected again."""
    points = np.array([[1, 0], [1, 0], [1, 0], [0, 1]], np.float32)
    before = np.linalg.norm(points - points[0], axis=1).astype(np.float32)
    assert Gains(points, np.arange(4), nothing_selected(points)).best(np.ones(4, np.bool_)) == 0
    assert Gains(points, np.arange(4), before).best(np.ones(4, np.bool_)) == 3


def test_the_unit_of_length_does_not_matter() -> None:
    """Catches costs that overflow, or a start at 2 that is too small for long vectors."""
    points = unit_points(50)

    def order(scale: float) -> list[int | None]:
        scaled = (points * np.float32(scale)).astype(np.float32)
        gains = Gains(scaled, np.arange(50), nothing_selected(scaled), power=16)
        allowed, picks = np.ones(50, np.bool_), []
        for _ in range(8):
            picks.append(pick := gains.best(allowed))
            assert pick is not None
            gains.serve(pick)
            allowed[pick] = False
        return picks

    assert order(1) == order(1024) == order(2.0**-10)


def test_a_sample_is_nearly_as_good() -> None:
    """Catches a sample of one video, or of what comes first: the mean would be far worse."""
    generator = np.random.default_rng(0)
    scenes = generator.standard_normal((30, 16))
    points = np.repeat(scenes, 40, axis=0) + 0.3 * generator.standard_normal((1200, 16))
    points = (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)

    def mean_distance(exact: int) -> float:
        gains = Gains(points, np.arange(1200), nothing_selected(points), exact=exact)
        allowed, picks = np.ones(1200, np.bool_), []
        for _ in range(30):
            pick = gains.best(allowed)
            assert pick is not None
            picks.append(pick)
            gains.serve(pick)
            allowed[pick] = False
        return float(np.linalg.norm(points[:, None] - points[picks], axis=2).min(axis=1).mean())

    assert mean_distance(300) < 1.05 * mean_distance(1200)


@pytest.mark.parametrize("exact", [200, 30])
def test_least_distances_are_lower_bounds(exact: int) -> None:
    """Catches points near the worst one that are ruled out: another would be picked."""
    points = unit_points(200, dimensions=4)
    points[10] = points[11]
    gains = Gains(points, np.arange(0, 200, 2), nothing_selected(points), exact=exact)
    between = np.linalg.norm(points[gains.rows][:, None].astype(np.float64) - points, axis=2)
    for pick in range(200):
        assert (gains.least_distances(pick) <= between[:, pick]).all()
    assert gains.least_distances(0).max() > 0.5  # of any use


def test_asking_again_and_for_others_gives_what_a_sum_gives() -> None:
    """Catches gains of an earlier pick, or of what was allowed before, taken for those of now."""
    points = unit_points(150, 3)
    between = np.linalg.norm(points[:, None].astype(np.float64) - points[None], axis=2)
    gains = Gains(points, np.arange(150), nothing_selected(points))
    current = np.full(150, 2.0)
    generator = np.random.default_rng(5)
    for _ in range(40):
        saved = np.maximum(current - between, 0).sum(axis=1)
        for _ in range(3):
            allowed = generator.random(150) < generator.choice([0.05, 0.5, 1])
            pick = gains.best(allowed)
            if pick is None:
                assert not allowed.any()
                continue
            assert allowed[pick]
            assert saved[pick] >= saved[allowed].max() * (1 - 1e-4) - 1e-4
        pick = int(generator.integers(150))
        gains.serve(pick)
        current = np.minimum(current, between[pick])


@pytest.mark.parametrize("ahead", [False, True])
def test_with_more_picks_more_are_served(ahead: bool) -> None:
    """Catches gains of the first part of a sample taken for those of all, and lost picks."""
    points = unit_points(2400, dimensions=4)
    everything = np.arange(2400)
    gains = Gains(points, everything, nothing_selected(points), exact=2300)
    few = gains.n_served
    assert few == 1102
    picks = everything[7::40][: few // PER_PICK]
    first_part = gains.n_bytes
    assert first_part == 4 * 2400 * few
    assert not gains.prepare(few // PER_PICK)  # so many picks need no more
    assert gains.n_bytes == first_part
    if ahead:
        while gains.prepare(len(picks) + 1):
            assert gains.n_served == few  # they are not served before they are needed
        assert gains.n_bytes == 2 * first_part
    for pick in picks:
        gains.serve(int(pick))
    assert gains.n_served == 2204
    nearest = np.linalg.norm(points[:, None] - points[picks], axis=2).min(axis=1)
    at_once = Gains(points, everything, nearest, exact=2300, before=len(picks))
    assert at_once.n_served == 2204
    generator = np.random.default_rng(0)
    for share in (1, 0.5, 0.1, 0.01):
        allowed = generator.random(2400) < share
        assert gains.best(allowed) == at_once.best(allowed)
    between = np.linalg.norm(points[:, None] - points[5], axis=2)
    assert (gains.least_distances(5) <= between[:, 0] + 1e-6).all()
