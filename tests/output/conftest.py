"""Tiny videos whose every frame differs, and selections made of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from seqsel_core import Choice, Config, embed, select


def _noise(index: int, seed: int) -> np.ndarray:
    """Return the picture of a frame, shape (48, 64, 3), uint8."""
    return np.random.default_rng([seed, index]).integers(0, 256, (48, 64, 3), np.uint8)


@pytest.fixture
def input_dir(tmp_path: Path) -> Path:
    """An empty input folder."""
    (tmp_path / "input").mkdir()
    return tmp_path / "input"


@pytest.fixture
def write_clip(input_dir: Path) -> Callable[..., Path]:
    """Write a video of noise at 10 frames per second; 'ffv1' keeps every pixel."""

    def write(name: str, count: int, *, seed: int = 0, codec: str = "ffv1") -> Path:
        path = input_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file, av.open(file, "w", format="matroska") as container:
            stream = container.add_stream(codec, rate=10)
            stream.width, stream.height = 64, 48
            stream.pix_fmt = "bgr0" if codec == "ffv1" else "yuv420p"
            for index in range(count):
                frame = av.VideoFrame.from_ndarray(_noise(index, seed), format="rgb24")
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return path

    return write


@pytest.fixture
def write_frames_of(input_dir: Path) -> Callable[..., Path]:
    """Write a folder of frames with these names, each another picture."""

    def write(folder: str, *names: str, seed: int = 0) -> Path:
        path = input_dir / folder
        path.mkdir(parents=True, exist_ok=True)
        for index, name in enumerate(names):
            Image.fromarray(_noise(index, seed)).save(path / name)
        return path

    return write


@pytest.fixture
def choose(tmp_path: Path, input_dir: Path) -> Callable[..., Choice]:
    """Select from what lies in the input folder; embeddings are 6 random numbers."""

    def choose(*words: str) -> Choice:
        config = Config.parse(
            [f"input_dir={input_dir}", f"data_dir={tmp_path / 'store'}", "encoder=none", *words]
        )
        dataset = embed(config)
        generator = np.random.default_rng(1)
        given = []
        for item in dataset.videos:
            vectors = generator.standard_normal((len(item.frames), 6)).astype(np.float32)
            given.append(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
        return select(dataclasses.replace(dataset, given=tuple(given)), config)

    return choose
