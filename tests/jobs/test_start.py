"""Workers are started when there is work."""

import itertools
import subprocess
import time
from pathlib import Path

import pytest

from seqsel_core.jobs import lanes, start
from seqsel_core.jobs.desk import Desk
from seqsel_core.jobs.queue import Queue


class Process:
    """Stands in for a process."""

    def __init__(self, words, **options):
        """Begin to live."""
        self.worker = words[-1]
        self.returncode = None

    def poll(self):
        """Return the exit code."""
        return self.returncode


@pytest.fixture
def started(monkeypatch):
    """The processes that would be started."""
    started = []

    def popen(words, **options):
        started.append(Process(words))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", popen)
    monkeypatch.setattr(start, "_children", {})
    monkeypatch.setattr(start.lanes, "workers", lambda: {"embed-0": "embed", "quick": "quick"})
    return started


def test_only_who_has_work_is_started_and_once(started, tmp_path: Path):
    """Torch would be loaded for a clip, or ten workers be started while the first one loads."""
    queue = Queue(tmp_path)
    start.ensure_worker(tmp_path)
    assert started == []
    queue.submit("clip", "a")
    for _ in range(3):
        start.ensure_worker(tmp_path)
    assert [process.worker for process in started] == ["quick"]
    queue.submit("embed", "a")
    start.ensure_worker(tmp_path)
    assert [process.worker for process in started] == ["quick", "embed-0"]


def test_a_worker_that_lives_is_not_started_again(started, tmp_path: Path):
    """Each server on the data directory would start its own."""
    Queue(tmp_path).submit("clip", "a")
    lock = lanes.take(tmp_path, "quick")
    start.ensure_worker(tmp_path)
    assert started == []
    lock.close()


def test_a_job_whose_worker_died_has_it_started_again(started, tmp_path: Path):
    """Nobody waits in the queue, so nobody would see to the job that says 'running'."""
    Queue(tmp_path).submit("embed", "a")
    Desk(tmp_path, "embed-7").claim()  # of a machine with eight devices
    start.ensure_worker(tmp_path)
    assert [process.worker for process in started] == ["embed-0"]


def test_a_worker_that_cannot_start_is_tried_less_and_less(started, tmp_path: Path, monkeypatch):
    """A broken installation would start a process every second, for days."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    Queue(tmp_path).submit("clip", "a")
    times = []
    for _ in range(320):
        before = len(started)
        start.ensure_worker(tmp_path)
        if len(started) > before:
            times.append(now[0])
            started[-1].returncode = 1
        now[0] += 1
    pauses = [b - a for a, b in itertools.pairwise(times)]
    assert pauses[:3] == [1, 3, 7]
    assert set(pauses[5:]) == {60}
    started[-1].returncode = 0
    start.ensure_worker(tmp_path)
    assert times[-1] < now[0]
    assert len(started) == len(times) + 1


def test_a_log_does_not_grow_for_ever(started, tmp_path: Path, monkeypatch):
    """The disk would be full of what workers said in a year."""
    monkeypatch.setattr(start, "_MOST_LOG", 10)
    Queue(tmp_path).submit("clip", "a")
    (tmp_path / "worker.log").write_text("x" * 11)
    start.ensure_worker(tmp_path)
    assert (tmp_path / "worker.log").read_text() == ""
    assert (tmp_path / "worker.log.1").read_text() == "x" * 11
