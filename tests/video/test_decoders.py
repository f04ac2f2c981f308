"""Which decoder reads what, and decord, which must give the same frames as PyAV."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from seqsel_core.errors import ConfigError
from seqsel_core.video.decoders import decoder_for
from seqsel_core.video.types import Frame, ReadResult, Video

FILE = Video("v.mp4", Path("v.mp4"), 1)
FOLDER = Video("f", Path("f"), 1, ("f/1.png",), (Path("f/1.png"),))


@pytest.fixture
def decord() -> Any:
    """The package decord, which has no wheel for some machines."""
    return pytest.importorskip("decord", reason="decord has no wheel for this machine")


def read(path: Path) -> tuple[list[Frame], ReadResult]:
    """Return all frames that decord gives, and what reading found."""
    result = ReadResult()
    video = Video(path.name, path, path.stat().st_size)
    return list(decoder_for(video, "decord").frames(video, 40, result)), result


@pytest.mark.parametrize(
    ("video", "option", "name"),
    [
        (FILE, "auto", "pyav"),
        (FILE, "pyav", "pyav"),
        (FILE, "decord", "decord"),
        (FOLDER, "auto", "pillow"),
        (FOLDER, "decord", "pillow"),
    ],
)
def test_the_decoder_is_the_one_that_was_asked_for(video: Video, option: str, name: str) -> None:
    """Catches decoder=decord ignored, and folders given to a decoder of files."""
    assert decoder_for(video, option).name == name


def test_decord_gives_the_same_frames(clips: Any, tmp_path: Path, decord: Any) -> None:
    """Catches decord's frames in another order, or exported by another index."""
    options = {"bf": "3", "b-adapt": "0"}
    path = clips.write(tmp_path / "v.mp4", 30, codec="libx264", pixels="yuv420p", options=options)
    frames, result = read(path)
    assert [clips.code(frame.picture) for frame in frames] == list(range(30))
    assert [frame.index for frame in frames] == list(range(30))
    assert result.problems == []
    assert (result.width, result.height) == (80, 48)
    video = Video("v.mp4", path, 1)
    expected = list(decoder_for(video, "pyav").frames(video, 40, ReadResult()))
    assert [frame.pts for frame in frames] == [frame.pts for frame in expected]
    exported = list(decoder_for(video, "decord").full_frames(video, [0, 13, 29]))
    assert [clips.code(frame.picture) for frame in exported] == [0, 13, 29]
    assert [frame.pixel_hash for frame in exported] == [frames[i].pixel_hash for i in (0, 13, 29)]


@pytest.mark.parametrize("content", [b"", b"no video"])
def test_decord_names_what_it_cannot_open(tmp_path: Path, decord: Any, content: bytes) -> None:
    """Catches an exception of decord that stops the run."""
    (tmp_path / "v.mp4").write_bytes(content)
    frames, result = read(tmp_path / "v.mp4")
    assert frames == []
    assert "cannot be opened by decord" in result.problems[0].reason


def test_decord_refuses_turned_videos(shared_data: Path, decord: Any) -> None:
    """Catches a phone's video embedded lying: decord does not turn it."""
    frames, result = read(shared_data / "videos/decord/video_90.mov")
    assert frames == []
    assert "use decoder=pyav" in result.problems[0].reason


def test_a_missing_decord_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Catches a video called unreadable where only a package is missing."""
    monkeypatch.setitem(sys.modules, "decord", None)
    (tmp_path / "v.mp4").write_bytes(b"x")
    with pytest.raises(ConfigError, match="decoder=pyav"):
        read(tmp_path / "v.mp4")
