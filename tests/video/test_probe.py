"""The estimate for progress bars: never an exception, never an absurd number."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from seqsel_core.video.probe import estimate_frames
from seqsel_core.video.types import Video


def estimate(path: Path) -> int:
    """Return the estimate for a video file."""
    return estimate_frames(Video(path.name, path, path.stat().st_size))


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [("v.mp4", "libx264", "yuv420p"), ("v.mkv", "ffv1", "bgr0"), ("v.avi", "mpeg4", "yuv420p")],
)
def test_a_sound_header_is_believed(
    clips: Any, tmp_path: Path, name: str, codec: str, pixels: str
) -> None:
    """Catches a bar without an end where the number of frames is known."""
    path = clips.write(tmp_path / name, 30, codec=codec, pixels=pixels)
    assert estimate(path) == pytest.approx(30, abs=1)


def test_a_folder_has_as_many_frames_as_files() -> None:
    """Catches a folder opened as a video file."""
    paths = (Path("a/1.png"), Path("a/2.png"))
    assert estimate_frames(Video("a", Path("a"), 2, ("a/1.png", "a/2.png"), paths)) == 2


@pytest.mark.parametrize("content", [b"", b"no video", bytes(3000)])
def test_what_is_no_video_has_no_estimate(tmp_path: Path, content: bytes) -> None:
    """Catches a run that ends before it began because one file is bad."""
    (tmp_path / "v.mp4").write_bytes(content)
    assert estimate(tmp_path / "v.mp4") == 0


def test_a_missing_file_has_no_estimate(tmp_path: Path) -> None:
    """Catches a run that ends because a file was removed since the search."""
    assert estimate_frames(Video("v.mp4", tmp_path / "v.mp4", 1)) == 0


@pytest.mark.parametrize("ending", ["mp4", "ts"])
def test_lists_of_other_files_are_not_followed(clips: Any, tmp_path: Path, ending: str) -> None:
    """Catches an upload that makes the server read another file."""
    clips.write(tmp_path / "secret.mkv", 3)
    path = tmp_path / f"v.{ending}"
    path.write_text("ffconcat version 1.0\nfile secret.mkv\n")
    assert estimate_frames(Video(path.name, path, 10**9)) == 0


def test_broken_files_have_a_sane_estimate(shared_data: Path) -> None:
    """Catches exceptions, and 17,179,869,184 seconds that a header claims."""
    started = time.monotonic()
    for path in sorted((shared_data / "broken").rglob("*")):
        if path.is_file():
            assert 0 <= estimate(path) <= path.stat().st_size
    assert time.monotonic() - started < 20
