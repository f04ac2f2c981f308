"""The worker process, run for real on tiny folders of frames."""

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from seqsel_core.jobs import kinds, start, worker
from seqsel_core.jobs.queue import Queue
from seqsel_core.store.datasets import Datasets


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    """A folder with twelve small frames."""
    folder = tmp_path / "in" / "clip"
    folder.mkdir(parents=True)
    for index in range(12):
        picture = np.random.default_rng(index).integers(0, 255, (40, 60, 3), np.uint8)
        Image.fromarray(picture).save(folder / f"{index:03d}.png")
    return folder.parent


def test_what_a_job_raises_becomes_its_message(tmp_path, monkeypatch):
    """An exception would end the worker, and the jobs behind it would wait for ever."""

    def fail(job, progress, data_dir):
        raise ZeroDivisionError("oops")

    monkeypatch.setitem(kinds.KINDS, "embed", fail)
    monkeypatch.setitem(kinds.KINDS, "umap", lambda *_: {"fine": True})
    queue = Queue(tmp_path)
    first, second = queue.submit("embed", "a"), queue.submit("umap", "a")
    worker.work(tmp_path, idle_seconds=0.1)
    assert queue.get(first).state == "failed"
    assert "ZeroDivisionError" in queue.get(first).message
    assert queue.get(second).result == {"fine": True}


def test_a_second_worker_ends_at_once(tmp_path, monkeypatch):
    """Two workers would embed the same videos at the same time."""
    queue = Queue(tmp_path)
    job = queue.submit("embed", "a")
    lock = start.worker_lock(tmp_path)
    worker.work(tmp_path, idle_seconds=0.1)
    assert queue.get(job).state == "queued"
    lock.close()


def test_a_missing_folder_is_one_sentence(tmp_path):
    """The page would show a traceback, or wait for ever."""
    record = Datasets(tmp_path).create(
        "x", tmp_path / "nowhere", "folder", encoder="efficientnet-lite0", frame_order="natural"
    )
    queue = Queue(tmp_path)
    job = queue.submit("embed", record.id)
    worker.work(tmp_path, idle_seconds=0.1)
    assert queue.get(job).state == "failed"
    assert "does not exist" in queue.get(job).message


@pytest.mark.slow
def test_a_killed_worker_is_replaced_and_the_job_goes_on(tmp_path, frames):
    """After kill -9 the job would hang, or begin from nothing without being asked."""
    data_dir = tmp_path / "data"
    record = Datasets(data_dir).create(
        "x", frames, "folder", encoder="efficientnet-lite0", frame_order="alphabetical"
    )
    queue = Queue(data_dir)
    job = queue.submit("embed", record.id)
    start.ensure_worker(data_dir)
    _wait(lambda: queue.get(job).state == "running")
    os.kill(start._children[-1].pid, signal.SIGKILL)
    start._children[-1].wait()
    start.ensure_worker(data_dir)
    _wait(lambda: queue.get(job).state == "done", seconds=120)
    assert queue.get(job).result["frames"] == 12
    assert Datasets(data_dir).listing(record.id).found.videos[0].name == "clip"
    start._children[-1].terminate()
    start._children[-1].wait(10)


def _wait(condition, seconds=60):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.05)
