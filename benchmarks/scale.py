"""A million frames from memory-mapped shards to a selection: cut, average, select.

    python benchmarks/scale.py                 1,000 videos of 1,000 frames × 512 float16
    python benchmarks/scale.py --rounds 10     ten times that: ten million frames, as ten
                                               shards in two rounds, see select/sharded.py

Promise: one million frames → 100,000 sequences of ten → 1,000 picks in at most 10 s and 4 GB
on two cores. Frames wander as video does, from a place of their own for each video. Making and
writing them is not counted. What is compared: the plain NumPy loop on the same points
(--plain), and the covering radius with that of random picks.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).parents[1]))

from seqsel_core.select.kcenter import KCenter
from seqsel_core.select.sharded import select_from_shards
from seqsel_core.sequences import cut, pool

VIDEOS, FRAMES, DIMENSIONS, LENGTH, PICKS = 1000, 1000, 512, 10, 1000
LIMIT_SECONDS, LIMIT_GIGABYTES = 10, 4
Frames = list[npt.NDArray[np.float16]]


def main() -> None:
    """Measure, and print a table."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        if options.rounds > 1:
            _rounds(Path(folder), options.rounds)
        else:
            _one(Path(folder), options.plain)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"{'peak memory, mapped files included':<40}{peak:>9.2f} GB, limit {LIMIT_GIGABYTES} GB")


def _one(folder: Path, plain: bool) -> None:
    embeddings = _store(folder, 0)
    began = time.perf_counter()
    sequences = cut([np.arange(FRAMES)] * VIDEOS, LENGTH)
    was_cut = time.perf_counter()
    points = pool(embeddings, sequences)
    was_pooled = time.perf_counter()
    greedy = KCenter(points, np.ones(len(points), np.bool_))
    greedy.extend(PICKS)
    ended = time.perf_counter()
    print(f"{VIDEOS * FRAMES:,} frames × {DIMENSIONS} → {len(points):,} sequences → {PICKS:,}")
    _row("cut", was_cut - began)
    _row("average", was_pooled - was_cut)
    _row("select", ended - was_pooled)
    _row("together", ended - began, f", limit {LIMIT_SECONDS} s")
    chance = np.random.default_rng(0).choice(len(points), PICKS, replace=False)
    print(f"{'covering radius':<40}{greedy.radii[-1]:>9.3f}")
    print(f"{'covering radius of random picks':<40}{_radius(points, chance):>9.3f}")
    if plain:
        began = time.perf_counter()
        _plain(points, greedy.order[0])
        _row("select with the plain NumPy loop", time.perf_counter() - began)


def _rounds(folder: Path, rounds: int) -> None:
    spent = 0.0

    def shards() -> Iterator[npt.NDArray[np.float32]]:
        nonlocal spent
        for number in range(rounds):
            paused = time.perf_counter()
            embeddings = _store(folder, number)
            spent += time.perf_counter() - paused
            yield pool(embeddings, cut([np.arange(FRAMES)] * VIDEOS, LENGTH))

    began = time.perf_counter()
    chosen = select_from_shards(shards(), PICKS)
    seconds = time.perf_counter() - began - spent
    print(f"{rounds * VIDEOS * FRAMES:,} frames × {DIMENSIONS}, {rounds} shards → {len(chosen):,}")
    _row("cut, average, select in two rounds", seconds)
    print(f"{'covering radius is at most':<40}{chosen.radius_limit:>9.3f}")


def _store(folder: Path, seed: int) -> Frames:
    """Write videos as the store does, one file each, and map them."""
    random = np.random.default_rng(seed)
    mapped: Frames = []
    for number in range(VIDEOS):
        walk = random.standard_normal((FRAMES, DIMENSIONS), dtype=np.float32)
        walk *= np.float32(0.05)
        walk[0] *= np.float32(20)
        np.cumsum(walk, axis=0, out=walk)
        walk /= np.sqrt(np.einsum("nd,nd->n", walk, walk))[:, None]
        path = folder / f"{seed}-{number}.f16"
        walk.astype("<f2").tofile(path)
        mapped.append(np.memmap(path, "<f2", "r", shape=walk.shape))
        (folder / f"{seed - 1}-{number}.f16").unlink(missing_ok=True)
    return mapped


def _radius(points: npt.NDArray[np.float32], chosen: npt.NDArray[np.int64]) -> float:
    cover = KCenter(points, np.ones(len(points), np.bool_), centres=points[chosen])
    return float(cover.nearest.max())


def _plain(points: npt.NDArray[np.float32], pick: int) -> None:
    squares = np.einsum("sd,sd->s", points, points)
    nearest = np.full(len(points), np.inf, np.float32)
    for _ in range(PICKS):
        np.minimum(nearest, squares + squares[pick] - 2 * (points @ points[pick]), out=nearest)
        pick = int(nearest.argmax())


def _row(name: str, seconds: float, remark: str = "") -> None:
    print(f"{name:<40}{seconds:>9.2f} s{remark}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=1, help="shards of a million frames")
    parser.add_argument("--plain", action="store_true", help="the plain loop beside it")
    return parser.parse_args()


if __name__ == "__main__":
    main()
