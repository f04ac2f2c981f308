"""Folders of pictures: any kind of picture, upright, and bad ones cost only themselves."""

from __future__ import annotations

import math
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from seqsel_core.video.discover import discover
from seqsel_core.video.frame_folder import FrameFolderDecoder
from seqsel_core.video.pyav import PyAVDecoder
from seqsel_core.video.types import Frame, Picture, ReadResult, Video

# EXIF orientation → how a picture must be stored to be upright once it is turned as asked.
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def folder(path: Path) -> Video:
    """Return the folder as a video, in alphabetical order."""
    return discover(path).videos[0]


def read(video: Video, size: int = 40) -> tuple[list[Frame], ReadResult]:
    """Return all readable frames, and what reading found."""
    result = ReadResult()
    return list(FrameFolderDecoder().frames(video, size, result)), result


def picture(path: Path) -> Picture:
    """Return the one picture of a folder at full size."""
    return next(FrameFolderDecoder().full_frames(folder(path), [0])).picture


def test_pictures_come_in_order_with_their_numbers(clips: Any, tmp_path: Path) -> None:
    """Catches pictures in the order of the file system, and times that nobody measured."""
    clips.write_frames(tmp_path, {"c.png": 12, "a.png": 10, "b.bmp": 11})
    frames, result = read(folder(tmp_path))
    assert [clips.code(frame.picture) for frame in frames] == [10, 11, 12]
    assert [(frame.index, frame.pts) for frame in frames] == [(0, 0), (1, 1), (2, 2)]
    assert all(math.isnan(frame.seconds) for frame in frames)
    assert {frame.picture.shape for frame in frames} == {(40, 40, 3)}
    assert frames[0].aspect_ratio == pytest.approx(80 / 48)
    assert (result.width, result.height, result.problems) == (80, 48, [])


def test_an_unreadable_picture_leaves_a_hole(clips: Any, tmp_path: Path) -> None:
    """Catches frames behind a bad one that move up by one place."""
    clips.write_frames(tmp_path, {f"{code}.png": code for code in range(6)})
    half = (tmp_path / "1.png").read_bytes()
    (tmp_path / "1.png").write_bytes(half[: len(half) // 2])
    (tmp_path / "3.png").write_bytes(b"")
    (tmp_path / "4.png").write_text("no picture")
    frames, result = read(folder(tmp_path))
    assert [(frame.index, clips.code(frame.picture)) for frame in frames] == [
        (0, 0),
        (2, 2),
        (5, 5),
    ]
    assert [problem.reason.split()[0] for problem in result.problems] == ["1.png", "3.png", "4.png"]
    assert [problem.frames for problem in result.problems] == [1, 1, 1]
    assert result.problems[1].reason == "3.png cannot be read: not a picture"


def test_a_picture_that_is_gone_leaves_a_hole(clips: Any, tmp_path: Path) -> None:
    """Catches an exception where a frame is removed between search and reading."""
    video = folder(clips.write_frames(tmp_path, {"a.png": 1, "b.png": 2}))
    (tmp_path / "a.png").unlink()
    frames, result = read(video)
    assert [frame.index for frame in frames] == [1]
    assert result.problems[0].reason == "a.png cannot be read: No such file or directory"


def test_real_bad_frames_are_named(shared_data: Path) -> None:
    """Catches half a JPEG taken for a whole one, filled up with grey."""
    frames, result = read(folder(shared_data / "frames/broken-frame-folder"))
    assert [frame.index for frame in frames] == [0, 1, 2, 4, 6, 7]
    reasons = [problem.reason for problem in result.problems]
    assert reasons[0].startswith("00003.jpg cannot be read: image file is truncated")
    assert reasons[1] == "00005.jpg cannot be read: not a picture"
    assert reasons[2] == "frames have 2 different sizes: 480×270 (5), 240×135 (1)"
    assert (result.width, result.height) == (480, 270)


def test_the_exported_picture_is_the_embedded_picture(clips: Any, tmp_path: Path) -> None:
    """Catches an export that is one frame off, by the pixels and by their hash."""
    video = folder(clips.write_frames(tmp_path, {f"{code:02}.png": code for code in range(20)}))
    frames, _ = read(video)
    exported = list(FrameFolderDecoder().full_frames(video, [0, 7, 19]))
    assert [frame.index for frame in exported] == [0, 7, 19]
    for frame in exported:
        np.testing.assert_array_equal(frame.picture, clips.picture(frame.index))
        assert frame.pixel_hash == frames[frame.index].pixel_hash
    assert len({frame.pixel_hash for frame in frames}) == 20


def test_equal_pictures_have_equal_hashes(clips: Any, tmp_path: Path) -> None:
    """Catches a hash of the file instead of its pixels: copies saved anew are copies."""
    clips.write_frames(tmp_path, {"a.png": 1, "b.bmp": 1, "c.png": 2, "d.tif": 1})
    wide = Image.fromarray(clips.picture(1).reshape(40, 96, 3))  # the same bytes, another shape
    wide.save(tmp_path / "e.png")
    hashes = [frame.pixel_hash for frame in read(folder(tmp_path))[0]]
    assert [hashes.index(item) for item in hashes] == [0, 0, 2, 0, 4]


@pytest.mark.parametrize("orientation", STORED)
def test_pictures_of_a_turned_camera_are_upright(
    clips: Any, tmp_path: Path, orientation: int
) -> None:
    """Catches the orientation in EXIF ignored, or applied the wrong way round."""
    stored = Image.fromarray(clips.picture(77))
    method = STORED[orientation]
    stored = stored.transpose(method) if method is not None else stored
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "a.jpg", quality=95, exif=exif)
    frames, result = read(folder(tmp_path))
    assert clips.code(frames[0].picture) == 77
    assert (result.width, result.height) == (80, 48)
    assert clips.code(picture(tmp_path)) == 77


@pytest.mark.parametrize(
    ("mode", "name"),
    [
        ("L", "a.png"),
        ("LA", "a.png"),
        ("P", "a.png"),
        ("RGBA", "a.png"),
        ("RGBA", "a.webp"),
        ("CMYK", "a.jpg"),
        ("1", "a.png"),
        ("YCbCr", "a.jpg"),
        ("P", "a.bmp"),
        ("L", "a.pgm"),
        ("RGB", "a.ppm"),
        ("CMYK", "a.tif"),
    ],
)
def test_every_kind_of_picture_becomes_rgb(
    clips: Any, tmp_path: Path, mode: str, name: str
) -> None:
    """Catches a grey, indexed or transparent picture of another shape than (H, W, 3)."""
    Image.fromarray(clips.picture(99)).convert(mode, dither=Image.Dither.NONE).save(tmp_path / name)
    full = picture(tmp_path)
    assert full.shape == (48, 80, 3)
    assert full.dtype == np.uint8
    assert clips.code(full) == 99
    frames, result = read(folder(tmp_path))
    assert clips.code(frames[0].picture) == 99
    assert result.problems == []


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
@pytest.mark.parametrize(
    ("values", "expected"),
    [([0, 256, 32_768, 65_535], [0, 0, 127, 255]), ([0, 100, 200, 255], [0, 0, 0, 0])],
)
def test_sixteen_bits_are_scaled_to_eight(
    tmp_path: Path, name: str, values: list[int], expected: list[int]
) -> None:
    """Catches 16 bits cut off at 255, which is white, and dark frames made bright."""
    row = np.repeat(np.array(values, np.uint16), 10)
    Image.fromarray(np.tile(row, (10, 1))).save(tmp_path / name)
    full = picture(tmp_path)
    assert full.shape == (10, 40, 3)
    np.testing.assert_allclose(full[5, 5::10, 0], expected, atol=1)
    assert (full == full[..., :1]).all()


def test_different_sizes_are_named_and_the_usual_one_counts(clips: Any, tmp_path: Path) -> None:
    """Catches the size of the first frame taken for that of all."""
    clips.write_frames(tmp_path, {"b.png": 1, "c.png": 2})
    Image.fromarray(clips.picture(3)).resize((20, 10)).save(tmp_path / "a.png")
    frames, result = read(folder(tmp_path))
    assert len(frames) == 3
    assert (result.width, result.height) == (80, 48)
    assert result.problems[0].reason == "frames have 2 different sizes: 80×48 (2), 20×10 (1)"


def test_a_picture_that_claims_to_be_huge_is_refused(clips: Any, tmp_path: Path) -> None:
    """Catches a small file that takes all memory when it is opened."""
    clips.write_frames(tmp_path, {"a.png": 1, "b.png": 2})
    data = bytearray((tmp_path / "a.png").read_bytes())
    data[16:24] = struct.pack(">II", 60_000, 60_000)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    (tmp_path / "a.png").write_bytes(data)
    frames, result = read(folder(tmp_path))
    assert [frame.index for frame in frames] == [1]
    assert "a.png cannot be read" in result.problems[0].reason


def test_formats_that_run_programs_are_not_opened(clips: Any, tmp_path: Path) -> None:
    """Catches PostScript, renamed to .png, handed to an interpreter."""
    Image.fromarray(clips.picture(1)).save(tmp_path / "a.eps")
    (tmp_path / "a.eps").rename(tmp_path / "a.png")
    frames, result = read(folder(tmp_path))
    assert frames == []
    assert result.problems[0].reason == "a.png cannot be read: not a picture"


def test_a_folder_shows_what_its_video_shows(shared_data: Path) -> None:
    """Catches pictures mirrored, turned, or with red and blue exchanged, by a real scene."""
    path = shared_data / "videos/sam2/bedroom.mp4"
    video = PyAVDecoder().frames(Video(path.name, path, 1), 32, ReadResult())
    frames = FrameFolderDecoder().frames(
        folder(shared_data / "frames/sam2-bedroom"), 32, ReadResult()
    )
    for _ in range(3):
        away = np.abs(next(video).picture.astype(int) - next(frames).picture)
        assert away.mean() < 6
