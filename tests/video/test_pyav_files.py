"""Video files as they are: any name, any content, real ones, broken ones."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from seqsel_core.video.pyav import PyAVDecoder
from seqsel_core.video.types import Frame, FullFrame, ReadResult, Video


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


def damage(path: Path, *, start: float = 0.5, stop: float = 0.52) -> Path:
    """Overwrite a part of a file."""
    data = bytearray(path.read_bytes())
    first, last = int(len(data) * start), int(len(data) * stop)
    data[first:last] = bytes(last - first)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", ["10:20:30.mkv", "http:x.mkv", "pipe:0.mkv", "concat:a|b.mkv"])
def test_names_that_look_like_addresses_are_names(
    clips: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Catches input_dir=. with 10:20:30.mp4 in it: 'Protocol not found'."""
    clips.write(tmp_path / name, 3)
    monkeypatch.chdir(tmp_path)
    frames, result = read(Path(name))
    assert len(frames) == 3, result.problems
    assert len(full(Path(name), [1])) == 1


@pytest.mark.parametrize(
    "name",
    [
        "-i.mkv",
        "%03d.mkv",
        "a b'\"<b>.mkv",
        "two\nlines.mkv",
        "名前.mkv",
        "caf\udce9.mkv",
        "a\\b.mkv",
    ],
)
def test_any_name_is_read(clips: Any, tmp_path: Path, name: str) -> None:
    """Catches names that are taken for options or patterns, or are not UTF-8."""
    (tmp_path / "plain.mkv").write_bytes(clips.write(tmp_path / "x.mkv", 3).read_bytes())
    path = (tmp_path / "plain.mkv").rename(tmp_path / name)
    frames, result = read(path)
    assert len(frames) == 3, result.problems


@pytest.mark.parametrize(
    "text",
    [
        "ffconcat version 1.0\nfile secret.mkv\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nsecret.mkv\n#EXT-X-ENDLIST\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n",
    ],
    ids=["concat", "playlist", "sdp"],
)
def test_lists_of_other_files_are_not_followed(clips: Any, tmp_path: Path, text: str) -> None:
    """Catches an upload that makes the server read another file or address."""
    clips.write(tmp_path / "secret.mkv", 3)
    for ending in ("mp4", "ts"):
        path = tmp_path / f"v.{ending}"
        path.write_text(text)
        frames, result = read(path)
        assert frames == []
        assert "cannot be opened" in result.problems[0].reason


def test_sound_without_pictures_is_named(tmp_path: Path) -> None:
    """Catches an exception, or silence, where a file has no video stream."""
    path = tmp_path / "v.mkv"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        sound.rate = 8000
        container.mux([*stream.encode(sound), *stream.encode(None)])
    frames, result = read(path)
    assert frames == []
    assert [problem.reason for problem in result.problems] == ["has no video stream"]


@pytest.mark.parametrize("content", [b"", b"no video at all", bytes(5000)])
def test_what_is_no_video_is_named(tmp_path: Path, content: bytes) -> None:
    """Catches an exception of the library where a file is empty or something else."""
    path = tmp_path / "v.mp4"
    path.write_bytes(content)
    frames, result = read(path)
    assert frames == []
    assert result.problems[0].reason.startswith("cannot be opened: ")
    assert full(path, [0]) == []


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """Catches an exception where a file is removed between search and reading."""
    result = ReadResult()
    gone = Video("v.mp4", tmp_path / "v.mp4", 1)
    assert list(PyAVDecoder().frames(gone, 40, result)) == []
    assert "No such file" in result.problems[0].reason


@pytest.mark.parametrize("options", [{"g": "12", "bf": "0"}, {"g": "60", "bf": "3"}])
def test_damage_costs_only_itself_and_is_the_same_in_every_pass(
    clips: Any, tmp_path: Path, options: dict[str, str]
) -> None:
    """Catches frames that FFmpeg mends in another way each time: their hashes would differ."""
    path = clips.write(
        tmp_path / "v.mkv", [*range(250)] * 2, codec="libx264", pixels="yuv420p", options=options
    )
    frames, result = read(damage(path))
    codes = [clips.code(frame.picture) for frame in frames]
    assert codes[:200] == list(range(200))
    assert codes[-100:] == list(range(150, 250))
    assert result.problems or any(frame.damaged for frame in frames)
    again = full(path, list(range(len(frames))))
    assert [frame.pixel_hash for frame in again] == [frame.pixel_hash for frame in frames]


def test_real_damage_is_the_same_in_every_pass(shared_data: Path) -> None:
    """Catches the export of a damaged video refused as 'changed', and damage not flagged."""
    path = shared_data / "broken/derived-from-intel-car/bitflips_400.mp4"
    passes = [read(path)[0] for _ in range(3)]
    hashes = [[frame.pixel_hash for frame in frames] for frames in passes]
    assert len(hashes[0]) == 150
    assert hashes[0] == hashes[1] == hashes[2]
    assert all(frame.damaged for frame in passes[0])  # none is as in the clip it was made from


def test_reading_may_be_given_up(clips: Any, tmp_path: Path) -> None:
    """Catches a file that stays open, or an error, when the reader is closed early."""
    path = clips.write(tmp_path / "v.mkv", 30)
    frames: Iterator[Frame] = PyAVDecoder().frames(video(path), 40, ReadResult())
    assert next(frames).index == 0
    frames.close()  # type: ignore[attr-defined]
    assert list(frames) == []


@pytest.mark.parametrize(
    ("name", "count", "unique"),
    [
        ("bgslibrary/demo.avi", 51, 51),  # raw, bottom row first
        ("bgslibrary/video02.avi", 748, 748),  # the header says 750
        ("decord/flipping_a_pancake.mkv", 310, 306),
        ("derived/bottle_mjpeg.avi", 120, 120),
        ("derived/dog_hevc10.mov", 125, 125),
        ("derived/vtest_mpeg2.ts", 100, 100),
        ("firefox/frame_order.mp4", 50, 50),
        ("firefox/resolution-change.webm", 197, 3),  # the size changes in mid-stream
        ("imageio/newtonscradle.gif", 36, 34),
        ("imageio/test.webm", 94, 94),  # neither duration nor count in the header
        ("pyscenedetect/fades.mp4", 250, 110),
        ("renumics/sea-360p.avi", 152, 152),  # the header says 304
        ("renumics/sea-360p.mpg", 153, 153),
        ("renumics/sea-360p.ogg", 153, 153),
        ("renumics/sea-360p.wmv", 153, 153),
        ("torchcodec/h264_10bits.mp4", 30, 30),
        ("torchcodec/testsrc2_av1_10bit.mp4", 25, 25),
        ("torchcodec/testsrc2_odd_height_and_width_444.mp4", 25, 25),
        (
            "torchvision/hmdb51_Turnk_r_Pippi_Michel_cartwheel_f_cm_np2_le_med_6.avi",
            83,  # its metadata are not UTF-8
            83,
        ),
    ],
)
def test_real_videos_have_as_many_frames_as_ffmpeg_finds(
    shared_data: Path, name: str, count: int, unique: int
) -> None:
    """Catches headers that are believed, frames lost, and hashes that are too coarse or fine."""
    path = shared_data / "videos" / name
    frames, _ = read(path, size=16)
    assert len(frames) == count
    assert len({frame.pixel_hash for frame in frames}) == unique
    assert all(a.pts < b.pts for a, b in itertools.pairwise(frames))
    assert all(math.isfinite(frame.seconds) for frame in frames)
    some = sorted({0, count // 2, count - 1})
    exported = full(path, some)
    assert [frame.pixel_hash for frame in exported] == [frames[i].pixel_hash for i in some]


def test_real_turned_videos_show_what_the_upright_one_shows(shared_data: Path) -> None:
    """Catches a turn in the wrong direction, by pictures of one scene filmed four ways."""
    upright = read(shared_data / "videos/derived/dog_rotate90.mov", size=32)[0]
    source = read(shared_data / "videos/sam2/01_dog.mp4", size=32)[0]
    for frame in (upright[0], upright[60]):
        away = np.abs(frame.picture.astype(int) - source[frame.index].picture)
        assert away.mean() < 8


def test_broken_files_end_in_time_and_without_exceptions(shared_data: Path) -> None:
    """Catches a file that stops a run: by an exception, by an endless loop, by its header."""
    files = sorted(path for path in (shared_data / "broken").rglob("*") if path.is_file())
    assert len(files) > 50
    started = time.monotonic()
    counts = {f"{path.parent.name}/{path.name}": len(read(path, size=16)[0]) for path in files}
    assert time.monotonic() - started < 60
    assert counts["decord/corrupted.mp4"] == 49
    assert counts["derived-from-intel-car/zeroed_middle.mp4"] == 145
    assert counts["derived-from-intel-car/truncated_moov_first_60pct.mp4"] == 76
    assert counts["derived-from-intel-car/empty.mp4"] == 0
    assert counts["derived-from-intel-car/one_frame.mp4"] == 1
    assert counts["firefox/track-with-zero-dimensions.mp4"] == 19
