"""The worker process, run for real on tiny folders of frames."""

import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from seqsel_core.jobs import kinds, lanes, start, worker
from seqsel_core.jobs.desk import Desk
from seqsel_core.jobs.queue import Queue
from seqsel_core.opening import open_dataset
from seqsel_core.store.datasets import Datasets, Source
from seqsel_core.store.shards import ShardStore
from seqsel_core.watching import TurnOver

ROOT = Path(__file__).parents[2]


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
        if job.dataset_id == "b":
            return {"fine": True}
        raise ZeroDivisionError("oops")

    monkeypatch.setitem(kinds.KINDS, "embed", fail)
    queue = Queue(tmp_path)
    first, second = queue.submit("embed", "a"), queue.submit("embed", "b")
    worker.work(tmp_path, idle_seconds=0.1)
    assert queue.get(first).state == "failed"
    assert "ZeroDivisionError" in queue.get(first).message
    assert queue.get(second).result == {"fine": True}


def test_a_second_worker_ends_without_work(tmp_path, monkeypatch):
    """Two workers would embed the same videos at the same time."""
    monkeypatch.setattr(worker, "_LOCK_SECONDS", 0.2)
    monkeypatch.setitem(kinds.KINDS, "umap", lambda *_: {})
    queue = Queue(tmp_path)
    embed, umap = queue.submit("embed", "a"), queue.submit("umap", "a")
    lock = lanes.take(tmp_path, "embed-0")
    worker.work(tmp_path, "embed-0", idle_seconds=0.1)
    assert queue.get(embed).state == "queued"
    worker.work(tmp_path, "quick", idle_seconds=0.1)
    assert queue.get(umap).state == "done"
    lock.close()


def test_a_worker_waits_for_a_lock_that_is_held_for_a_moment(tmp_path, monkeypatch):
    """A server that looks whether a worker lives holds the lock: the new worker would give up."""
    monkeypatch.setitem(kinds.KINDS, "embed", lambda *_: {})
    queue = Queue(tmp_path)
    job = queue.submit("embed", "a")
    lock = lanes.take(tmp_path, "embed-0")
    threading.Timer(0.3, lock.close).start()
    worker.work(tmp_path, idle_seconds=0.1)
    assert queue.get(job).state == "done"


def test_jobs_of_workers_that_are_started_no_more_go_on(tmp_path, monkeypatch):
    """After a GPU was taken out, the job that ran on it would say 'running' for ever."""
    monkeypatch.setitem(kinds.KINDS, "embed", lambda *_: {})
    monkeypatch.setenv("SEQSEL_WORKERS", "1")
    queue = Queue(tmp_path)
    gone, lives = queue.submit("embed", "a"), queue.submit("embed", "b")
    Desk(tmp_path, "embed-1").claim()
    Desk(tmp_path, "embed-2").claim()
    lock = lanes.take(tmp_path, "embed-2")
    worker.work(tmp_path, "embed-0", idle_seconds=0.1)
    assert [queue.get(job).state for job in (gone, lives)] == ["done", "running"]
    lock.close()


def test_a_job_gives_way_and_comes_back(tmp_path, monkeypatch):
    """The second dataset would wait until all of the first is embedded."""
    began = []

    def embed(job, progress, data_dir):
        began.append(job.dataset_id)
        if began.count(job.dataset_id) < 2:
            raise TurnOver
        return {}

    monkeypatch.setitem(kinds.KINDS, "embed", embed)
    queue = Queue(tmp_path)
    jobs = [queue.submit("embed", name) for name in "ab"]
    worker.work(tmp_path, idle_seconds=0.1)
    assert began == ["a", "b", "a", "b"]
    assert [queue.get(job).state for job in jobs] == ["done", "done"]


def test_a_missing_folder_is_one_sentence(tmp_path):
    """The page would show a traceback, or wait for ever."""
    record = Datasets(tmp_path).create(
        "x",
        [Source(tmp_path / "nowhere", "folder")],
        encoder="efficientnet-lite0",
        frame_order="natural",
    )
    queue = Queue(tmp_path)
    job = queue.submit("embed", record.id)
    worker.work(tmp_path, idle_seconds=0.1)
    assert queue.get(job).state == "failed"
    assert "does not exist" in queue.get(job).message


@pytest.mark.slow
def test_a_killed_worker_is_replaced_and_the_job_goes_on(tmp_path, frames, monkeypatch):
    """After kill -9 the job would hang, or begin from nothing without being asked."""
    monkeypatch.setenv("SEQSEL_INPUT_ROOTS", str(tmp_path))
    data_dir = tmp_path / "data"
    record = Datasets(data_dir).create(
        "x",
        [Source(frames, "folder")],
        encoder="efficientnet-lite0",
        frame_order="alphabetical",
    )
    queue = Queue(data_dir)
    job = queue.submit("embed", record.id)
    start.ensure_worker(data_dir)
    _wait(lambda: queue.get(job).state == "running")
    child = start._children[data_dir, "embed-0"].process
    child.kill()
    child.wait()

    def ended() -> bool:
        start.ensure_worker(data_dir)  # as the keeper does: not at once after a fault
        return not queue.get(job).active

    _wait(ended)
    assert queue.get(job).state == "done", queue.get(job).message
    assert queue.get(job).result["frames"] == 12
    assert Datasets(data_dir).listing(record.id).found.videos[0].name == "clip"
    start.ensure_worker(data_dir)  # for the UMAP map
    _wait(lambda: queue.latest("umap", record.id).state == "running")
    for child in start._children.values():
        child.process.terminate()
        assert child.process.wait(20) == 0  # also in the midst of compiling
    assert queue.latest("umap", record.id).state == "queued"


# The worker, with a network that takes no time, and a decoder that one video kills.
_FRAGILE_WORKER = """
import importlib, os, signal, sys
from pathlib import Path
import numpy as np
from seqsel_core.jobs import kinds, worker
from seqsel_core.video import isolated
from seqsel_core.video.frame_folder import FrameFolderDecoder

# Where no process of its own saves the worker: the second line of defence.
isolated.IsolatedDecoder = lambda name, threads: FrameFolderDecoder()

class Encoder:
    def embed(self, pictures):
        return np.ones((len(pictures), 4), np.float32) / 2

read = FrameFolderDecoder.frames

def frames(self, video, size, result):
    for frame in read(self, video, size, result):
        if video.name == "clip" and frame.index == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        yield frame

FrameFolderDecoder.frames = frames
encoders = importlib.import_module("seqsel_core.embed.encoders")
encoders.load_encoder = lambda spec, device: Encoder()
kinds._map = lambda *arguments: None
kinds.KINDS["umap"] = lambda *arguments: {}
worker.work(Path(sys.argv[1]), idle_seconds=0.1)
"""


@pytest.mark.slow
def test_a_video_that_kills_the_worker_costs_only_itself(tmp_path, frames):
    """One such video would fail the job for ever, with all the videos after it not embedded."""
    for name, count in (("before", 5), ("then", 7)):
        shutil.copytree(frames / "clip", frames / name)
        for index in range(count, 12):
            (frames / name / f"{index:03d}.png").unlink()
    data_dir = tmp_path / "data"
    record = Datasets(data_dir).create(
        "x",
        [Source(frames, "folder")],
        encoder="efficientnet-lite0",
        frame_order="alphabetical",
    )
    queue = Queue(data_dir)
    job = queue.submit("embed", record.id)
    ends = []
    while queue.get(job).active and len(ends) < 5:
        words = [sys.executable, "-c", _FRAGILE_WORKER, str(data_dir)]
        ends.append(subprocess.run(words, cwd=ROOT, timeout=120, check=False).returncode)
    assert ends == [-signal.SIGKILL, -signal.SIGKILL, 0]
    assert queue.get(job).state == "done"
    dataset = open_dataset(ShardStore(data_dir), record, Datasets(data_dir).listing(record.id))
    assert {item.video.name: len(item.frames) for item in dataset.videos} == {
        "before": 5,
        "then": 7,
    }
    assert [(item.video.name, item.reason) for item in dataset.unreadable] == [
        ("clip", "the worker process died twice while reading it")
    ]


@pytest.mark.slow
def test_a_worker_that_is_told_to_end_puts_its_job_back(tmp_path):
    """Two restarts of the machine would look like two crashes at the same job."""
    queue = Queue(tmp_path)
    job = queue.submit("embed", "a")
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from seqsel_core.jobs import kinds, worker\n"
        "kinds.KINDS['embed'] = lambda *_: time.sleep(60)\n"
        "sys.exit(worker.main(Path(sys.argv[1])))\n"
    )
    child = subprocess.Popen([sys.executable, "-c", program, tmp_path], cwd=ROOT)
    _wait(lambda: queue.get(job).state == "running")
    child.terminate()
    assert child.wait(20) == 0
    assert (queue.get(job).state, queue.get(job).attempts) == ("queued", 0)


def _wait(condition, seconds=240):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.05)
