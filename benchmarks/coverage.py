"""What the strategies that serve all sequences cost, and what a verdict costs.

    python benchmarks/coverage.py           10,000 × 1,280, to 100 picks
    python benchmarks/coverage.py --full    and 20,000 and 100,000 × 512, to 1,000 picks

Video-like data: scenes that wander. Beside each other in one run: k-center, the balanced
order, and greedy facility location that computes every gain anew for every pick. Promises: at
10,000 sequences a move of the number of samples and a verdict each answer within 300 ms. Of
more than 5,000 candidates the gains are estimated from a sample, and for the first picks from a
part of it; the last columns show what that costs in covering radius and mean distance, measured
over all sequences.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from seqsel_core.evaluate.coverage import pairwise
from seqsel_core.evaluate.judge import Judge
from seqsel_core.select.gains import EXACT
from seqsel_core.select.greedy import Greedy
from seqsel_core.select.kcenter import KCenter
from seqsel_core.select.service import BALANCE, Service

LIMIT_MS = 300
FloatArray = npt.NDArray[np.float32]
T = TypeVar("T")


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--full", action="store_true", help="100,000 × 512 too")
    full = parser.parse_args().full
    points = _wander(10_000, 1280)
    _orders(points, 100, {"exact": 10_000, "of 2,500": EXACT, "of 1,000": 3_162})
    _plain(points, 20)
    _judge(points)
    if full:
        _orders(_wander(20_000, 512), 100, {"exact": 20_000, "of 1,250": EXACT})
        _orders(_wander(100_000, 512), 1000, {"of 1,000": EXACT})


def _orders(points: FloatArray, count: int, samples: dict[str, int]) -> None:
    everything = np.ones(len(points), np.bool_)
    print(f"\n{len(points):,} sequences × {points.shape[1]} dimensions")
    print(
        f"  {'':<28}{'prepare s':>11}{'to 20 ms':>10}{'20→30 ms':>10}{f'→{count:,} s':>10}"
        f"{'memory MB':>11}{'radius':>8}{'mean':>8}"
    )
    makers: dict[str, Callable[[], Greedy]] = {"k-center": lambda: KCenter(points, everything)}
    for name, exact in samples.items():
        for balance in (0.0, BALANCE):
            title = f"{'balanced' if balance else 'representative'}, {name}"
            makers[title] = _maker(points, everything, balance, exact)
    for title, make in makers.items():
        tracemalloc.start()
        order, prepare = _timed(make)
        steps = [_timed(partial(order.extend, end))[1] for end in (20, 30, count)]
        memory = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        print(
            f"  {title:<28}{prepare:>11.2f}{1000 * steps[0]:>10.0f}{1000 * steps[1]:>10.0f}"
            f"{steps[2]:>10.2f}{memory:>11.0f}{order.radii[-1]:>8.3f}{order.nearest.mean():>8.3f}"
        )
        if title == "balanced, of 2,500":
            print(f"  {'  20→30, against the limit':<49}{1000 * steps[1] / LIMIT_MS:>10.2f} ×")


def _maker(
    points: FloatArray, everything: npt.NDArray[np.bool_], balance: float, exact: int
) -> Callable[[], Greedy]:
    return lambda: Service(points, everything, balance=balance, exact=exact)


def _plain(points: FloatArray, count: int) -> None:
    """Compute every gain anew for every pick, and compare the picks."""
    everything = np.ones(len(points), np.bool_)
    lazy = Service(points, everything, balance=0, exact=len(points))
    _, lazily = _timed(lambda: lazy.extend(count))
    # Nothing selected serves at the cost 1, that of the largest distance of unit vectors.
    costs, current = pairwise(points, points) / 2, np.ones(len(points), np.float32)
    picks: list[int] = []

    def loop() -> None:
        for _ in range(count):
            saved = [
                np.maximum(current - costs[at : at + 100], 0).sum(axis=1)
                for at in range(0, len(points), 100)
            ]
            picks.append(int(np.concatenate(saved).argmax()))
            np.minimum(current, costs[picks[-1]], out=current)

    _, plainly = _timed(loop)
    same = sum(a == b for a, b in zip(picks, lazy.order, strict=True))
    print(
        f"  {count} picks after preparing: every gain anew {1000 * plainly:.0f} ms, lazily "
        f"{1000 * lazily:.0f} ms ({plainly / lazily:.0f} ×), {same} of {count} picks the same"
    )


def _judge(points: FloatArray) -> None:
    videos = np.arange(len(points)) // 200
    order = KCenter(points, np.ones(len(points), np.bool_))
    order.extend(1000)
    judge, prepare = _timed(lambda: Judge(points, np.ones(len(points), np.bool_), videos))
    print(f"  Judge: 100 random selections of every size {prepare:.2f} s, once")
    for count in (20, 100, 1000):
        picks = np.array(order.order[:count])
        verdict, seconds = _timed(partial(judge.verdict, picks))
        print(
            f"  verdict on {count:>5}: {1000 * seconds:>5.0f} ms, "
            f"{1000 * seconds / LIMIT_MS:.2f} × the limit. {verdict.sentence}"
        )


def _wander(count: int, dimensions: int) -> FloatArray:
    """Return unit vectors that wander within scenes of 200."""
    random = np.random.default_rng(0)
    points = np.empty((count, dimensions), np.float32)
    for at in range(0, count, 200):
        steps = random.normal(scale=0.1, size=(200, dimensions))
        steps[0] = random.normal(size=dimensions)
        points[at : at + 200] = np.cumsum(steps, axis=0)[: count - at]
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    return points


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    result = work()
    return result, time.perf_counter() - began


if __name__ == "__main__":
    main()
