"""Damaged files: each ends as whole, partly readable, or unreadable with a reason.

Never an exception, a crash, a hang, or two gigabytes; and the other videos are not touched.
"""

from __future__ import annotations

import contextlib
import itertools
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqsel_core import Config, embed
from seqsel_core.__main__ import main
from seqsel_core.video import isolated
from seqsel_core.video.child import MOST_MEMORY
from seqsel_core.video.decoders import decoder_for
from seqsel_core.video.exact import exact_frames
from seqsel_core.video.types import Frame, ReadResult, Video, Wanted

ROOT = Path(__file__).resolve().parent.parent
BROKEN = ROOT.parent / "shared" / "data" / "broken"
MUTATIONS = 16  # of each clip
LONGEST = 30.0  # seconds for one file of a few hundred kilobytes

CLIPS = {
    "mp4": ("libx264", "yuv420p", {"bf": "3", "g": "12"}),
    "mkv": ("libx264", "yuv420p", {"g": "12"}),
    "webm": ("libvpx-vp9", "yuv420p", {"cpu-used": "8", "g": "12"}),
    "avi": ("mpeg4", "yuv420p", {"bf": "2"}),
    "ts": ("mpeg2video", "yuv420p", {"bf": "2"}),
    "gif": ("gif", "rgb8", {}),
}


def outcome(path: Path) -> tuple[str, list[Frame], ReadResult]:
    """Read a file as a run does; return how it ended, in words, and what came."""
    result = ReadResult()
    video = Video(path.name, path, path.stat().st_size)
    began = time.monotonic()
    frames = list(decoder_for(video, isolate=True).frames(video, 16, result))
    assert time.monotonic() - began < LONGEST
    reasons = "; ".join(problem.reason for problem in result.problems)
    assert "Traceback" not in reasons
    assert "reading failed" not in reasons, "an error that nobody foresaw"
    if not frames:
        assert reasons, "unreadable without a reason"
        return f"unreadable: {reasons}", frames, result
    if reasons or any(frame.damaged for frame in frames):
        return f"partly readable: {len(frames)} frames; {reasons}", frames, result
    return "ok", frames, result


def mutated(data: bytes, random: np.random.Generator) -> bytes:
    """Return the bytes with one or two injuries: flipped, zeroed, cut, inserted, swapped."""
    changed = bytearray(data)
    for _ in range(random.integers(1, 3)):
        at = int(random.integers(len(changed)))
        length = int(len(changed) ** random.uniform(0, 0.6))
        match random.integers(5):
            case 0:
                for place in random.integers(len(changed), size=min(length, 40)):
                    changed[place] ^= 1 << int(random.integers(8))
            case 1:
                changed[at : at + length] = bytes(len(changed[at : at + length]))
            case 2:
                del changed[at : at + length]
            case 3:
                changed[at:at] = random.bytes(length)
            case _:
                other = int(random.integers(len(changed)))
                changed[at : at + length] = changed[other : other + length]
        if not changed:
            break
    return bytes(changed)


@pytest.mark.slow
@pytest.mark.parametrize("ending", CLIPS)
def test_random_damage(clips: Any, tmp_path: Path, ending: str) -> None:
    """Catches any byte that can end a run; whatever frames come, they come again for export."""
    codec, pixels, options = CLIPS[ending]
    good = clips.write(tmp_path / f"v.{ending}", 48, codec=codec, pixels=pixels, options=options)
    data = good.read_bytes()
    random = np.random.default_rng(list(ending.encode()))
    seen = set()
    for number in range(MUTATIONS):
        path = tmp_path / f"{number}.{ending}"
        path.write_bytes(mutated(data, random))
        words, frames, _ = outcome(path)
        seen.add(words.split(":")[0])
        assert [frame.index for frame in frames] == list(range(len(frames))), path
        assert all(a.pts < b.pts for a, b in itertools.pairwise(frames)), path
        video = Video(path.name, path, path.stat().st_size)
        wanted = [Wanted(f.index, f.pts, f.pixel_hash) for f in frames[len(frames) // 2 :][:2]]
        again = exact_frames(decoder_for(video, isolate=True), video, wanted)
        assert [frame.pixel_hash for frame in again] == [item.pixel_hash for item in wanted], path
    assert len(seen) > 1, "the damage does nothing"


def broken_files() -> list[Any]:
    """Return a parameter for each broken file; one that skips without the folder."""
    files = sorted(path for path in BROKEN.rglob("*") if path.is_file())
    return [pytest.param(path, id=path.relative_to(BROKEN).as_posix()) for path in files] or [
        pytest.param(BROKEN, marks=pytest.mark.skip(f"no real videos: {BROKEN} is missing"))
    ]


@pytest.mark.parametrize("path", broken_files())
def test_real_damage(path: Path) -> None:
    """Catches a broken file that ends a run, or that is left out without a reason."""
    print(outcome(path)[0])


def test_memory_is_bounded() -> None:
    """Catches a limit that is not set: the process that decoded all of the above tells."""
    path = BROKEN / "firefox" / "789075.webm"
    if not path.is_file():
        pytest.skip(f"no real videos: {BROKEN} is missing")
    outcome(path)
    [process] = isolated._idle
    status = Path(f"/proc/{process.pid}/status")
    if not status.is_file():
        pytest.skip("no /proc on this system")
    peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    assert int(peak.split()[1]) * 1024 < MOST_MEMORY
    limits = Path(f"/proc/{process.pid}/limits").read_text()
    assert f"Max data size             {MOST_MEMORY} " in limits


@pytest.fixture
def deadly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make decoding processes kill themselves: at frame 3 of 'half*', on opening 'never*'."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(
        "import os, signal\n"
        "from seqsel_core.video import child, probe\n"
        "from seqsel_core.video.pyav import PyAVDecoder\n"
        "read, estimate = PyAVDecoder.frames, probe.estimate_frames\n"
        "def die(): os.kill(os.getpid(), signal.SIGSEGV)\n"
        "def frames(self, video, size, result):\n"
        "    for frame in read(self, video, size, result):\n"
        "        if 'half' in video.name and frame.index == 3 or 'never' in video.name: die()\n"
        "        yield frame\n"
        "PyAVDecoder.frames = frames\n"
        "child.estimate_frames = lambda v: die() if 'never' in v.name else estimate(v)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(folder))
    isolated.end_idle()
    yield
    isolated.end_idle()


def test_a_decoder_that_kills_itself_costs_only_that_file(
    clips: Any, tmp_path: Path, configure: Callable[..., Config], deadly: None
) -> None:
    """Catches a run that ends, or the videos after it not embedded, by one file."""
    for name in ("a.mkv", "half.mkv", "never.mkv", "z.mkv"):
        clips.write(tmp_path / "in" / name, len(name) * 3 + ord(name[0]) % 5)
    dataset = embed(configure())
    counts = {item.video.name: len(item.frames) for item in dataset.videos}
    assert counts == {"a.mkv": 17, "half.mkv": 3, "z.mkv": 17}
    reasons = {item.video.name: item.reason for item in dataset.unreadable}
    assert reasons == {"never.mkv": "the decoder crashed (SIGSEGV)"}
    [half] = [item for item in dataset.videos if item.video.name == "half.mkv"]
    [problem] = half.shard.info.problems
    assert problem.reason == "the decoder crashed (SIGSEGV) after 3 frames"


@pytest.mark.slow
def test_the_command_line_goes_on(
    clips: Any,
    tmp_path: Path,
    encoder: Any,
    deadly: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Catches a command that dies with a decoder, and pictures of the dead video not written."""
    for name in ("a.mkv", "half.mkv", "never.mkv"):
        clips.write(tmp_path / "in" / name, 12)
    words = [
        f"input_dir={tmp_path / 'in'}",
        f"output_dir={tmp_path / 'out'}",
        f"data_dir={tmp_path / 'data'}",
        "run_directory=run",
        "stopping_condition.n_samples=1.0",
        "remove_exact_duplicates=False",
        "dump_dataset=True",
        "lightly.collate.input_size=40",
    ]
    assert main(words) == 0
    shown = capsys.readouterr().out
    assert "1 video cannot be read:\n  never.mkv: the decoder crashed (SIGSEGV)" in shown
    pictures = [path.name for path in (tmp_path / "out/run/data/sampled").iterdir()]
    assert len(pictures) == 15
    assert sum(name.startswith("half") for name in pictures) == 3


def test_broken_files_among_good_ones(
    clips: Any, shared_data: Path, tmp_path: Path, configure: Callable[..., Config]
) -> None:
    """Catches a broken file that changes what is embedded of another."""
    target = tmp_path / "in"
    clips.write(target / "good.mkv", 7)
    for path in sorted((shared_data / "broken/derived-from-intel-car").iterdir()):
        with contextlib.suppress(IsADirectoryError):
            shutil.copy(path, target / path.name)
    dataset = embed(configure())
    counts = {item.video.name: len(item.frames) for item in dataset.videos}
    assert counts["good.mkv"] == 7
    assert counts["zeroed_middle.mp4"] == 145
    assert {item.video.name for item in dataset.unreadable} == {
        "empty.mp4",
        "text_named.mp4",
        "truncated_moov_last_missing.mp4",
    }
    assert all(item.reason for item in dataset.unreadable)
