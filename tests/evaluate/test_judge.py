"""Verdicts on selections against random ones."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest

from seqsel_core.evaluate.judge import Judge
from seqsel_core.evaluate.randoms import FIRST, LARGEST
from seqsel_core.select.selection import order_of
from tests.select.selecting import select_sequences

VIDEOS = np.repeat(np.arange(20), 20)
ALL = np.ones(400, np.bool_)


@pytest.fixture(scope="module")
def scenes() -> np.ndarray:
    """Return 400 sequences of scenes of very different sizes."""
    generator = np.random.default_rng(0)
    sizes = np.array([200, 80, 40, 20, *[4] * 15])
    points = np.repeat(generator.standard_normal((19, 12)), sizes, axis=0)
    points += 0.1 * generator.standard_normal(points.shape)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    return points.astype(np.float32)


def test_a_good_selection_is_worth_many_random_ones(scenes) -> None:
    """Catches a comparison that is turned round."""
    judge = Judge(scenes, ALL, VIDEOS)
    selected = select_sequences(scenes, ALL, method="balanced", count=20).order
    verdict = judge.verdict(selected)
    for versus in verdict.versus.values():
        assert versus.value < versus.random.low <= versus.random.median <= versus.random.high
        assert versus.better_than == 1
        assert versus.value < versus.uniform
        assert 20 < versus.random_needed.low <= versus.random_needed.high
    needed = {name: round(versus.random_needed.median) for name, versus in verdict.versus.items()}
    assert verdict.sentence == (
        f"These 20 sequences cover the dataset as well as about {needed['mean']} random ones on "
        f"average, its rarest part as well as about {needed['radius']}."
    )


def test_a_poor_selection_is_worth_few(scenes) -> None:
    """Catches a verdict that only ever praises."""
    verdict = Judge(scenes, ALL, VIDEOS).verdict(np.arange(20))
    assert verdict.versus["mean"].better_than < 0.05
    assert verdict.versus["mean"].random_needed.median < 10
    assert verdict.selection.videos == 1


@pytest.mark.parametrize("seed", range(3))
def test_a_random_selection_is_worth_itself(scenes, seed: int) -> None:
    """Catches a bias between the selection and those that it is compared with."""
    selected = np.random.default_rng(seed).choice(400, 40, replace=False)
    needed = Judge(scenes, ALL, VIDEOS).verdict(selected).versus["mean"].random_needed
    assert needed.low <= 40 <= needed.high
    assert 25 < needed.median < 60


def test_candidates_alone_are_judged(scenes) -> None:
    """Catches sequences with bad frames that count as badly covered."""
    allowed = np.arange(400) < 200
    verdict = Judge(scenes, allowed, VIDEOS).verdict(np.array([3, 100]))
    assert verdict.selection.radius < 1
    assert verdict.sampled is None


def test_known_distances_give_the_same_verdict(scenes) -> None:
    """Catches distances of all sequences taken for those of the candidates."""
    allowed = np.arange(400) % 2 == 0
    selected = np.array([0, 100, 300])
    judge = Judge(scenes, allowed, VIDEOS)
    distances = np.linalg.norm(scenes[allowed][:, None] - scenes[selected], axis=2).min(axis=1)
    known = judge.verdict(selected, distances.astype(np.float32))
    found = judge.verdict(selected)
    assert known.selection.mean == pytest.approx(found.selection.mean, abs=1e-3)
    assert known.versus["mean"].value == pytest.approx(found.versus["mean"].value, abs=1e-3)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "This 1 sequence covers"),
        (399, "These 399 sequences cover the dataset as well as about "),
        (400, "All 400 sequences that can be selected are selected."),
    ],
)
def test_the_sentence_can_be_read(scenes, count: int, words: str) -> None:
    """Catches 'These 1 sequences', and inf in a sentence."""
    sentence = Judge(scenes, ALL, VIDEOS, selections=5).verdict(np.arange(count)).sentence
    assert sentence.startswith(words)
    assert "inf" not in sentence
    assert "about 1 random ones" not in sentence


def test_how_far_apart_and_from_how_many_videos_is_told_beside_random_ones(scenes) -> None:
    """Catches measures of other sizes, or of sequences that cannot be selected."""
    allowed = np.arange(400) % 3 > 0
    candidates = np.flatnonzero(allowed)
    judge = Judge(scenes, allowed, VIDEOS)
    selected = select_sequences(scenes, allowed, method="coreset", count=15).order
    beside = judge.verdict(selected).beside
    generator = np.random.default_rng(5)
    plain = {"p10_within": [], "videos": []}
    for _ in range(300):
        picks = generator.choice(candidates, 15, replace=False)
        between = np.linalg.norm(scenes[picks][:, None] - scenes[picks], axis=2)
        np.fill_diagonal(between, np.inf)
        plain["p10_within"].append(np.percentile(between.min(axis=1), 10))
        plain["videos"].append(len(set(VIDEOS[picks])))
    for name, values in plain.items():
        assert beside[name].random.median == pytest.approx(np.median(values), rel=0.15)
        assert beside[name].random.low < np.median(values) < beside[name].random.high
    assert beside["p10_within"].value > beside["p10_within"].random.high
    assert beside["videos"].uniform == 15
    assert beside["videos"].value == len(set(VIDEOS[selected]))
    assert set(judge.verdict(selected[:1]).beside) == {"videos"}


def test_large_random_selections_are_measured_where_they_are_needed() -> None:
    """Catches 'better than 2,000' where 300 random sequences were measured."""
    points = np.random.default_rng(1).standard_normal((3000, 3)).astype(np.float32)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    every = np.ones(3000, np.bool_)
    selected = order_of(points, every, method="coreset")
    selected.extend(200)
    judge = Judge(points, every, np.zeros(3000, np.int64))
    small = judge.verdict(np.array(selected.order[:10]))
    assert judge.randoms_to(10).sizes[-1] == FIRST
    assert small.versus["radius"].random_needed.high < FIRST
    verdict = judge.verdict(np.array(selected.order))
    assert judge.randoms_to(10).sizes[-1] == 2000
    assert FIRST < verdict.versus["radius"].random_needed.median < np.inf
    assert judge.verdict(np.array(selected.order[:10])) == small


def test_how_far_apart_many_are_stands_alone(scenes) -> None:
    """Catches a slider that stops for seconds where a thousand are selected."""
    judge = Judge(scenes, ALL, VIDEOS, selections=5)
    assert "p10_within" in judge.verdict(np.arange(FIRST)).beside
    many = judge.verdict(np.arange(FIRST + 1))
    assert set(many.beside) == {"videos"}
    assert many.selection.p10_within >= 0


def test_few_are_told_the_same_after_many(scenes) -> None:
    """Catches a band that moves, or is measured again, because somebody asked for more."""
    judge = Judge(scenes, ALL, VIDEOS, selections=5)
    few = judge.verdict(np.arange(10)).beside["p10_within"]
    many = judge.verdict(np.arange(100))
    assert judge.verdict(np.arange(10)).beside["p10_within"] == few
    ahead = Judge(scenes, ALL, VIDEOS, selections=5)
    list(ahead.look_ahead(ahead.verdict(np.arange(50))))
    with mock.patch("seqsel_core.evaluate.judge.apart", side_effect=AssertionError):
        assert ahead.verdict(np.arange(100)).beside == many.beside
        assert ahead.verdict(np.arange(10)).beside["p10_within"] == few


def test_more_than_random_ones_are_measured_of_are_not_compared() -> None:
    """Catches videos of 2,500 sequences beside those of 2,000 random ones."""
    points = np.random.default_rng(1).standard_normal((2600, 3)).astype(np.float32)
    judge = Judge(points, np.ones(2600, np.bool_), np.arange(2600), selections=5)
    assert judge.verdict(np.arange(2500)).beside == {}
    assert judge.verdict(np.arange(LARGEST)).beside["videos"].random.median == LARGEST
