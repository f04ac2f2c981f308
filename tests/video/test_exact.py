"""Frames read again: exactly those of the earlier pass, and no more decoded than needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from seqsel_core.video import pyav, seeking
from seqsel_core.video.decoders import decoder_for
from seqsel_core.video.exact import exact_frames
from seqsel_core.video.types import Frame, FullFrame, ReadResult, Video, Wanted

H264 = {"g": "20", "bf": "3", "b-adapt": "0"}
X265 = {"x265-params": "log-level=none:keyint=20"}
KINDS = [
    pytest.param("v.mp4", "libx264", "yuv420p", H264, True, id="mp4-h264"),
    pytest.param("v.mkv", "libx264", "yuv420p", H264, True, id="mkv-h264"),
    pytest.param("v.mp4", "libx265", "yuv420p", X265, True, id="hevc"),
    pytest.param("v.webm", "libvpx-vp9", "yuv420p", {"cpu-used": "8", "g": "20"}, True, id="webm"),
    pytest.param("v.ts", "mpeg2video", "yuv420p", {"bf": "2"}, False, id="ts-mpeg2"),
    pytest.param("v.avi", "mpeg4", "yuv420p", {"bf": "2"}, False, id="avi-mpeg4"),
    pytest.param("v.mov", "mjpeg", "yuvj420p", {}, True, id="mov-mjpeg"),
    pytest.param("v.gif", "gif", "rgb8", {}, False, id="gif"),
    pytest.param("v.h264", "libx264", "yuv420p", H264, False, id="h264-without-container"),
]
INDICES = [30, 31, 97, 98, 99, 150, 201]


class Once:
    """A decoder that says whether its frames were asked for until they ended."""

    name = "once"

    def __init__(self) -> None:
        """Begin."""
        self.ended = False

    def sought_frames(self, video: Video, wanted: Sequence[Wanted]) -> Iterator[FullFrame]:
        """Yield what is wanted."""
        for item in wanted:
            yield FullFrame(item.index, item.pixel_hash, None)  # type: ignore[arg-type]
        self.ended = True


def test_a_reader_is_asked_until_it_ends() -> None:
    """Catches a process that is killed, and another one started, for each video that is read."""
    decoder: Any = Once()
    wanted = [Wanted(at, 0, at) for at in range(3)]
    assert len(list(exact_frames(decoder, Video("v", Path("v"), 1), wanted))) == 3
    assert decoder.ended


class Counted:
    """How many frames were decoded, by seeking and from the start."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Count from now on."""
        self.sought = self.from_start = 0
        decoded, one_pass = seeking._decoded, pyav._one_pass

        def count_sought(*arguments: Any) -> Iterator[Any]:
            for frame in decoded(*arguments):
                self.sought += 1
                yield frame

        def count_pass(*arguments: Any, **options: Any) -> Iterator[Any]:
            for item in one_pass(*arguments, **options):
                self.from_start += 1
                yield item

        monkeypatch.setattr(seeking, "_decoded", count_sought)
        monkeypatch.setattr(pyav, "_one_pass", count_pass)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Counts decoded frames."""
    return Counted(monkeypatch)


def passed(path: Path, backend: str = "pyav") -> tuple[Video, list[Frame]]:
    """Return a video and the frames of a pass over it."""
    video = Video(path.name, path, path.stat().st_size)
    return video, list(decoder_for(video, backend).frames(video, 16, ReadResult()))


def again(video: Video, frames: Sequence[Frame], indices: Sequence[int]) -> list[FullFrame]:
    """Read some frames of a pass again."""
    wanted = [Wanted(i, frames[i].pts, frames[i].pixel_hash) for i in indices]
    found = list(exact_frames(decoder_for(video), video, wanted))
    assert [frame.index for frame in found] == list(indices)
    assert [frame.pixel_hash for frame in found] == [frames[i].pixel_hash for i in indices]
    return found


@pytest.mark.parametrize(("name", "codec", "pixels", "options", "trusted"), KINDS)
def test_the_frames_are_those_of_the_pass(
    clips: Any,
    tmp_path: Path,
    counted: Counted,
    name: str,
    codec: str,
    pixels: str,
    options: dict[str, str],
    trusted: bool,
) -> None:
    """Catches a seek that ends on another frame, and decoding everything where seeking works."""
    path = clips.write(tmp_path / name, range(230), codec=codec, pixels=pixels, options=options)
    video, frames = passed(path)
    counted.from_start = 0
    found = again(video, frames, INDICES)
    assert [clips.code(frame.picture) for frame in found] == INDICES
    if trusted:
        assert counted.from_start == 0
        assert counted.sought <= 170  # 202 lie before the end of the last one
    assert counted.from_start <= 202


def test_one_late_frame_costs_little(clips: Any, tmp_path: Path, counted: Counted) -> None:
    """Catches a whole video decoded for one frame near its end."""
    codes = [*range(250)] * 4
    path = clips.write(tmp_path / "v.mp4", codes, codec="libx264", pixels="yuv420p", options=H264)
    video, frames = passed(path)
    counted.from_start = 0
    again(video, frames, [985])
    assert (counted.from_start, counted.sought <= 21) == (0, True)


def test_all_frames_are_decoded_once(clips: Any, tmp_path: Path, counted: Counted) -> None:
    """Catches a seek for every frame, each of which decodes from a key frame again."""
    path = clips.write(tmp_path / "v.mp4", 200, codec="libx264", pixels="yuv420p", options=H264)
    video, frames = passed(path)
    counted.from_start = 0
    again(video, frames, range(0, 200, 2))
    assert counted.from_start + counted.sought <= 200


def test_few_key_frames_cost_little(clips: Any, tmp_path: Path, counted: Counted) -> None:
    """Catches frame after frame decoded from the only key frame: quadratic in the length."""
    options = {"g": "999", "bf": "0", "sc_threshold": "0"}
    path = clips.write(tmp_path / "v.mp4", 240, codec="libx264", pixels="yuv420p", options=options)
    video, frames = passed(path)
    counted.from_start = 0
    again(video, frames, range(20, 240, 20))
    assert counted.from_start + counted.sought <= 2 * 240


def test_a_wrong_hash_is_read_from_the_start(clips: Any, tmp_path: Path, counted: Counted) -> None:
    """Catches a frame that seeking got wrong, given all the same."""
    path = clips.write(tmp_path / "v.mp4", 100, codec="libx264", pixels="yuv420p", options=H264)
    video, frames = passed(path)
    counted.from_start = 0
    wanted = [Wanted(i, frames[i - (i == 60)].pts, frames[i].pixel_hash) for i in (20, 60, 90)]
    found = list(exact_frames(decoder_for(video), video, wanted))
    assert [frame.index for frame in found] == [20, 60, 90]
    assert [clips.code(frame.picture) for frame in found] == [20, 60, 90]
    assert counted.from_start == 91


def test_seeking_lies_in_a_real_video(shared_data: Path, counted: Counted) -> None:
    """Catches green pictures: this file decodes wrongly after a seek, without any error."""
    video, frames = passed(shared_data / "videos/imageio/cockatoo.mp4")
    lies = decoder_for(video).sought_frames(
        video, [Wanted(160, frames[160].pts, frames[160].pixel_hash)]
    )
    assert [frame.pixel_hash for frame in lies] != [frames[160].pixel_hash]
    counted.from_start = 0
    again(video, frames, [160, 161, 279])
    assert counted.from_start > 0


@pytest.mark.parametrize(
    "name",
    [
        "bgslibrary/video02.avi",
        "decord/flipping_a_pancake.mkv",
        "derived/car_hevc.mp4",
        "derived/coffee_longgop_b3.mp4",
        "derived/dog_rotate90.mov",
        "derived/dog_vp9.webm",
        "derived/person_vfr.mkv",
        "derived/vtest_mpeg2.ts",
        "firefox/bipbop-no-edts.mp4",
        "firefox/resolution-change.webm",
        "firefox/sync.webm",
        "imageio/newtonscradle.gif",
        "imageio/test.webm",
        "renumics/sea-360p.avi",
        "renumics/sea-360p.mpg",
        "renumics/sea-360p.ogg",
        "renumics/sea-360p.wmv",
        "torchcodec/nasa_13013.mp4",
        "torchcodec/test_non_zero_start.mp4",
        "torchcodec/var_fps_video.mp4",
    ],
)
def test_real_containers(shared_data: Path, name: str) -> None:
    """Catches an export of other frames than were embedded, in any container."""
    video, frames = passed(shared_data / "videos" / name)
    last = len(frames) - 1
    again(video, frames, sorted({min(1, last), last // 3, last // 3 * 2, last}))


def test_damage_is_mended_as_in_the_pass(shared_data: Path) -> None:
    """Catches frames of a damaged video that seeking mends in another way."""
    video, frames = passed(shared_data / "broken/derived-from-intel-car/zeroed_middle.mp4")
    again(video, frames, [10, 60, 100, 140])


@pytest.mark.parametrize("backend", ["decord", "torchcodec"])
def test_other_backends(clips: Any, tmp_path: Path, backend: str) -> None:
    """Catches an index that means another frame to a backend when it seeks."""
    pytest.importorskip(backend, reason=f"{backend} is not installed", exc_type=ImportError)
    path = clips.write(tmp_path / "v.mp4", 200, codec="libx264", pixels="yuv420p", options=H264)
    video, frames = passed(path, backend)
    decoder = decoder_for(video, backend)
    wanted = [Wanted(i, frames[i].pts, frames[i].pixel_hash) for i in INDICES if i < 200]
    found = list(exact_frames(decoder, video, wanted))
    assert [clips.code(frame.picture) for frame in found] == [item.index for item in wanted]
