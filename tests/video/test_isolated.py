"""Decoding in another process: whatever happens there costs one video, and is told in words."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqsel_core.errors import ConfigError, SeqselError
from seqsel_core.video import isolated
from seqsel_core.video.decoders import decoder_for
from seqsel_core.video.probe import estimate_frames
from seqsel_core.video.types import Frame, ReadResult, Video, Wanted

Break = Callable[[str], None]


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Break]:
    """Make the next decoding processes run some lines at frame 3 of videos named 'bad'."""
    folder = tmp_path / "site"
    folder.mkdir()

    def install(lines: str) -> None:
        isolated.end_idle()
        body = "".join(f"            {line}\n" for line in lines.splitlines())
        (folder / "sitecustomize.py").write_text(
            "import ctypes, os, signal, time\n"
            "from seqsel_core.errors import ConfigError\n"
            "from seqsel_core.video.pyav import PyAVDecoder\n"
            "read = PyAVDecoder.frames\n"
            "def frames(self, video, size, result):\n"
            "    for frame in read(self, video, size, result):\n"
            "        if video.name.startswith('bad') and frame.index == 3:\n"
            f"{body}"
            "        yield frame\n"
            "PyAVDecoder.frames = frames\n"
        )
        monkeypatch.setenv("PYTHONPATH", str(folder))

    yield install
    isolated.end_idle()


def read(path: Path, name: str = "auto") -> tuple[list[Frame], ReadResult]:
    """Return all frames that come from the other process, and what reading found."""
    video = Video(path.name, path, path.stat().st_size)
    result = ReadResult()
    return list(decoder_for(video, name, isolate=True).frames(video, 24, result)), result


def test_nothing_is_lost_on_the_way(clips: Any, tmp_path: Path) -> None:
    """Catches a field that is forgotten or changed between the two processes."""
    path = clips.write(tmp_path / "caf\udce9\n.mkv", 9)
    frames, result = read(path)
    video = Video(path.name, path, path.stat().st_size)
    expected_result = ReadResult()
    expected = list(decoder_for(video).frames(video, 24, expected_result))
    for frame, other in zip(frames, expected, strict=True):
        for field in ("index", "pts", "seconds", "pixel_hash", "aspect_ratio", "damaged"):
            assert getattr(frame, field) == getattr(other, field)
        np.testing.assert_array_equal(frame.picture, other.picture)
    expected_result.packets = result.packets
    assert result == expected_result
    decoder = decoder_for(video, isolate=True)
    assert decoder.name == "pyav"
    wanted = [Wanted(5, frames[5].pts, frames[5].pixel_hash)]
    for full in (decoder.full_frames(video, [5]), decoder.sought_frames(video, wanted)):
        [frame] = full
        np.testing.assert_array_equal(frame.picture, clips.picture(5))
        assert (frame.index, frame.pixel_hash) == (5, frames[5].pixel_hash)
    assert estimate_frames(video, isolate=True) == estimate_frames(video)


def test_folders_of_frames(clips: Any, tmp_path: Path) -> None:
    """Catches a folder opened as a file, and its time, which is none, lost on the way."""
    folder = clips.write_frames(tmp_path / "f", {"1.png": 4, "2.png": 9})
    paths = tuple(sorted(folder.iterdir()))
    video = Video("f", folder, 1, ("f/1.png", "f/2.png"), paths)
    frames = list(decoder_for(video, isolate=True).frames(video, 40, ReadResult()))
    assert [clips.code(frame.picture) for frame in frames] == [4, 9]
    assert all(math.isnan(frame.seconds) for frame in frames)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "the decoder crashed (SIGKILL)"),
        ("ctypes.string_at(0)", "the decoder crashed (SIGSEGV)"),
        ("os._exit(7)", "the decoder ended (exit code 7)"),
    ],
)
def test_a_decoder_that_dies_costs_one_video(
    clips: Any, tmp_path: Path, broken: Break, lines: str, reason: str
) -> None:
    """Catches the whole run ended by one file, and the frames before the crash thrown away."""
    broken(lines)
    bad, good = clips.write(tmp_path / "bad.mkv", 9), clips.write(tmp_path / "good.mkv", 9)
    frames, result = read(bad)
    assert [clips.code(frame.picture) for frame in frames] == [0, 1, 2]
    assert [problem.reason for problem in result.problems] == [f"{reason} after 3 frames"]
    assert (result.width, result.height) == (80, 48)
    frames, result = read(good)
    assert (len(frames), result.problems) == (9, [])


def test_a_decoder_that_hangs_is_given_up(
    clips: Any, tmp_path: Path, broken: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a run that never ends."""
    broken("time.sleep(600)")
    path = clips.write(tmp_path / "bad.mkv", 9)
    monkeypatch.setattr(isolated, "SECONDS_WITHOUT_PROGRESS", 5.0)
    began = time.monotonic()
    frames, result = read(path)
    assert time.monotonic() - began < 30
    assert len(frames) == 3
    reason = "decoding made no progress for 5 seconds after 3 frames"
    assert [problem.reason for problem in result.problems] == [reason]


@pytest.mark.slow
def test_slow_work_is_no_hang(
    clips: Any, tmp_path: Path, broken: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a long video given up while packets are read of which no frame comes."""
    broken("for _ in range(9):\n    time.sleep(1); result.packets += 1")
    path = clips.write(tmp_path / "bad.mkv", 9)
    monkeypatch.setattr(isolated, "SECONDS_WITHOUT_PROGRESS", 6.0)
    frames, result = read(path)
    assert (len(frames), result.problems) == (9, [])


@pytest.mark.skipif(os.name != "posix", reason="memory is limited on POSIX systems only")
def test_a_decoder_that_takes_all_memory_is_refused_it(
    clips: Any, tmp_path: Path, broken: Break
) -> None:
    """Catches a machine that swaps, and its other programs killed, for one file."""
    broken("hoard = bytearray(3 * 1024**3)")
    frames, result = read(clips.write(tmp_path / "bad.mkv", 9))
    assert len(frames) == 3
    assert result.problems[0].reason.startswith("reading failed: MemoryError")


def test_an_error_for_people_stays_one(clips: Any, tmp_path: Path, broken: Break) -> None:
    """Catches a missing package reported as a fault of every single video."""
    broken("raise ConfigError('Install it.')")
    with pytest.raises(ConfigError, match=r"^Install it\.$"):
        read(clips.write(tmp_path / "bad.mkv", 9))


def test_a_process_that_does_not_start_is_no_fault_of_the_video(
    clips: Any, tmp_path: Path, broken: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches every video stored as unreadable because Python could not start."""
    isolated.end_idle()
    path = clips.write(tmp_path / "v.mkv", 2)
    monkeypatch.setattr(isolated.sys, "executable", "/bin/false")
    with pytest.raises(SeqselError, match=r"cannot be started \(exit code 1\)"):
        read(path)


def test_reading_may_be_given_up(clips: Any, tmp_path: Path) -> None:
    """Catches the frames of a video that was given up, taken for those of the next one."""
    path = clips.write(tmp_path / "v.mkv", 200)
    video = Video("v.mkv", path, 1)
    frames: Any = decoder_for(video, isolate=True).frames(video, 24, ReadResult())
    assert next(frames).index == 0
    frames.close()
    assert [frame.index for frame in read(path)[0]] == list(range(200))


def test_one_process_reads_many_videos(clips: Any, tmp_path: Path) -> None:
    """Catches a process started for every video, which costs a quarter of a second each."""
    paths = [clips.write(tmp_path / f"{number}.mkv", 2) for number in range(3)]
    read(paths[0])
    [process] = isolated._idle
    for path in paths:
        read(path)
    assert isolated._idle == [process]
