"""One medoid step after k-center."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from seqsel_core.select.kcenter import KCenter
from seqsel_core.select.medoids import MedoidStep

# Two clusters on a line: 0, 1, 2, 3, 4 and 20, 21, 22.
LINE = np.array([[0], [1], [2], [3], [4], [20], [21], [22]], np.float32)
ALL = np.ones(8, np.bool_)


def clusters(seed: int) -> npt.NDArray[np.float32]:
    """Return 90 points in nine clusters."""
    generator = np.random.default_rng(seed)
    points = np.repeat(generator.standard_normal((9, 12)), 10, axis=0)
    points += 0.4 * generator.standard_normal(points.shape)
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


def test_every_pick_is_the_middle_of_its_cluster() -> None:
    """Catches the outermost members, which k-center takes."""
    step = MedoidStep(LINE, ALL, 2, start="first")
    step.extend(2)
    assert step.order == [2, 6]


@pytest.mark.parametrize("seed", range(4))
def test_the_mean_distance_gets_smaller(seed: int) -> None:
    """Catches a step that does not help: the reason to have it."""
    points = clusters(seed)
    free = np.ones(90, np.bool_)
    plain = KCenter(points, free)
    plain.extend(9)
    step = MedoidStep(points, free, 9)
    step.extend(9)
    assert len(set(step.order)) == 9
    assert step.nearest.mean() < plain.nearest.mean()


def test_there_are_no_more_than_were_asked_for() -> None:
    """Catches a tenth pick that belongs to no cluster."""
    step = MedoidStep(LINE, ALL, 3)
    step.extend(8)
    assert len(step.order) == 3


def test_all_are_selected_where_all_are_asked_for() -> None:
    """Catches copies of which none finds a cluster of its own."""
    copies = LINE[[0, 0, 0, 5, 5, 7]]
    step = MedoidStep(copies, np.ones(6, np.bool_), 99)
    step.extend(99)
    assert sorted(step.order) == [0, 1, 2, 3, 4, 5]


def test_a_forbidden_middle_gives_way_to_the_next() -> None:
    """Catches a rejected sequence that is selected, or a cluster without a pick."""
    step = MedoidStep(LINE, ALL, 2, start="first")
    step.forbid(np.array([2, 6]))
    step.extend(2)
    assert step.order == [1, 5]


def test_what_lies_near_an_earlier_selection_is_in_no_cluster() -> None:
    """Catches a pick that is drawn to what is selected already."""
    step = MedoidStep(LINE, ALL, 1, centres=np.array([[2.0]], np.float32))
    step.extend(1)
    assert step.order == [6]


def test_the_distance_ends_the_clusters() -> None:
    """Catches clusters of picks that are too close to count."""
    step = MedoidStep(LINE, ALL, 8, start="first", min_distance=10)
    step.extend(8)
    assert step.order == [2, 6]
