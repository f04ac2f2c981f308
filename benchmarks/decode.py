"""Decoding only: every backend and thread setting, CPU milliseconds per frame.

    python benchmarks/decode.py [SECONDS] [FILE …]

Without files, clips of 360, 720 and 1080 rows are made for the purpose: SECONDS (default 3) of
moving noise at 25 frames a second, H.264. CPU time is that of all threads and processes
together; the wall clock says what overlaps. The last rows show what a process of its own
(`isolate`) costs: a fixed share of a millisecond per frame, for the way through a pipe.
"""

from __future__ import annotations

import importlib.util
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np

from seqsel_core.errors import ConfigError
from seqsel_core.video import isolated
from seqsel_core.video.decoders import decoder_for
from seqsel_core.video.types import ReadResult, Video

RATE = 25
INPUT_SIZE = 224
SIZES = ((640, 360), (1280, 720), (1920, 1080))
ROUNDS = 3
# Name, backend, threads, in a process of its own.
SETTINGS = (
    ("pyav, 1 thread", "pyav", 1, False),
    ("pyav, 2 threads", "pyav", 2, False),
    ("pyav, FFmpeg's choice", "pyav", -1, False),
    ("decord, 1 thread", "decord", 1, False),
    ("torchcodec, 1 thread", "torchcodec", 1, False),
    ("torchcodec, FFmpeg's choice", "torchcodec", -1, False),
    ("pyav, 1 thread, isolated", "pyav", 1, True),
    ("pyav, FFmpeg's choice, isolated", "pyav", -1, True),
)


def main(seconds: float, files: list[Path]) -> None:
    """Measure, and print a table for each clip."""
    with tempfile.TemporaryDirectory() as folder:
        for path in files or list(_clips(Path(folder), seconds)):
            video = Video(path.name, path, path.stat().st_size)
            print(f"{path.name}: decode, hash and scale to {INPUT_SIZE} × {INPUT_SIZE}")
            print(f"  {'':<34}{'frames':>8}{'CPU ms/frame':>14}{'frames/s':>10}")
            for name, backend, threads, isolate in SETTINGS:
                _row(video, name, backend, threads, isolate)
    isolated.end_idle()


def _row(video: Video, name: str, backend: str, threads: int, isolate: bool) -> None:
    if backend != "pyav" and importlib.util.find_spec(backend) is None:
        print(f"  {name:<34}  not installed")
        return
    best_cpu, best_wall, frames = float("inf"), float("inf"), 0
    try:
        for _ in range(ROUNDS):
            result = ReadResult()
            decoder = decoder_for(video, backend, threads=threads, isolate=isolate)
            if isolate:  # start the process beforehand: it serves many videos
                _count(decoder, _nothing(video), ReadResult())
            started = _child_cpu()
            cpu, wall = _cpu(), time.perf_counter()
            frames = _count(decoder, video, result)
            best_wall = min(best_wall, time.perf_counter() - wall)
            spent = _cpu() - cpu + _child_cpu() - started
            best_cpu = min(best_cpu, spent)
    except ConfigError as error:
        print(f"  {name:<34}  {error}")
        return
    if not frames:
        print(f"  {name:<34}  refused: {result.problems[0].reason}")
        return
    print(f"  {name:<34}{frames:>8}{1000 * best_cpu / frames:>14.2f}{frames / best_wall:>10.0f}")


def _count(decoder: Any, video: Video, result: ReadResult) -> int:
    return sum(1 for _ in decoder.frames(video, INPUT_SIZE, result))


def _nothing(video: Video) -> Video:
    """Return a video that is not there: reading it does nothing but start the process."""
    return Video("nothing", video.path.with_name("nothing.mp4"), 0)


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _child_cpu() -> float:
    """Return the CPU seconds of the idle process that decodes, where the system tells."""
    total = 0.0
    for process in isolated._idle:
        stat = Path(f"/proc/{process.pid}/stat")
        if stat.is_file():
            fields = stat.read_text().rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) / 100
    return total


def _clips(folder: Path, seconds: float) -> Iterator[Path]:
    """Write one clip of each size: noise that drifts, so that motion and texture cost time."""
    random = np.random.default_rng(0)
    for width, height in SIZES:
        path = folder / f"{height}p.mp4"
        coarse = random.integers(0, 256, (height // 8, width // 8, 3), np.uint8)
        picture = np.kron(coarse, np.ones((8, 8, 1), np.uint8))
        with av.open(str(path), "w") as container:
            stream: Any = container.add_stream("libx264", rate=RATE, options={"preset": "fast"})
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            for index in range(round(seconds * RATE)):
                moved = np.roll(picture, (index, 2 * index), axis=(0, 1))
                container.mux(stream.encode(av.VideoFrame.from_ndarray(moved, "rgb24")))
            container.mux(stream.encode(None))
        yield path


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 3.0, [Path(name) for name in sys.argv[2:]])
