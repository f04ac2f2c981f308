"""One suite for every backend: the frames of the file, all of them, or a refusal that says why.

Real clips come from the folder of real videos; clips made here keep the suite sharp without
it. What a backend refuses is listed: one that begins to refuse more, or less, is noticed.
"""

from __future__ import annotations

import functools
import itertools
import struct
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest

from seqsel_core.errors import ConfigError
from seqsel_core.video.decoders import decoder_for
from seqsel_core.video.exact import exact_frames
from seqsel_core.video.pyav import open_container
from seqsel_core.video.types import Frame, ReadResult, Video, Wanted

BACKENDS = ("pyav", "decord", "torchcodec")

# Mean difference of two pictures of one frame, of 255, over all pixels and colours.
# FFmpeg's own colours, taken twice: none. Another version of FFmpeg rounds, and spreads the
# colours of 4:2:0, in another way.
TOLERANCE = {"pyav": 0.01, "decord": 5.0, "torchcodec": 5.0}
# Scaled by different filters, fine patterns differ; so what counts are the means of fields.
SMALL = 64
SMALL_TOLERANCE = 6.0

NASA = "torchcodec/nasa_13013.mp4"  # two video streams; the index describes the first
CODEC_FRAMES = 50_000_000  # pixels in a clip above which a test counts as slow


@dataclass(frozen=True)
class Reference:
    """What FFmpeg gives, read in the plainest way.

    Attributes:
        pts: Of every frame; None where the stream carries none, or they run to and fro.
        small: Every frame at 64 × 64, upright.
        full: Some frames at full size, upright: {index: picture}.
        size: (width, height) of the first frame, upright.
    """

    pts: list[int] | None
    small: list[npt.NDArray[np.uint8]]
    full: dict[int, npt.NDArray[np.uint8]]
    size: tuple[int, int]


@functools.cache
def reference(path: Path) -> Reference:
    """Read a file by FFmpeg as its manual says: all in one go, nothing clever."""
    stamps, small, full = [], [], {}
    index = 0
    with av.open(f"file:{path}", metadata_errors="replace") as container:
        for index, frame in enumerate(container.decode(container.streams.best("video"))):
            stamps.append(frame.pts)
            scaled = frame.reformat(SMALL, SMALL, "rgb24", interpolation="AREA").to_ndarray()
            small.append(_upright(scaled, frame))
            if index in (0, 7):
                full[index] = _upright(frame.to_ndarray(format="rgb24"), frame)
    full[index] = _upright(frame.to_ndarray(format="rgb24"), frame)
    ordered = None not in stamps and all(a < b for a, b in itertools.pairwise(stamps))
    height, width = full[0].shape[:2]
    return Reference(stamps if ordered else None, small, full, (width, height))


def _upright(picture: npt.NDArray[np.uint8], frame: av.VideoFrame) -> npt.NDArray[np.uint8]:
    return np.rot90(picture, round(frame.rotation / 90) % 4)


def read(backend: str, path: Path) -> tuple[list[Frame], ReadResult]:
    """Return all frames that a backend gives, and what reading found."""
    if backend != "pyav":
        pytest.importorskip(backend, reason=f"{backend} is not installed", exc_type=ImportError)
    result = ReadResult()
    video = Video(path.name, path, path.stat().st_size)
    try:
        return list(decoder_for(video, backend, threads=1).frames(video, SMALL, result)), result
    except ConfigError as error:
        pytest.skip(str(error))


def check(backend: str, path: Path, refused: bool, *, scaled: bool = False) -> None:
    """Check all that a backend gives against the reference.

    Where it scales pictures that change their size to the first (`scaled`), those are not
    compared at full size.
    """
    frames, result = read(backend, path)
    if refused:
        assert frames == []
        assert "use decoder=pyav" in result.problems[0].reason
        return
    expected = reference(path)
    assert len(frames) == len(expected.small), result.problems
    assert [frame.index for frame in frames] == list(range(len(frames)))
    assert (result.width, result.height) == expected.size
    assert all(a.pts < b.pts for a, b in itertools.pairwise(frames))
    if expected.pts is not None:
        assert [frame.pts for frame in frames] == expected.pts
        assert result.problems == []
    numerator, denominator = result.time_base
    for frame, small in zip(frames, expected.small, strict=True):
        assert frame.seconds == pytest.approx(frame.pts * numerator / denominator)
        assert away(fields(frame.picture), fields(small)) < SMALL_TOLERANCE, f"at {frame.index}"
        assert not frame.damaged
    video = Video(path.name, path, path.stat().st_size)
    wanted = [Wanted(i, frames[i].pts, frames[i].pixel_hash) for i in sorted(expected.full)]
    exported = list(exact_frames(decoder_for(video, backend, threads=1), video, wanted))
    assert [frame.index for frame in exported] == sorted(expected.full)
    for full in exported:
        if scaled and full.picture.shape != expected.full[full.index].shape:
            continue
        assert full.pixel_hash == frames[full.index].pixel_hash
        assert away(full.picture, expected.full[full.index]) < TOLERANCE[backend]


def fields(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return the means of 8 × 8 fields of a small picture, shape (8, 8, 3)."""
    side = SMALL // 8
    return picture.reshape(8, side, 8, side, 3).mean(axis=(1, 3), dtype=np.float32)


def away(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> float:
    """Return the mean difference of two pictures; infinite if they differ in size."""
    if a.shape != b.shape:
        return float("inf")
    return float(np.abs(a.astype(np.float32) - b).mean())


# --- Real clips --------------------------------------------------------------------------------

# What a backend cannot read, and says so. decord: codecs younger than 2018, turned pictures,
# headers without a number of frames or with a wrong one, four colours. torchcodec: numbers of
# frames that packets promise and the decoder does not keep.
REFUSED: dict[str, set[str]] = {
    "pyav": set(),
    "decord": {
        "bgslibrary/demo.avi",
        "bgslibrary/video02.avi",
        "decord/video_180.mov",
        "decord/video_270.mov",
        "decord/video_90.mov",
        "derived/dog_rotate90.mov",
        "derived/drive_av1.mp4",
        "derived/drive_av1.webm",
        "derived/vtest_mpeg2.ts",
        "firefox/av1.mp4",
        "imageio/newtonscradle.gif",
        "imageio/test.webm",
        "renumics/sea-360p.ogg",
        "torchcodec/av1_video.mkv",
        "torchcodec/nasa_13013_rotated.mp4",
        "torchcodec/testsrc2_av1_10bit.mp4",
    },
    "torchcodec": {
        "derived/vtest_mpeg2.ts",
        "renumics/sea-360p.avi",
        "renumics/sea-360p.mpg",
        "torchcodec/sine_stereo_mp2.mpg",
    },
}


def codec_set() -> list[Any]:
    """Return a parameter for each clip of the codec set; none without the folder."""
    index = Path(__file__).resolve().parents[3] / "shared" / "data" / "INDEX.md"
    if not index.is_file():
        return []
    rows = [line.split(" | ") for line in index.read_text("utf-8").splitlines()]
    found = []
    for row in rows:
        if len(row) > 9 and row[1] == "codec":
            width, height = (int(part) for part in row[4].split("x"))
            frames = int(row[6].split()[0])
            slow = frames * width * height > CODEC_FRAMES
            name = row[0].removeprefix("| ")
            found.append(pytest.param(name, frames, id=name, marks=[pytest.mark.slow] * slow))
    return [*found, pytest.param(NASA, 390, id=NASA)]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("name", "count"), codec_set())
def test_real_clips(shared_data: Path, backend: str, name: str, count: int) -> None:
    """Catches frames lost, doubled, in another order, askew, or of other colours."""
    path = shared_data / "videos" / name
    assert len(reference(path).small) == count
    scaled = backend == "decord" and name == "firefox/resolution-change.webm"
    check(backend, path, name in REFUSED[backend], scaled=scaled)


# --- Clips made here ---------------------------------------------------------------------------

KINDS = {
    "b-frames.mp4": ("libx264", "yuv420p", {"bf": "3", "b-adapt": "0"}),
    "long-gop.mkv": ("libx264", "yuv420p", {"g": "250"}),
    "10-bit.mp4": ("libx264", "yuv420p10le", {}),
    "4-4-4.mp4": ("libx264", "yuv444p", {}),
    "vp9.webm": ("libvpx-vp9", "yuv420p", {"cpu-used": "8"}),
    "alpha.webm": ("libvpx-vp9", "yuva420p", {"cpu-used": "8"}),
    "alpha.mov": ("qtrle", "argb", {}),
    "gif.gif": ("gif", "rgb8", {}),
    "mjpeg.avi": ("mjpeg", "yuvj420p", {}),
    "mpeg2.ts": ("mpeg2video", "yuv420p", {"bf": "2"}),
}
MADE_REFUSED: dict[str, set[str]] = {
    "pyav": set(),
    "decord": {"gif.gif", "mpeg2.ts"},  # no number of frames; one frame off
    "torchcodec": {"mpeg2.ts"},
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", KINDS)
def test_kinds_of_video(clips: Any, tmp_path: Path, backend: str, name: str) -> None:
    """Catches a frame that is not the one its index says: every picture shows its number."""
    codec, pixels, options = KINDS[name]
    path = clips.write(tmp_path / name, 24, codec=codec, pixels=pixels, options=options)
    refused = name in MADE_REFUSED[backend]
    check(backend, path, refused)
    if not refused:
        frames, _ = read(backend, path)
        assert [clips.code(frame.picture) for frame in frames] == list(range(24))


@pytest.mark.parametrize("backend", BACKENDS)
def test_odd_sizes(tmp_path: Path, backend: str) -> None:
    """Catches a last row or column that is lost, green, or of the row before."""
    check(backend, _write(tmp_path / "v.mp4", [(37, 21)] * 6, pixels="yuv444p"), False)


@pytest.mark.parametrize("backend", BACKENDS)
def test_uneven_times(tmp_path: Path, backend: str) -> None:
    """Catches times made of a rate, and frames doubled or dropped to keep that rate."""
    stamps = [0, 1, 5, 6, 30, 31, 90]
    path = _write(tmp_path / "v.mkv", [(64, 48)] * 7, stamps=stamps)
    check(backend, path, False)
    frames, result = read(backend, path)
    seconds = [stamp / 10 for stamp in stamps]
    assert [frame.seconds for frame in frames] == pytest.approx(seconds, abs=2e-3)
    assert result.problems == []


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_turned(clips: Any, tmp_path: Path, backend: str, quarters: int) -> None:
    """Catches a phone's video shown lying or upside down."""
    path = clips.write(tmp_path / "v.mp4", 5, codec="libx264", pixels="yuv420p", turns=quarters)
    data = bytearray(path.read_bytes())
    matrix = {1: (0, 1, -1, 0), 2: (-1, 0, 0, -1), 3: (0, -1, 1, 0)}[quarters]
    a, b, c, d = (value << 16 for value in matrix)
    at = data.index(b"tkhd") + 44
    data[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    check(backend, path, backend == "decord")
    frames, _ = read(backend, path)
    assert [clips.code(frame.picture) for frame in frames] in ([0, 1, 2, 3, 4], [])


@pytest.mark.parametrize("backend", BACKENDS)
def test_pixels_that_are_not_square(tmp_path: Path, backend: str) -> None:
    """Catches thumbnails that are too narrow."""
    path = _write(tmp_path / "v.mp4", [(64, 48)] * 3, aspect=Fraction(4, 3))
    check(backend, path, False)
    assert read(backend, path)[0][0].aspect_ratio == pytest.approx(64 / 48 * 4 / 3)


@pytest.mark.parametrize("backend", BACKENDS)
def test_several_video_streams(tmp_path: Path, backend: str) -> None:
    """Catches frames of both streams mixed, or of another one than the file says to show."""
    path = tmp_path / "v.mp4"  # the first stream is marked as the one to show
    random = np.random.default_rng(0)
    with av.open(str(path), "w") as container:
        streams = []
        for width, height in ((96, 64), (32, 24)):
            stream: Any = container.add_stream("libx264", rate=10)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            streams.append(stream)
        for _ in range(8):
            for stream in streams:
                picture = random.integers(0, 256, (stream.height, stream.width, 3), np.uint8)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        for stream in streams:
            container.mux(stream.encode(None))
    assert reference(path).size == (96, 64)
    check(backend, path, False)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_header_that_lies(tmp_path: Path, backend: str) -> None:
    """Catches a number of frames that the header of an AVI promises and the file breaks."""
    path = _write(tmp_path / "v.avi", [(64, 48)] * 9, codec="mpeg4")
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"avih", 8 + 16), (b"strh", 8 + 32)):
        at = data.index(mark) + offset
        data[at : at + 4] = struct.pack("<I", 4000)
    path.write_bytes(data)
    check(backend, path, False)


@pytest.mark.parametrize("backend", BACKENDS)
def test_no_duration(tmp_path: Path, backend: str) -> None:
    """Catches a live recording, which knows neither its length nor its frames, left out."""
    path = tmp_path / "v.webm"
    with path.open("wb") as file, av.open(_Unseekable(file), "w", format="webm") as container:
        stream: Any = container.add_stream("libvpx-vp9", rate=10, options={"cpu-used": "8"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for index in range(9):
            picture = _picture(64, 48, index)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode(None))
    with open_container(path) as container:
        assert container.duration is None
    check(backend, path, backend == "decord")


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_size_changes(tmp_path: Path, backend: str) -> None:
    """Catches the end of the video lost, or pictures cut to the size of the first."""
    path = tmp_path / "v.ts"
    parts = [_write(tmp_path / f"{w}.ts", [(w, h)] * 5) for w, h in _SIZES]
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    frames, result = read(backend, path)
    if backend == "pyav":
        assert len(frames) == 10
        video = Video(path.name, path, 1)
        exported = list(decoder_for(video).full_frames(video, [0, 9]))
        assert [frame.picture.shape[:2] for frame in exported] == [(48, 64), (96, 128)]
        assert [frame.pixel_hash for frame in exported] == [
            frames[index].pixel_hash for index in (0, 9)
        ]
    else:
        assert frames == []
        assert "use decoder=pyav" in result.problems[0].reason


def test_auto_takes_one_that_can() -> None:
    """Catches a default that refuses any of what is above."""
    assert decoder_for(Video("v.mp4", Path("v.mp4"), 1), "auto").name == "pyav"
    assert REFUSED["pyav"] == MADE_REFUSED["pyav"] == set()


_SIZES = ((64, 48), (128, 96))


class _Unseekable:
    """A file that can only be written on, as a network connection."""

    def __init__(self, file: Any) -> None:
        self.write = file.write


def _picture(width: int, height: int, index: int) -> npt.NDArray[np.uint8]:
    """Return a smooth picture that differs from frame to frame."""
    y, x = np.mgrid[:height, :width]
    parts = [x * 200 // width, y * 200 // height, np.full_like(x, 20 * index)]
    return np.stack(parts, axis=2).astype(np.uint8) + 16


def _write(
    path: Path,
    sizes: list[tuple[int, int]],
    *,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    stamps: list[int] | None = None,
    aspect: Fraction | None = None,
) -> Path:
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=10)
        (stream.width, stream.height), stream.pix_fmt = sizes[0], pixels
        if aspect:
            stream.codec_context.sample_aspect_ratio = aspect
        for index, (width, height) in enumerate(sizes):
            frame = av.VideoFrame.from_ndarray(_picture(width, height, index), "rgb24")
            if stamps:
                frame.pts, frame.time_base = stamps[index], Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
