"""A second run on videos that did not change: from files on disk to the opened dataset.

    python benchmarks/second_run.py [VIDEOS] [FRAMES]

Makes 1,000 clips (or VIDEOS) of 12 frames (or FRAMES) with PyAV, embeds them once with a
stand-in for the network (vectors of 1,280 dimensions, so that the store is as large as with a
real one), and runs `embed()` again. Promise: at most 2 s for 1,000 videos, also where a process
may open 256 files only.
"""

from __future__ import annotations

import cProfile
import importlib
import pstats
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from seqsel_core import Config, embed
from seqsel_core.sequences import cut, pool

LIMIT_S = 2.0  # for 1,000 videos
OPEN_FILES = 256
DIMENSIONS = 1280
ROOT = Path(__file__).resolve().parents[1]


class StandIn:
    """Stands in for a network: as many numbers, in no time."""

    def __init__(self) -> None:
        """Make a fixed projection."""
        random = np.random.default_rng(0)
        self._projection = random.normal(size=(3, DIMENSIONS)).astype(np.float32)

    def embed(self, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return unit vectors, shape (B, 1280), float32."""
        vectors = (pictures[:, ::37, ::37].mean(axis=(1, 2)) + 1) @ self._projection
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / lengths, np.float32)


def main(videos: int, frames: int) -> None:
    """Measure, and print a table."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        began = time.perf_counter()
        _make(folder / "in", videos, frames)
        _row("making the videos", time.perf_counter() - began)
        config = Config.parse(
            [
                f"input_dir={folder / 'in'}",
                f"data_dir={folder / 'data'}",
                "stopping_condition.n_samples=1",
                "isolate=False",
            ]
        )
        encoders: Any = importlib.import_module("seqsel_core.embed.encoders")
        load = encoders.load_encoder
        encoders.load_encoder = lambda *arguments, **options: StandIn()
        began = time.perf_counter()
        first = embed(config)
        _row("first run, stand-in for the network", time.perf_counter() - began)
        assert first.embedded_now == videos * frames
        encoders.load_encoder = load
        seconds, processor = [], []
        for _ in range(3):
            del first
            began, worked = time.perf_counter(), time.process_time()
            first = embed(config)
            seconds.append(time.perf_counter() - began)
            processor.append(time.process_time() - worked)
            assert first.embedded_now == 0
            assert len(first.videos) == videos
        again = statistics.median(seconds)
        limit = LIMIT_S * videos / 1000
        _row("second run, embed()", again, f"{again / limit:.2f} × the limit of {limit:g} s")
        _row("  of this on the processor", statistics.median(processor))
        began = time.perf_counter()
        pool(first.embeddings, cut(first.frame_indices, 4))
        _row("averaging all embeddings", time.perf_counter() - began)
        _row("second run, a process of its own", _process(config))
        held = len(list(Path("/proc/self/fd").iterdir()))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{'files held open':<40}{held:>10} of {OPEN_FILES} allowed")
        print(f"{'peak memory, libraries included':<40}{memory:>10.0f} MB")
        _profile(config)


def _make(folder: Path, videos: int, frames: int) -> None:
    """Write clips that differ, in folders of 100."""
    random = np.random.default_rng(0)
    for number in range(videos):
        path = folder / f"{number // 100:03d}" / f"{number:05d}.mkv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with av.open(str(path), "w") as container:
            stream: Any = container.add_stream("mpeg4", rate=10)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            for _ in range(frames):
                picture = np.empty((48, 64, 3), np.uint8)
                picture[:] = random.integers(0, 255, (1, 1, 3))
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))


def _process(config: Config) -> float:
    """Return the seconds that a fresh process takes, with the start of Python and imports."""
    program = (
        "import sys; from seqsel_core import Config, embed\n"
        "assert not embed(Config.parse(sys.argv[1:])).embedded_now"
    )
    words = [
        f"input_dir={config.input_dir}",
        f"data_dir={config.data_dir}",
        "stopping_condition.n_samples=1",
    ]
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", program, *words], check=True, cwd=ROOT)
    return time.perf_counter() - began


def _profile(config: Config) -> None:
    profile = cProfile.Profile()
    profile.runcall(embed, config)
    print("Where the second run spends its time")
    stats: Any = pstats.Stats(profile)
    rows = sorted(stats.stats.items(), key=lambda item: item[1][2], reverse=True)
    for (file, line, name), (_, calls, own, _, _) in rows[:12]:
        where = f"{Path(file).name}:{line} {name}" if line else name
        print(f"  {where[:58]:<60}{calls:>8} ×{own:>8.3f} s")


def _row(name: str, seconds: float, note: str = "") -> None:
    print(f"{name:<40}{seconds:>10.2f} s  {note}".rstrip(), flush=True)


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*given, *(1000, 12)[len(given) :])
