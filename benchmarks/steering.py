"""What steering costs: rejecting one selected sequence, overlapping candidates, limits.

    python benchmarks/steering.py [--sequences 10000]

10,000 sequences of 1,280 dimensions that wander like video. Promise: the best replacement of a
rejected sequence is there within 100 ms. It is set beside trying every sequence, which finds the
same covering radius, and beside selecting anew, which disturbs the others.
"""

from __future__ import annotations

import argparse
import functools
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from seqsel_core.representations import represent
from seqsel_core.select.constraints import Rules, Steered, steer
from seqsel_core.select.kcenter import KCenter
from seqsel_core.select.packing import Places
from seqsel_core.select.replacement import Replacement, Replacer
from seqsel_core.select.selection import nested
from seqsel_core.sequences import cut, pool

VIDEOS, DIMENSIONS, LENGTH = 50, 1280, 10
LIMIT_MS = 100
T = TypeVar("T")


def main() -> None:
    """Measure, and print three tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sequences", type=int, default=10_000)
    count = parser.parse_args().sequences
    points = _walk(count)
    _replace(points)
    _rules(points)
    _windows()


def _replace(points: npt.NDArray[np.float32]) -> None:
    print(f"Replacing one of k, {len(points):,} sequences × {DIMENSIONS} (limit {LIMIT_MS} ms)")
    print(f"{'k':>6}{'prepare':>12}{'median':>12}{'slowest':>12}{'anew':>12}{'all tried':>12}")
    for picks in (20, 100, 500):
        print(
            f"{picks:>6}" + "".join(f"{value:>9.1f} ms" for value in _replace_each(points, picks))
        )


def _replace_each(points: npt.NDArray[np.float32], picks: int) -> tuple[float, ...]:
    """Return the milliseconds of one row of the table."""
    everything = np.ones(len(points), np.bool_)
    selected = nested(KCenter(points, everything), picks).order
    replacer, prepare = _timed(lambda: Replacer(points, selected))

    def replace(at: int) -> Replacement:
        allowed = everything.copy()
        allowed[selected] = False
        return replacer.best(at, allowed, everything)

    ranks = np.random.default_rng(1).permutation(picks)[:20].tolist()
    taken = [_timed(lambda at=at: replace(at))[1] for at in ranks]
    _, anew = _timed(lambda: nested(KCenter(points, everything), picks))
    others = np.delete(selected, ranks[0])
    radius, tried = _timed(lambda: _try_all(points, others))
    assert abs(radius - replace(ranks[0]).radius_after) < 1e-3
    return prepare, float(np.median(taken)), max(taken), anew, tried


def _try_all(points: npt.NDArray[np.float32], others: npt.NDArray[np.int64]) -> float:
    """Return the smallest covering radius that any one more sequence leaves, the plain way."""
    nearest = np.full(len(points), np.inf, np.float32)
    for other in others:
        np.minimum(nearest, _distances(points, points[[other]])[:, 0], out=nearest)
    best = np.inf
    for low in range(0, len(points), 500):
        left = np.minimum(_distances(points, points[low : low + 500]), nearest[:, None])
        best = min(best, float(left.max(axis=0).min()))
    return best


def _distances(
    points: npt.NDArray[np.float32], others: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    distances: npt.NDArray[np.float32] = np.sqrt(np.maximum(2 - 2 * (points @ others.T), 0))
    return distances


def _rules(points: npt.NDArray[np.float32]) -> None:
    per_video = len(points) // VIDEOS
    video = np.repeat(np.arange(VIDEOS), per_video)
    start = np.tile(np.arange(per_video) * 2, VIDEOS)
    places = Places(video, start, start + LENGTH)
    everything = np.ones(len(points), np.bool_)
    groups = {"group": video, "at_most": np.full(VIDEOS, 3), "at_least": np.full(VIDEOS, 1)}
    print(f"\n100 picks of {len(points):,} sequences that start every second frame")
    for name, rules in (
        ("no rules", Rules(places)),
        ("none overlaps", Rules(places, 0)),
        ("1 to 3 of every video", Rules(places, **groups)),
        ("both", Rules(places, 0, **groups)),
    ):

        def work(rules: Rules = rules) -> object:
            greedy = KCenter(points, everything)
            return steer(Steered(greedy, everything, rules, 100), 100)

        print(f"{name:<30}{_timed(work)[1]:>10.1f} ms")


def _windows() -> None:
    frames = _walk(50_000).astype(np.float16)
    print(f"\nMeans of windows of 50,000 frames × {DIMENSIONS}, float16")
    print(f"{'length':>8}{'stride':>8}{'windows':>10}{'prefix sums':>14}{'frame by frame':>18}")
    for length, stride in ((10, 5), (50, 10), (100, 10)):
        sequences = cut([np.arange(len(frames))], length, stride=stride)
        ours, fast = _timed(functools.partial(represent, [frames], sequences))
        plain, slow = _timed(functools.partial(pool, [frames], sequences))
        assert np.abs(ours - plain).max() < 1e-5
        print(f"{length:>8}{stride:>8}{len(sequences):>10}{fast:>11.0f} ms{slow:>15.0f} ms")


def _walk(count: int) -> npt.NDArray[np.float32]:
    random = np.random.default_rng(0)
    per_video = count // VIDEOS
    points = np.empty((per_video * VIDEOS, DIMENSIONS), np.float32)
    for number in range(VIDEOS):
        scene = random.normal(size=(1, DIMENSIONS))
        walk = scene + np.cumsum(random.normal(scale=0.05, size=(per_video, DIMENSIONS)), axis=0)
        walk /= np.linalg.norm(walk, axis=1, keepdims=True)
        points[number * per_video : (number + 1) * per_video] = walk
    return points


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    result = work()
    return result, 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()
