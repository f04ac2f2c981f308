"""Uniform and random orders."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqsel_core.select.spread import Random, Uniform

POINTS = np.eye(60, dtype=np.float32)


def uniform(lengths: list[int], count: int, **options: object) -> list[int]:
    """Return the uniform order of videos of these lengths."""
    videos = np.repeat(np.arange(len(lengths)), lengths)
    free = np.ones(len(videos), np.bool_)
    order = Uniform(POINTS[: len(videos)], free, videos=videos, **options)  # type: ignore[arg-type]
    order.extend(count)
    return order.order


def test_one_video_is_halved_and_quartered() -> None:
    """Catches picks that cluster at the beginning."""
    assert uniform([8], 8) == [3, 1, 5, 0, 4, 2, 6, 7]


def test_videos_of_one_length_take_turns() -> None:
    """Catches a first video that takes all."""
    order = uniform([20, 20, 20], 9)
    assert [pick // 20 for pick in order] == [0, 1, 2] * 3


@given(st.lists(st.integers(1, 20), min_size=1, max_size=3), st.integers(1, 30))
def test_every_video_has_its_share(lengths: list[int], count: int) -> None:
    """Catches shares that do not follow the lengths, at any number."""
    order = uniform(lengths, count)
    total = sum(lengths)
    count = min(count, total)
    assert len(set(order)) == len(order) == count
    videos = np.repeat(np.arange(len(lengths)), lengths)
    for video, length in enumerate(lengths):
        assert abs((videos[order] == video).sum() - count * length / total) <= 1.5


def test_uniform_passes_over_what_is_forbidden() -> None:
    """Catches an endless search in a video of which nothing is left."""
    videos = np.repeat([0, 1], 5)
    order = Uniform(POINTS[:10], np.ones(10, np.bool_), videos=videos)
    order.extend(1)
    order.forbid(np.arange(5))
    order.extend(10)
    assert len(order.order) == 6
    assert sum(pick >= 5 for pick in order.order) == 5


def test_uniform_keeps_its_distance() -> None:
    """Catches neighbours in time that look the same, though a distance was asked for."""
    angles = np.linspace(0, np.pi, 60)
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    order = Uniform(points, np.ones(60, np.bool_), videos=np.zeros(60, np.int64), min_distance=0.5)
    order.extend(60)
    assert 4 <= len(order.order) <= 7
    assert min(order.distances[1:]) >= 0.5


@pytest.mark.parametrize("seed", range(3))
def test_random_takes_each_candidate_once(seed: int) -> None:
    """Catches a forbidden or picked one that comes again."""
    free = np.arange(60) % 3 > 0
    order = Random(POINTS, free, seed=seed)
    order.take(int(np.flatnonzero(free)[0]))
    order.forbid(np.flatnonzero(free)[-5:])
    order.extend(60)
    assert sorted(order.order) == np.flatnonzero(free)[:-5].tolist()
