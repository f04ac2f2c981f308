"""The thread beside a worker's job."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from seqsel_core.jobs import lanes
from seqsel_core.jobs.desk import Desk
from seqsel_core.jobs.guard import Guard
from seqsel_core.jobs.progress import Cancelled, JobProgress
from seqsel_core.jobs.queue import Queue


class Case:
    """A guard, and a job that runs.

    Attributes:
        ended: Set when the guard would have ended the process.
        over: To be set at the end of the test.
    """

    def __init__(self, data_dir: Path) -> None:
        """Begin."""
        self.queue, self.desk = Queue(data_dir), Desk(data_dir)
        self.number = self.queue.submit("embed", "a")
        self.desk.claim()
        lock = lanes.take(data_dir, "embed-0")
        assert lock is not None
        self.lock = lock
        self.ended, self.over = threading.Event(), threading.Event()
        self.guard = Guard(self.desk, lock, end=self._end)
        self.progress = JobProgress()
        self.guard.begin(self.number, self.progress)

    @property
    def state(self) -> str:
        """The state of the job."""
        return self.desk.state(self.number)

    def _end(self) -> None:
        self.ended.set()
        self.over.wait(20)  # nothing happens after the end of a process


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    """A guard that is closed at the end."""
    made = Case(tmp_path / "data")
    yield made
    made.over.set()
    made.guard.close()
    made.lock.close()


def test_a_job_that_says_no_word_is_settled_and_the_process_ended(case: Case) -> None:
    """Catches a Stop button that has to wait for the end of a compilation."""
    case.queue.cancel(case.number)
    assert case.ended.wait(2)
    assert case.state == "cancelled"


def test_a_job_that_stops_by_itself_is_left_to_it(case: Case) -> None:
    """Catches a worker that is ended, and loads its network again, at every Stop."""
    case.queue.cancel(case.number)
    until = time.monotonic() + 5
    with pytest.raises(Cancelled):
        while time.monotonic() < until:
            case.progress.advance(1)
    case.guard.settle(lambda: case.desk.finish(case.number, "cancelled"))
    assert not case.ended.wait(1.5)


def test_a_worker_told_to_end_puts_a_silent_job_back(case: Case) -> None:
    """Catches a restart of the server that looks like a crash."""
    case.guard.ending.set()
    assert case.ended.wait(3)
    job = case.queue.get(case.number)
    assert job is not None
    assert (job.state, job.attempts) == ("queued", 0)


def test_the_process_ends_also_where_the_catalogue_is_locked(case: Case, tmp_path: Path) -> None:
    """Catches a server that cannot be stopped while a backup reads its catalogue."""
    path = tmp_path / "data/catalogue.sqlite3"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        case.guard.ending.set()
        assert case.ended.wait(5)
        other.execute("ROLLBACK")


def test_it_gives_signs_of_life_and_says_how_far_the_job_is(case: Case) -> None:
    """Catches a page that shows a busy worker as a dead one, or an old number of frames."""
    case.progress.stage("embedding", 10, "frames")
    case.progress.advance(4, "a.mp4")
    until = time.monotonic() + 5
    while (job := case.queue.get(case.number)) and job.done < 4 and time.monotonic() < until:
        time.sleep(0.05)
    assert job is not None
    assert (job.stage, job.done, job.total, job.detail) == ("embedding", 4, 10, "a.mp4")
    before = job.updated
    while (job := case.queue.get(case.number)) and job.updated == before:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_worker_whose_directory_is_removed_ends_and_does_not_make_it_again(
    case: Case, tmp_path: Path
) -> None:
    """Catches a worker that works on for nobody, beside the one of a new directory."""
    (tmp_path / "data").rename(tmp_path / "gone")
    assert case.ended.wait(3)
    shutil.rmtree(tmp_path / "gone")
    assert list(tmp_path.iterdir()) == []


def test_a_worker_whose_lock_is_removed_ends(case: Case, tmp_path: Path) -> None:
    """Catches two processes that are the same worker."""
    lanes.lock_path(tmp_path / "data", "embed-0").unlink()
    assert case.ended.wait(4)
    assert case.state == "queued"
