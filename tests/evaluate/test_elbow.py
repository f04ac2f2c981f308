"""The curve of the covering radius and its elbow."""

from __future__ import annotations

import pytest

from seqsel_core.evaluate.elbow import coverage_curve


def test_the_elbow_is_where_the_curve_bends() -> None:
    """Catches an elbow off by one, or at the steepest place."""
    curve = coverage_curve([10, 6, 2, 1.5, 1, 0.5, 0])
    assert curve.elbow == 3
    assert curve.counts.tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert curve.radii.tolist() == [10, 6, 2, 1.5, 1, 0.5, 0]


@pytest.mark.parametrize("radii", [[], [1], [2, 1], [3, 3, 3], [3, 2, 1, 0], [4, 4, 4, 0]])
def test_no_elbow_where_nothing_bends(radii: list[float]) -> None:
    """Catches a suggestion made up for a straight line, and a division by zero."""
    assert coverage_curve(radii).elbow is None
