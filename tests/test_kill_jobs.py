"""What becomes of a job when its worker is killed or stopped, or its surroundings fail."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from seqsel_core.jobs.job import Job
from seqsel_core.jobs.queue import Queue
from seqsel_core.store.catalogue import Catalogue
from seqsel_core.store.datasets import Datasets, Source

ROOT = Path(__file__).resolve().parent.parent
FRAMES = {"a": 40, "b": 24, "c": 48, "d": 16, "e": 32}
KILLS = int(os.environ.get("SEQSEL_TEST_KILLS", "3"))  # moments at which a worker is killed
pytestmark = pytest.mark.slow

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Start]:
    """Start quick workers; those that live at the end are killed."""
    started: list[subprocess.Popen[bytes]] = []

    def start(case: Case, worker: str = "embed-0", *trick: str) -> subprocess.Popen[bytes]:
        with (tmp_path / "worker.log").open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, ROOT / "tests/quick_worker.py", case.data_dir, worker, *trick],
                cwd=ROOT,
                env={
                    **os.environ,
                    "PYTHONPATH": f"{ROOT}:{tmp_path}",  # for a sitecustomize.py of the test
                    "SEQSEL_INPUT_ROOTS": str(case.input_dir),
                },
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        started.append(child)
        return child

    yield start
    for child in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


class Case:
    """A dataset of five videos, and the job that embeds it."""

    def __init__(self, clips: Any, folder: Path) -> None:
        """Write the videos and ask for the job."""
        self.input_dir, self.data_dir = folder / "in", folder / "data"
        for number, (name, count) in enumerate(FRAMES.items()):
            clips.write(self.input_dir / f"{name}.mkv", range(number * 50, number * 50 + count))
        self.begin(self.data_dir)

    def begin(self, data_dir: Path) -> None:
        """Ask for the job in a data directory."""
        self.data_dir = data_dir
        self.record = Datasets(data_dir).create(
            "x",
            [Source(self.input_dir, "folder")],
            encoder="efficientnet-lite0",
            frame_order="alphabetical",
        )
        self.queue = Queue(data_dir)
        self.job_id = self.queue.submit("embed", self.record.id)

    @property
    def job(self) -> Job:
        """The job as it is now."""
        job = self.queue.get(self.job_id)
        assert job is not None
        return job

    @property
    def outcomes(self) -> dict[str, str]:
        """What became of each video so far."""
        videos = self.queue.videos(self.job_id)
        return {video.name.removesuffix(".mkv"): video.outcome for video in videos}

    def stored(self) -> dict[str, bytes]:
        """Return {name: content} of every file of what counts as complete."""
        return {
            str(path.relative_to(self.data_dir)): path.read_bytes()
            for path in self.data_dir.glob("shards/??/*/*")
            if path.name != "manifest.json"
        }


@pytest.fixture
def case(clips: Any, tmp_path: Path) -> Case:
    """A job that waits."""
    return Case(clips, tmp_path)


def wait(condition: Callable[[], Any], seconds: float = 60) -> None:
    """Wait for something that takes seconds."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.02)


def living(session: int) -> list[str]:
    """Return the processes of a session that live."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended at this moment
            state, _, _, number = path.read_text().rpartition(")")[2].split()[:4]
            if int(number) == session and state != "Z":
                found.append(path.parent.name)
    return found


def embeds(case: Case) -> bool:
    """Return whether one video is stored and another one is being read."""
    return case.job.state == "running" and 0 < len(case.outcomes) < len(FRAMES)


def test_a_worker_killed_at_any_moment(case: Case, start: Start, tmp_path: Path) -> None:
    """Catches a video done twice, lost or half believed, and a job that hangs or begins anew."""
    worker = start(case)
    wait(lambda: case.job.state == "running")
    began = time.monotonic()
    wait(lambda: not case.job.active)
    seconds = time.monotonic() - began
    worker.kill()
    assert case.job.state == "done", case.job.message
    whole, frames = case.stored(), sum(FRAMES.values())
    listing = Datasets(case.data_dir).listing(case.record.id)
    assert listing is not None
    ids = {video.name.removesuffix(".mkv"): video_id for video, video_id in listing.pairs}
    assert case.job.result["embedded_now"] == frames
    chance = random.Random(5)
    for number in range(KILLS):
        case.begin(tmp_path / f"data {number}")
        worker = start(case)
        wait(lambda: case.job.state == "running")
        time.sleep(chance.random() * seconds)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        wait(lambda: not living(worker.pid), 10)  # noqa: B023
        stored, ended = case.stored(), case.job.state == "done"
        assert stored.items() <= whole.items()
        before = [name for name, video_id in ids.items() if video_id in str(list(stored))]
        start(case)
        wait(lambda: not case.job.active)
        assert case.job.state == "done", case.job.message
        assert case.stored() == whole
        assert set(case.outcomes) == set(FRAMES)
        assert set(case.outcomes.values()) <= {"done", "kept"}
        assert case.job.videos_done == case.job.videos_total == len(FRAMES)
        if not ended:
            kept = sum(count for name, count in FRAMES.items() if name in before)
            assert case.job.result["embedded_now"] == frames - kept


def test_cancel_takes_effect_within_two_seconds_whatever_the_job_does(
    case: Case, start: Start
) -> None:
    """Catches a Stop button that waits for the end of a compilation or a long write."""
    case.job_id = case.queue.submit("umap", "x")
    worker = start(case, "quick", "block")
    wait(lambda: case.job.state == "running")
    began = time.monotonic()
    case.queue.cancel(case.job_id)
    wait(lambda: case.job.state == "cancelled", 5)
    assert time.monotonic() - began < 2
    assert worker.wait(2) == 0
    case.job_id = case.queue.submit("umap", "y")
    start(case, "quick")
    wait(lambda: case.job.state == "done")


def test_cancel_keeps_what_is_embedded(case: Case, start: Start) -> None:
    """Catches hours of work thrown away by Stop, and decoders that go on after it."""
    worker = start(case)
    wait(lambda: embeds(case))
    began = time.monotonic()
    case.queue.cancel(case.job_id)
    wait(lambda: case.job.state == "cancelled", 5)
    assert time.monotonic() - began < 2
    done = [name for name, outcome in case.outcomes.items() if outcome == "done"]
    assert done
    wait(lambda: not living(worker.pid), 20)
    kept = sum(FRAMES[name] for name in done)
    case.job_id = case.queue.submit("embed", case.record.id)
    start(case)
    wait(lambda: not case.job.active)
    assert case.job.result["embedded_now"] <= sum(FRAMES.values()) - kept
    assert {case.outcomes[name] for name in done} == {"kept"}


def test_a_decoder_that_hangs_ends_with_its_worker(
    case: Case, start: Start, tmp_path: Path
) -> None:
    """Catches decoders that go on for ever after Stop, or after the worker was killed."""
    (tmp_path / "sitecustomize.py").write_text(
        "import time\n"
        "from seqsel_core.video.pyav import PyAVDecoder\n"
        "PyAVDecoder.frames = lambda *_: time.sleep(600) or iter(())\n"
    )
    for way in ("cancel", "kill"):
        worker = start(case)
        wait(lambda: case.job.detail == "a.mkv" and case.job.stage == "decoding, embedding")
        wait(lambda: len(living(worker.pid)) == 2, 20)  # noqa: B023
        began = time.monotonic()
        if way == "kill":
            worker.kill()
        else:
            case.queue.cancel(case.job_id)
            wait(lambda: case.job.state == "cancelled", 5)
            assert time.monotonic() - began < 2
        wait(lambda: not living(worker.pid), 20)  # noqa: B023
        worker.wait()
        case.job_id = case.queue.submit("embed", case.record.id)


def test_a_worker_that_is_told_to_end_does_so_whatever_the_job_does(
    case: Case, start: Start
) -> None:
    """Catches a server that cannot be stopped, and a job that counts this as a crash."""
    case.job_id = case.queue.submit("umap", "x")
    worker = start(case, "quick", "block")
    wait(lambda: case.job.state == "running")
    worker.terminate()
    assert worker.wait(4) == 0
    assert (case.job.state, case.job.attempts, case.job.worker) == ("queued", 0, "")


def test_a_locked_catalogue_delays_and_breaks_nothing(case: Case, start: Start) -> None:
    """Catches 'database is locked' as the end of forty hours of work."""
    start(case)
    wait(lambda: embeds(case))
    path = case.data_dir / "catalogue.sqlite3"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(4)  # longer than the worker waits for anything but an end
        other.execute("ROLLBACK")
    wait(lambda: not case.job.active)
    assert case.job.state == "done", case.job.message
    assert set(case.outcomes.values()) == {"done"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1500 kB; skipped where this user may not make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", "size=1500k", "tmpfs", str(folder)]
    if not mount or subprocess.run([mount, *options], check=False, capture_output=True).returncode:
        pytest.skip("this user may not mount a file system")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_told_and_can_be_emptied(case: Case, start: Start, small_disk: Path) -> None:
    """Catches a job that says 'running' for ever because its end could not be written either."""
    case.begin(small_disk / "data")
    rest = small_disk / "other things"
    worker = start(case)
    with Catalogue(case.data_dir).hold():  # as the server does
        wait(lambda: embeds(case))
        with contextlib.suppress(OSError):  # the worker writes too
            rest.write_bytes(bytes(shutil.disk_usage(small_disk).free))
        wait(lambda: not case.job.active, 90)
    assert case.job.state == "failed"
    assert "ree some space" in case.job.message
    rest.unlink()
    assert "done" in case.outcomes.values()
    assert worker.wait(20) == 0
    case.job_id = case.queue.submit("embed", case.record.id)
    start(case)
    wait(lambda: not case.job.active)
    assert case.job.state == "done", case.job.message
    assert set(case.outcomes) == set(FRAMES)


def test_an_input_folder_that_vanishes(case: Case, start: Start, tmp_path: Path) -> None:
    """Catches shards of nothing, taken for those of the videos when the disk is back."""
    start(case)
    wait(lambda: embeds(case))
    case.input_dir.rename(tmp_path / "away")
    wait(lambda: not case.job.active)
    assert case.job.state == "done", case.job.message
    outcomes = case.outcomes
    assert set(outcomes) == set(FRAMES)
    gone = [video for video in case.queue.videos(case.job_id) if video.outcome == "unreadable"]
    assert gone
    assert {video.reason for video in gone} == {"was removed while it was read"}
    assert case.job.message == f"{len(gone)} of 5 videos cannot be read."
    (tmp_path / "away").rename(case.input_dir)
    case.job_id = case.queue.submit("embed", case.record.id)
    start(case)
    wait(lambda: not case.job.active)
    assert set(case.outcomes.values()) <= {"done", "kept"}


def test_a_file_that_changes(clips: Any, case: Case, start: Start) -> None:
    """Catches frames of the new file stored as those of the old one; others must not suffer."""
    start(case)
    wait(lambda: embeds(case))
    clips.write(case.input_dir / "e.mkv", range(7))
    wait(lambda: not case.job.active)
    assert case.job.state == "done", case.job.message
    by_name = {video.name: video for video in case.queue.videos(case.job_id)}
    assert by_name["e.mkv"].reason == "changed while it was read: run again"
    assert [by_name[f"{name}.mkv"].outcome for name in "abcd"] == ["done"] * 4
    case.job_id = case.queue.submit("embed", case.record.id)
    start(case)
    wait(lambda: not case.job.active)
    assert case.outcomes == {**dict.fromkeys("abcd", "kept"), "e": "done"}
    assert case.job.result["embedded_now"] == 7


def test_a_data_directory_that_is_removed(case: Case, start: Start, tmp_path: Path) -> None:
    """Catches a worker that works for nobody for days, and a server that needs a restart."""
    worker = start(case)
    wait(lambda: embeds(case))
    case.data_dir.rename(tmp_path / "gone")  # at once, as a removal of the parent would be
    assert worker.wait(20) in (0, 1)
    assert case.queue.recent() == []
    case.begin(case.data_dir)
    start(case)
    wait(lambda: not case.job.active)
    assert case.job.state == "done", case.job.message


def test_a_clock_that_jumps(case: Case, start: Start) -> None:
    """Catches a job given up, or taken by a second worker, because of the time of day."""
    worker = start(case, "embed-0", "clock")
    second = start(case)
    wait(lambda: not case.job.active)
    assert case.job.state == "done", case.job.message
    assert case.job.result["embedded_now"] == sum(FRAMES.values())
    assert case.job.attempts == 0
    for process in (worker, second):
        assert process.wait(20) == 0


_KEEPER = """
import sys, time
from pathlib import Path
from seqsel_core.jobs import start
start._EVERY = 0.1
start.keep_workers(Path(sys.argv[1]))
time.sleep(120)
"""


def test_two_servers_on_one_data_directory(case: Case, tmp_path: Path) -> None:
    """Catches jobs done twice, or by nobody once the worker of one server was killed."""
    case.queue.cancel(case.job_id)
    jobs = [case.queue.submit("umap", f"nothing {number}") for number in range(6)]
    words = [sys.executable, "-c", _KEEPER, str(case.data_dir)]
    servers = [subprocess.Popen(words, cwd=ROOT) for _ in range(2)]
    try:
        wait(lambda: all(not case.queue.get(job).active for job in jobs))  # type: ignore[union-attr]
        log = (case.data_dir / "worker.log").read_text()
        assert [log.count(f"job {job}: umap begins") for job in jobs] == [1] * 6
        wait(lambda: len(_workers(case)) == 1)  # a second one ends when it finds the lock taken
        os.kill(_workers(case)[0], signal.SIGKILL)
        job = case.queue.submit("umap", "nothing more")
        wait(lambda: not case.queue.get(job).active)  # type: ignore[union-attr]
    finally:
        for server in servers:
            server.kill()
            server.wait()
        for worker in _workers(case):
            os.kill(worker, signal.SIGKILL)


def _workers(case: Case) -> list[int]:
    """Return the worker processes of a case that live."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = path.read_bytes().split(b"\0")
            if b"seqsel_core.jobs.worker" in words and os.fsencode(case.data_dir) in words:
                found.append(int(path.parent.name))
    return found
