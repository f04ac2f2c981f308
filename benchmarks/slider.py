"""What a slider move costs in the web process, at 10,000 sequences.

    python benchmarks/slider.py

100,000 stored frames of 1,280 dimensions (float16, memory-mapped, clustered like video) are
cut into 10,000 sequences of ten. Promise: a move of the number of samples answers within
300 ms, because picks made before are kept; the table sets that beside selecting anew.
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

from seqsel_core.select.kcenter import KCenter
from seqsel_core.select.selection import nested
from seqsel_core.sequences import cut, pool

VIDEOS, FRAMES, DIMENSIONS, LENGTH = 50, 2000, 1280, 10
LIMIT_MS = 300
T = TypeVar("T")


def main() -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        embeddings = _videos(Path(folder))
        indices = [np.arange(FRAMES)] * VIDEOS
        sequences, cut_ms = _timed(lambda: cut(indices, LENGTH))
        points, pool_ms = _timed(lambda: pool(embeddings, sequences))
        everything = np.ones(len(sequences), np.bool_)
        greedy, prepare_ms = _timed(lambda: KCenter(points, everything))
        _, first_ms = _timed(lambda: nested(greedy, 20))
        _, more_ms = _timed(lambda: nested(greedy, 30))
        _, back_ms = _timed(lambda: nested(greedy, 25))
        _, anew_ms = _timed(lambda: nested(KCenter(points, everything), 30))
    rows = [
        ("new length: cut", cut_ms),
        ("new length: average the frames", pool_ms),
        ("new length: prepare the selection", prepare_ms),
        ("first 20 sequences", first_ms),
        ("20 → 30 sequences", more_ms),
        ("30 → 25 sequences", back_ms),
        ("30 sequences selected anew", anew_ms),
    ]
    print(f"{len(sequences):,} sequences of {LENGTH} frames, {DIMENSIONS} dimensions")
    for name, milliseconds in rows:
        print(f"{name:<36}{milliseconds:>10.2f} ms")
    print(f"{'a move, against the limit':<36}{more_ms / LIMIT_MS:>10.2f} × {LIMIT_MS} ms")
    print(f"{'a move, against selecting anew':<36}{more_ms / anew_ms:>10.2f} ×")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'peak memory':<36}{memory:>10.0f} MB")


def _videos(folder: Path) -> list[np.memmap]:
    random = np.random.default_rng(0)
    videos = []
    for number in range(VIDEOS):
        scene = random.normal(size=(1, DIMENSIONS)).astype(np.float32)
        steps = random.normal(scale=0.05, size=(FRAMES, DIMENSIONS)).astype(np.float32)
        walk = scene + np.cumsum(steps, axis=0)
        walk /= np.linalg.norm(walk, axis=1, keepdims=True)
        path = folder / f"{number}.f16"
        walk.astype("<f2").tofile(path)
        videos.append(np.memmap(path, "<f2", "r", shape=(FRAMES, DIMENSIONS)))
    return videos


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    result = work()
    return result, 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()
