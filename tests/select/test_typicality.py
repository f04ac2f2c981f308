"""Typicality: the inverse mean distance to the nearest neighbours."""

from __future__ import annotations

import numpy as np
import pytest

from seqsel_core.select import typicality as module
from seqsel_core.select.typicality import typicality


@pytest.mark.parametrize("queries", [7, 512])
def test_it_is_the_plain_definition(queries: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a neighbour lost between two blocks, and a point that is its own neighbour."""
    monkeypatch.setattr(module, "_QUERIES", queries)
    monkeypatch.setattr(module, "_POINTS", 2 * queries)
    points = np.random.default_rng(0).standard_normal((60, 5)).astype(np.float32)
    candidates = np.arange(60) % 4 > 0
    among = points[candidates].astype(np.float64)
    apart = np.sort(np.linalg.norm(among[:, None] - among[None], axis=2), axis=1)
    mean = apart[:, 1:21].mean(axis=1)
    scores = typicality(points, candidates)
    np.testing.assert_allclose(scores[candidates], mean.min() / mean, rtol=1e-4)
    assert (scores[~candidates] == 1).all()


def test_copies_are_not_endlessly_typical() -> None:
    """Catches a division by zero, and copies beside which all else weighs nothing."""
    generator = np.random.default_rng(1)
    points = generator.standard_normal((80, 5)).astype(np.float32)
    points[:30] = points[0]
    scores = typicality(points, np.ones(80, np.bool_))
    assert (scores[:30] == 1).all()
    assert scores[30:].min() > 0.02
    assert (typicality(points[:30], np.ones(30, np.bool_)) == 1).all()


def test_few_candidates_have_few_neighbours() -> None:
    """Catches an error where there are not twenty others."""
    points = np.array([[0, 0], [1, 0], [3, 0]], np.float32)
    assert typicality(points[:1], np.ones(1, np.bool_)).tolist() == [1]
    np.testing.assert_allclose(typicality(points, np.ones(3, np.bool_)), [0.75, 1, 0.6])
