"""The best replacement of one selected sequence, against trying every one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from seqsel_core.select.constraints import Rules
from seqsel_core.select.packing import Places
from seqsel_core.select.replacement import Replacer, allowed_instead

Floats = npt.NDArray[np.float32]


def points_of(count: int, seed: int) -> Floats:
    """Return random points in few dimensions, some of them twice."""
    points = np.random.default_rng(seed).standard_normal((count, 3)).astype(np.float32)
    points[count // 2 : count // 2 + 2] = points[:2]
    return points


def coverage(points: Floats, chosen: Floats, covered: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Return the covering radius and the mean distance, by a plain loop in float64."""
    gaps = points[covered].astype(np.float64)[:, None] - chosen[None]
    nearest = np.linalg.norm(gaps, axis=2).min(axis=1)
    return float(nearest.max()), float(nearest.mean())


@given(st.integers(6, 60), st.integers(1, 5), st.integers(0, 2), st.integers(0, 10_000))
def test_no_other_leaves_a_smaller_radius(count: int, picks: int, earlier: int, seed: int) -> None:
    """Catches a bound that throws out the best, a stale distance, and wrong costs."""
    random = np.random.default_rng(seed)
    points = points_of(count, seed)
    centres = points_of(4, seed + 1)[:earlier]
    selected = random.permutation(count)[:picks]
    at = int(random.integers(picks))
    covered = random.random(count) < 0.8
    covered[selected[at]] = False
    allowed = covered.copy()
    allowed[selected] = False
    if not allowed.any():
        return
    found = Replacer(points, selected, centres=centres).best(at, allowed, covered)
    others = np.concatenate([points[np.delete(selected, at)], centres])
    radii = {
        option: coverage(points, np.concatenate([others, points[[option]]]), covered)
        for option in np.flatnonzero(allowed).tolist()
    }
    best = min(radius for radius, _ in radii.values())
    np.testing.assert_allclose(found.radius_after, best, atol=1e-4)
    np.testing.assert_allclose(
        (found.radius_after, found.mean_after), radii[found.position], atol=1e-4
    )
    before = coverage(points, np.concatenate([points[selected], centres]), covered)
    np.testing.assert_allclose((found.radius_before, found.mean_before), before, atol=1e-4)


def test_of_equal_radius_the_one_that_serves_best_is_taken() -> None:
    """Catches the first of many that are all as good for the farthest sequence."""
    # 50 is far from all and cannot be helped; around 10 the middle serves best.
    points = np.array([[0], [10], [8], [9.5], [12], [50]], np.float32)
    covered = np.array([True, False, True, True, True, True])
    allowed = np.array([False, False, True, True, True, False])
    selected = np.array([0, 1])
    found = Replacer(points, selected, centres=np.array([[70]], np.float32)).best(
        1, allowed, covered
    )
    assert found.radius_before == found.radius_after == 20
    assert found.position == 3


def test_nothing_left_is_told() -> None:
    """Catches the first sequence taken where none may be."""
    points = points_of(6, 0)
    nothing = np.zeros(6, np.bool_)
    found = Replacer(points, np.array([0, 1])).best(0, nothing, ~nothing)
    assert found.position == -1
    assert found.radius_after >= found.radius_before


def test_rules_are_kept() -> None:
    """Catches a replacement that overlaps, breaks a limit, or overdraws the budget."""
    video = np.array([0, 0, 0, 0, 1, 1, 1])
    start = np.array([0, 4, 8, 12, 0, 4, 8])
    places = Places(video, start, start + np.array([5, 5, 5, 3, 5, 5, 2]))
    everything = np.ones(7, np.bool_)
    selected = np.array([0, 2, 4])

    def allowed(rules: Rules, at: int) -> list[int]:
        return np.flatnonzero(allowed_instead(everything, rules, selected, at)).tolist()

    assert allowed(Rules(places), 0) == [1, 3, 5, 6]
    assert allowed(Rules(places, 0), 0) == [6]
    assert allowed(Rules(places, 0), 1) == [3, 6]
    assert allowed(Rules(places, frames=13), 0) == [3, 6]
    groups = {"group": video}
    assert allowed(Rules(places, **groups, at_most=np.array([2, 1])), 0) == [1, 3]
    assert allowed(Rules(places, **groups, at_least=np.array([1, 1])), 2) == [5, 6]
    assert allowed(Rules(places, **groups, at_least=np.array([1, 1])), 0) == [1, 3, 5, 6]
