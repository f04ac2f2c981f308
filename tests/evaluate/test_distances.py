"""Statistics of a selection against plain float64 arithmetic."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest

from seqsel_core.evaluate import distances
from seqsel_core.evaluate.distances import BINS, evaluate


def _points(count: int, seed: int = 0) -> np.ndarray:
    points = np.random.default_rng(seed).standard_normal((count, 16))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def _apart(choice) -> np.ndarray:
    points = choice.representations.astype(np.float64)
    return np.linalg.norm(points[:, None] - points[None], axis=2)


def _check(distribution, expected: np.ndarray) -> None:
    summary = {
        "count": len(expected),
        "mean": expected.mean(),
        "std": expected.std(),
        "minimum": expected.min(),
        "p10": np.percentile(expected, 10),
        "median": np.median(expected),
        "p90": np.percentile(expected, 90),
        "maximum": expected.max(),
    }
    for name, value in summary.items():
        assert getattr(distribution, name) == pytest.approx(value, rel=1e-6, abs=1e-12), name
    assert sum(distribution.histogram) == len(expected)
    assert len(distribution.histogram) == BINS == len(distribution.edges) - 1


def test_all_numbers_are_those_of_plain_arithmetic(choice_of) -> None:
    """Catches a distribution of the wrong set, or with the wrong meaning."""
    candidates = np.ones(80, np.bool_)
    candidates[::7] = False  # not part of the input that is to be covered
    choice = choice_of(_points(80), 9, candidates=candidates)

    statistics = evaluate(choice, seed=4)

    apart, selected = _apart(choice), choice.selection.order
    others = apart + np.diag(np.full(80, np.inf))
    own = np.flatnonzero(candidates)
    _check(statistics.within["input"], others[np.ix_(own, own)].min(axis=1))
    _check(statistics.within["selected"], others[np.ix_(selected, selected)].min(axis=1))
    _check(statistics.coverage["selected"], apart[np.ix_(own, selected)].min(axis=1))
    radius = statistics.coverage["selected"].maximum
    assert radius == pytest.approx(choice.selection.covering_radius, rel=1e-5)
    assert statistics.sampled_queries is None
    assert statistics.counts.candidates == len(own)


def test_the_random_selection_is_of_the_input_and_repeats_with_its_seed(choice_of) -> None:
    """Catches a random selection of another size, of what cannot be selected, or of the clock."""
    candidates = np.zeros(60, np.bool_)
    candidates[20:50] = True
    points = _points(60)
    points[:20] *= 100  # whoever draws one of these gives himself away
    choice = choice_of(points, 10, candidates=candidates)

    statistics = evaluate(choice, seed=1)

    assert statistics.within["random"].count == 10
    assert statistics.within["random"].maximum < 2
    assert evaluate(choice, seed=1) == statistics
    assert evaluate(choice, seed=2).within["random"] != statistics.within["random"]


def test_what_is_compared_has_the_same_bins(choice_of) -> None:
    """Catches histograms that lie over each other without belonging together."""
    statistics = evaluate(choice_of(_points(50), 5))

    assert len({d.edges for d in statistics.within.values()}) == 1
    assert len({d.edges for d in statistics.coverage.values()}) == 1


def test_a_large_input_is_sampled_and_says_so(choice_of, monkeypatch) -> None:
    """Catches a sample that is taken for everything, or that is searched instead of the input."""
    monkeypatch.setattr(distances, "QUERY_LIMIT", 10)
    choice = choice_of(_points(91), 5)

    statistics = evaluate(choice)

    everything = (_apart(choice) + np.diag(np.full(91, np.inf))).min(axis=1)
    _check(statistics.within["input"], everything[::10])
    assert statistics.sampled_queries == 10
    assert statistics.coverage["selected"].count == 91


def test_sets_of_one_or_none_have_no_neighbours(choice_of) -> None:
    """Catches NaN, infinity or a crash where there is nothing to measure."""
    one, none, alone = choice_of(_points(8), 1), choice_of(_points(8), 0), choice_of(_points(1), 1)

    assert set(evaluate(one).within) == {"input"}
    assert set(evaluate(one).coverage) == {"selected", "random"}
    assert set(evaluate(none).within) == {"input"}
    assert evaluate(none).coverage == {} and evaluate(none).decisions == ()
    assert evaluate(alone).within == {} and evaluate(alone).coverage["random"].maximum == 0
    for choice in (one, none, alone):
        text = str(asdict(evaluate(choice)))
        assert "nan" not in text and "inf" not in text


def test_examples_go_from_the_most_alike_to_the_least(choice_of) -> None:
    """Catches a selected sequence shown as removed, or beside another than its nearest."""
    points = _points(40)
    points[7] = points[3]  # equal to another: one of them may be selected
    choice = choice_of(points, 6, words=["n_example_images=5"])

    decisions = evaluate(choice).decisions

    apart, selected = _apart(choice), choice.selection.order.tolist()
    removed = sorted(apart[at, selected].min() for at in range(40) if at not in selected)
    assert [d.distance for d in decisions][:: len(decisions) - 1] == pytest.approx(
        [removed[0], removed[-1]], abs=1e-6
    )
    assert [d.distance for d in decisions] == sorted(d.distance for d in decisions)
    assert len({d.removed for d in decisions}) == 5
    for decision in decisions:
        assert decision.removed not in selected
        assert decision.retained in selected
        nearest = apart[decision.removed, selected].min()
        assert apart[decision.removed, decision.retained] == pytest.approx(nearest, abs=1e-6)


def test_a_selected_sequence_is_no_example_of_a_removed_one(choice_of) -> None:
    """Catches one that is selected although an equal one is, shown as removed."""
    choice = choice_of([[1, 0], [0, 1], [0, 1], [0, 1]], 3)

    (decision,) = evaluate(choice).decisions

    assert decision.removed not in choice.selection.order
    assert decision.retained in choice.selection.order
