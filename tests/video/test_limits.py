"""Hostile headers: what is read of one video is bounded, and what is left out is told."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from seqsel_core import Config
from seqsel_core.errors import ConfigError
from seqsel_core.video.decoders import decoder_for
from seqsel_core.video.limits import Limits, setting, wrong_settings
from seqsel_core.video.types import Frame, ReadResult, Video

ROOT = Path(__file__).parents[2]
BACKENDS = ("pyav", "decord", "torchcodec")


def read(path: Path, name: str, *, isolate: bool = False) -> tuple[list[Frame], list[str]]:
    """Return all frames of a file, and the problems."""
    backend = name.split(",")[0]
    if backend not in ("pyav", "auto"):
        pytest.importorskip(backend, reason=f"{backend} is not installed", exc_type=ImportError)
    result = ReadResult()
    video = Video(path.name, path, path.stat().st_size)
    frames = list(decoder_for(video, name, isolate=isolate).frames(video, 40, result))
    return frames, [problem.reason for problem in result.problems]


@pytest.mark.parametrize("backend", BACKENDS)
def test_larger_pictures_are_not_decoded(clips: Any, tmp_path: Path, backend: str) -> None:
    """Catches a picture of a terapixel for which memory is taken."""
    path = clips.write(tmp_path / "v.mp4", 9, codec="libx264", pixels="yuv420p")
    frames, problems = read(path, f"{backend},max_pixels={80 * 48 - 1}")
    assert frames == []
    assert "pictures of 80×48 have more than decode_limits.max_pixels=3839" in problems[0]
    assert len(read(path, f"{backend},max_pixels={80 * 48}")[0]) == 9


@pytest.mark.parametrize("isolate", [False, True])
def test_a_video_ends_at_the_limit(clips: Any, tmp_path: Path, isolate: bool) -> None:
    """Catches an endless stream that fills the disk; the limit itself is allowed."""
    path = clips.write(tmp_path / "v.mp4", 9, codec="libx264", pixels="yuv420p")
    frames, problems = read(path, "auto,max_frames=5", isolate=isolate)
    assert [clips.code(frame.picture) for frame in frames] == [0, 1, 2, 3, 4]
    assert problems == ["has more than decode_limits.max_frames=5 frames; the rest is out"]
    assert (len(read(path, "auto,max_frames=9")[0]), read(path, "auto,max_frames=9")[1]) == (9, [])


def test_pictures_of_folders_are_limited(tmp_path: Path) -> None:
    """Catches a small PNG that unpacks to gigabytes."""
    paths = []
    for name, side in (("1.png", 8), ("2.png", 100)):
        Image.fromarray(np.zeros((side, side, 3), np.uint8)).save(tmp_path / name)
        paths.append(tmp_path / name)
    video = Video("f", tmp_path, 1, ("f/1.png", "f/2.png"), tuple(paths))
    result = ReadResult()
    frames = list(decoder_for(video, "auto,max_pixels=1000").frames(video, 8, result))
    assert [frame.index for frame in frames] == [0]
    assert "f/2.png cannot be read: pictures of 100×100 have more" in result.problems[0].reason


@pytest.mark.parametrize("size", [(40_000, 40_000), (2_000_000_000, 3), (-5, 0)])
def test_a_header_is_not_believed(clips: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """Catches memory taken, or a crash, for a size that only a header claims."""
    path = clips.write(tmp_path / "v.avi", 5, codec="rawvideo", pixels="bgr24")
    data = bytearray(path.read_bytes())
    at = data.index(b"strf") + 12
    data[at : at + 8] = struct.pack("<ii", *size)
    path.write_bytes(data)
    frames, problems = read(path, "auto", isolate=True)
    assert frames == []
    assert problems


def test_a_decoder_says_its_limits(clips: Any, tmp_path: Path) -> None:
    """Catches frames of one limit taken for those of another when they are stored."""
    video = Video("v.mp4", tmp_path / "v.mp4", 1)
    assert decoder_for(video, "auto").name == "pyav"
    name = decoder_for(video, "auto,max_pixels=7,max_frames=5").name
    assert name == "pyav,max_pixels=7,max_frames=5"
    assert decoder_for(video, name).name == decoder_for(video, name, isolate=True).name == name


def test_limits_are_options() -> None:
    """Catches an option without effect, and a limit of nothing."""
    words = ["stopping_condition.n_samples=1"]
    assert Config.parse(words).reader == "auto"
    config = Config.parse([*words, "decode_limits.max_frames=5", "decode_limits.max_pixels=7"])
    assert config.reader == f"auto{Limits(7, 5).suffix}"
    with pytest.raises(ConfigError, match=r"decode_limits\.max_frames=0 is too small"):
        Config.parse([*words, "decode_limits.max_frames=0"])


@pytest.mark.slow
def test_the_environment_sets_limits(clips: Any, tmp_path: Path) -> None:
    """Catches limits of the one who runs the app that the worker, or its decoder, does not heed."""
    path = clips.write(tmp_path / "v.mkv", 9)
    program = (
        "import sys; from pathlib import Path\n"
        "from seqsel_core import Config\n"
        "from seqsel_core.video import child, isolated\n"
        "from seqsel_core.video.decoders import decoder_for\n"
        "from seqsel_core.video.types import ReadResult, Video\n"
        "result, path = ReadResult(), Path(sys.argv[1])\n"
        "reader = Config.from_overrides({'input_dir': '.', 'output_dir': '.',"
        " 'stopping_condition.n_samples': 1}).reader\n"
        "decoder = decoder_for(Video('v', path, 1), reader, isolate=True)\n"
        "print(len(list(decoder.frames(Video('v', path, 1), 40, result))), decoder.name)\n"
        "print(isolated.SECONDS_WITHOUT_PROGRESS, child.MOST_MEMORY)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        cwd=ROOT,
        env={
            **os.environ,
            "SEQSEL_MAX_FRAMES": "4",
            "SEQSEL_DECODE_SECONDS": "7",
            "SEQSEL_DECODE_MEMORY_MB": "900",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines() == ["4 pyav", f"7.0 {900 * 1024**2}"]


@pytest.mark.parametrize("value", ["", "0", "-1", "1e6", "x", "9" * 20])
def test_what_is_no_limit_sets_none(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Catches a slip of the finger that switches all limits off."""
    monkeypatch.setenv("SEQSEL_MAX_FRAMES", value)
    assert setting("SEQSEL_MAX_FRAMES") == 5_000_000
    assert bool(wrong_settings()) is bool(value)
