"""Decoding: every frame is the frame it says it is, and bad files cost only themselves."""

from __future__ import annotations

import itertools
import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from seqsel_core.video.decoders import decoder_for
from seqsel_core.video.limits import Limits
from seqsel_core.video.pyav import PyAVDecoder, _decode
from seqsel_core.video.types import Frame, FullFrame, ReadResult, Video

# Container, codec, pixel format, options: with B-frames, without, and without loss.
B_FRAMES = {"bf": "3", "b-adapt": "0", "g": "24"}
KINDS = [
    pytest.param("v.mp4", "libx264", "yuv420p", B_FRAMES, id="mp4-h264-b-frames"),
    pytest.param("v.mkv", "libx264", "yuv420p", {**B_FRAMES, "g": "7"}, id="mkv-h264-short-gop"),
    pytest.param("v.mov", "libx264", "yuv444p", {"qp": "0", "bf": "3"}, id="mov-h264-lossless"),
    pytest.param("v.mp4", "libx265", "yuv420p", {"x265-params": "log-level=none"}, id="mp4-hevc"),
    pytest.param("v.avi", "mpeg4", "yuv420p", {"bf": "2"}, id="avi-mpeg4-b-frames"),
    pytest.param("v.ts", "mpeg2video", "yuv420p", {"bf": "2"}, id="ts-mpeg2-b-frames"),
    pytest.param("v.webm", "libvpx-vp9", "yuv420p", {"cpu-used": "8"}, id="webm-vp9"),
    pytest.param("v.mov", "mjpeg", "yuvj420p", {}, id="mov-mjpeg"),
    pytest.param("v.avi", "rawvideo", "bgr24", {}, id="avi-raw"),
    pytest.param("v.mkv", "ffv1", "bgr0", {}, id="mkv-ffv1"),
    pytest.param("v.gif", "gif", "rgb8", {}, id="gif"),
    pytest.param("v.h264", "libx264", "yuv420p", B_FRAMES, id="h264-without-container"),
]
# Quarter turns clockwise → the four turning values of the matrix in an MP4 track header.
MATRICES = {1: (0, 1, -1, 0), 2: (-1, 0, 0, -1), 3: (0, -1, 1, 0)}


def video(path: Path) -> Video:
    """Return a video file."""
    return Video(path.name, path, path.stat().st_size)


def read(path: Path, size: int = 40) -> tuple[list[Frame], ReadResult]:
    """Return all frames of a file, and what reading found."""
    result = ReadResult()
    return list(PyAVDecoder().frames(video(path), size, result)), result


def full(path: Path, indices: list[int]) -> list[FullFrame]:
    """Return frames of a file at full size."""
    return list(PyAVDecoder().full_frames(video(path), indices))


def turn(path: Path, quarters: int) -> Path:
    """Ask in the header of an MP4 file to show it turned clockwise."""
    data = bytearray(path.read_bytes())
    a, b, c, d = (value << 16 for value in MATRICES[quarters])
    at = data.index(b"tkhd") + 4 + 40
    data[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(("name", "codec", "pixels", "options"), KINDS)
def test_frames_come_in_the_order_in_which_they_are_shown(
    clips: Any, tmp_path: Path, name: str, codec: str, pixels: str, options: dict[str, str]
) -> None:
    """Catches B-frames in the order of decoding, and frames lost when the decoder is emptied."""
    path = clips.write(tmp_path / name, 30, codec=codec, pixels=pixels, options=options)
    frames, result = read(path)
    assert [clips.code(frame.picture) for frame in frames] == list(range(30))
    assert [frame.index for frame in frames] == list(range(30))
    assert (result.width, result.height) == (80, 48)
    assert not any(frame.damaged for frame in frames)
    assert {frame.picture.shape for frame in frames} == {(40, 40, 3)}
    assert {frame.picture.dtype for frame in frames} == {np.dtype(np.uint8)}


@pytest.mark.parametrize(("name", "codec", "pixels", "options"), KINDS)
def test_times_go_up_and_fit_the_time_base(
    clips: Any, tmp_path: Path, name: str, codec: str, pixels: str, options: dict[str, str]
) -> None:
    """Catches time stamps in the order of decoding, and seconds in another unit than pts."""
    path = clips.write(tmp_path / name, 30, codec=codec, pixels=pixels, options=options)
    frames, result = read(path)
    numerator, denominator = result.time_base
    for frame in frames:
        assert frame.seconds == pytest.approx(frame.pts * numerator / denominator)
    steps = [b.seconds - a.seconds for a, b in itertools.pairwise(frames)]
    if name.endswith(".h264"):  # carries no times; any rate will do, if it is even
        assert steps == pytest.approx([steps[0]] * 29)
        assert steps[0] > 0
        assert "time stamp" in result.problems[0].reason
    else:
        assert steps == pytest.approx([0.1] * 29, abs=1e-3)
        assert result.problems == []


@pytest.mark.parametrize(("name", "codec", "pixels", "options"), KINDS)
def test_the_exported_frame_is_the_embedded_frame(
    clips: Any, tmp_path: Path, name: str, codec: str, pixels: str, options: dict[str, str]
) -> None:
    """Catches an export that is one frame off, by the pixels and by their hash."""
    path = clips.write(tmp_path / name, 30, codec=codec, pixels=pixels, options=options)
    frames, _ = read(path)
    exported = full(path, list(range(30)))
    assert [frame.index for frame in exported] == list(range(30))
    assert [clips.code(frame.picture) for frame in exported] == list(range(30))
    assert [frame.pixel_hash for frame in exported] == [frame.pixel_hash for frame in frames]
    assert len({frame.pixel_hash for frame in frames}) == 30
    assert {frame.picture.shape for frame in exported} == {(48, 80, 3)}


def test_the_clips_of_these_tests_have_b_frames(clips: Any, tmp_path: Path) -> None:
    """Catches an encoder that leaves B-frames out: the tests above would prove nothing."""
    path = clips.write(tmp_path / "v.mp4", 30, codec="libx264", pixels="yuv420p", options=B_FRAMES)
    with av.open(str(path)) as container:
        packets = [packet.pts for packet in container.demux(video=0) if packet.pts is not None]
    assert packets != sorted(packets)


def test_some_frames_are_found_among_all(clips: Any, tmp_path: Path) -> None:
    """Catches a position in the list taken for an index, and decoding past the last one."""
    path = clips.write(tmp_path / "v.mkv", 30)
    for indices in ([0], [29], [3, 4, 17], [], [28, 29]):
        frames = full(path, indices)
        assert [frame.index for frame in frames] == indices
        for frame in frames:
            np.testing.assert_array_equal(frame.picture, clips.picture(frame.index))


def test_frames_that_are_not_there_are_not_given(clips: Any, tmp_path: Path) -> None:
    """Catches the last frame given in place of one that is missing."""
    path = clips.write(tmp_path / "v.mkv", 5)
    assert [frame.index for frame in full(path, [4, 5, 99])] == [4]


def test_equal_frames_have_equal_hashes(clips: Any, tmp_path: Path) -> None:
    """Catches a hash of more than the pixels: time, number, or row padding."""
    codes = [1, 2, 1, 1, 3, 2]
    frames, _ = read(clips.write(tmp_path / "a.mkv", codes))
    again, _ = read(clips.write(tmp_path / "b.mkv", codes, rate=25))
    hashes = [frame.pixel_hash for frame in frames]
    assert [hashes.index(item) for item in hashes] == [0, 1, 0, 0, 4, 1]
    assert hashes == [frame.pixel_hash for frame in again]


def test_bottom_up_pictures_have_hashes_of_their_own(clips: Any, tmp_path: Path) -> None:
    """Catches rows stored bottom first, hashed as nothing: all frames would be duplicates."""
    path = clips.write(tmp_path / "v.avi", [5, 6, 5], codec="rawvideo", pixels="bgr24")
    data = bytearray(path.read_bytes())
    at = data.index(b"strf") + 16  # a height above 0 means: bottom row first
    data[at : at + 4] = struct.pack("<i", 48)
    path.write_bytes(data)
    with av.open(str(path)) as container:
        assert next(container.decode(video=0)).planes[0].line_size < 0
    frames, _ = read(path)
    hashes = [frame.pixel_hash for frame in frames]
    assert hashes[0] == hashes[2] != hashes[1]
    for frame, code in zip(full(path, [0, 1]), (5, 6), strict=True):
        np.testing.assert_array_equal(frame.picture, np.flipud(clips.picture(code)))
        assert frame.pixel_hash == hashes[frame.index]


def test_pictures_that_differ_in_their_palette_only_differ(tmp_path: Path) -> None:
    """Catches a palette left out of the hash: a fade would be all duplicates."""
    path = tmp_path / "v.mov"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("png", rate=10)
        stream.width, stream.height, stream.pix_fmt = 8, 8, "pal8"
        for level in (0, 50, 100, 50):
            palette = np.zeros((256, 4), np.uint8)
            palette[0] = (255, level, level, level)
            picture = (np.zeros((8, 8), np.uint8), palette)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="pal8")))
        container.mux(stream.encode(None))
    frames, _ = read(path)
    assert [int(frame.picture[0, 0, 0]) for frame in frames] == [0, 50, 100, 50]
    hashes = [frame.pixel_hash for frame in frames]
    assert hashes[1] == hashes[3]
    assert len(set(hashes)) == 3


def test_one_changed_pixel_changes_the_hash(clips: Any, tmp_path: Path) -> None:
    """Catches a hash of a part of the picture: of a plane, of a row, or without the last."""
    path = tmp_path / "v.mkv"
    corners = [(0, 0), (0, -1), (-1, 0), (-1, -1), (24, 40)]
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("ffv1", rate=10)
        stream.width, stream.height, stream.pix_fmt = 80, 48, "bgr0"
        for corner in [None, *corners]:
            picture = clips.picture(7)
            if corner:
                picture[corner] ^= 1
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    frames, _ = read(path)
    assert len({frame.pixel_hash for frame in frames}) == 6


@pytest.mark.parametrize(
    ("name", "codec", "pixels", "widths"),
    [
        ("v.mkv", "ffv1", "yuv420p", [80, 40, 40]),
        ("v.avi", "rawvideo", "nv12", [80, 80]),  # two colours in one plane
        ("v.mkv", "ffv1", "gray16le", [160]),
        ("v.mkv", "ffv1", "yuv444p16le", [160, 160, 160]),
    ],
)
def test_every_byte_of_every_plane_counts(
    tmp_path: Path, name: str, codec: str, pixels: str, widths: list[int]
) -> None:
    """Catches colours, or the lower bits of deep pictures, left out of the hash."""
    path = tmp_path / name
    changes = [(plane, end) for plane in range(len(widths)) for end in (0, -1)]
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = 80, 48, pixels
        for change in [None, *changes]:
            frame = av.VideoFrame(80, 48, pixels)
            for number, (plane, width) in enumerate(zip(frame.planes, widths, strict=True)):
                rows = np.full((plane.height, plane.line_size), 64, np.uint8)
                if change and change[0] == number:
                    rows[:, :width][change[1], change[1]] += 2
                plane.update(rows.tobytes())
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    frames, _ = read(path)
    assert len({frame.pixel_hash for frame in frames}) == 1 + len(changes)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_turned_videos_are_shown_upright(clips: Any, tmp_path: Path, quarters: int) -> None:
    """Catches a phone's video embedded and exported lying, upside down, or mirrored."""
    path = clips.write(tmp_path / "v.mp4", 5, codec="libx264", pixels="yuv420p", turns=quarters)
    frames, result = read(turn(path, quarters))
    assert (result.width, result.height) == (80, 48)
    assert [clips.code(frame.picture) for frame in frames] == [0, 1, 2, 3, 4]
    assert frames[0].aspect_ratio == pytest.approx(80 / 48)
    exported = full(path, [0, 3])
    assert [clips.code(frame.picture) for frame in exported] == [0, 3]
    assert {frame.picture.shape for frame in exported} == {(48, 80, 3)}


def test_pixels_that_are_not_square_count_for_the_aspect_ratio(clips: Any, tmp_path: Path) -> None:
    """Catches thumbnails of anamorphic video that are too narrow."""
    path = tmp_path / "v.mp4"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 80, 48, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(4, 3)
        frame = av.VideoFrame.from_ndarray(clips.picture(1), format="rgb24")
        container.mux([*stream.encode(frame), *stream.encode(None)])
    frames, _ = read(path)
    assert frames[0].aspect_ratio == pytest.approx(80 / 48 * 4 / 3)


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_the_number_of_threads_changes_no_frame(clips: Any, tmp_path: Path, threads: int) -> None:
    """Catches an option without effect, or frames that depend on it and match no stored hash."""
    path = clips.write(tmp_path / "v.mp4", 40, codec="libx264", pixels="yuv420p")
    item = Video("v.mp4", path, path.stat().st_size)
    usual = list(decoder_for(item).frames(item, 40, ReadResult()))
    frames = list(decoder_for(item, threads=threads).frames(item, 40, ReadResult()))
    assert [(f.pts, f.pixel_hash) for f in frames] == [(f.pts, f.pixel_hash) for f in usual]
    for frame, expected in zip(frames, usual, strict=True):
        np.testing.assert_array_equal(frame.picture, expected.picture)
    stream, *_ = next(_decode(item, ReadResult(), threads, Limits()))
    assert stream.codec_context.thread_count == max(threads, 1)
