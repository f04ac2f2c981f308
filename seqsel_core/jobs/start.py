"""Start worker processes when there is work and they do not live; see to it for ever."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from seqsel_core.errors import StoreError
from seqsel_core.jobs import lanes
from seqsel_core.jobs.queue import Queue
from seqsel_core.store.catalogue import Catalogue

_EVERY = 3.0  # seconds between two looks of the keeper
_LONGEST_PAUSE = 60.0  # seconds between two starts of a worker that ends in a fault at once
_MOST_LOG = 10 << 20  # bytes

_log = logging.getLogger("seqsel")


@dataclass
class _Child:
    """A worker that this process started, and how often in a row it ended in a fault before."""

    process: subprocess.Popen[bytes]
    started: float
    failures: int


_children: dict[tuple[Path, str], _Child] = {}
_starting = threading.Lock()


def ensure_worker(data_dir: Path) -> None:
    """Start the workers that have work and do not live; to be called again and again.

    Several processes may do so at the same time: a worker that finds its lock taken ends.

    Raises:
        StoreError: The catalogue cannot be read.
        OSError: The data directory cannot be written.
    """
    with _starting:
        for child in _children.values():
            child.process.poll()  # reaps the ended
        wanted = Queue(data_dir).lanes_with_work()
        workers = lanes.workers()
        for worker, lane in workers.items():
            names = wanted.get(lane, set())
            gone = names - set(workers)  # '' too: a job that waits
            if (gone or worker in names) and not lanes.lives(data_dir, worker):
                _start(data_dir, worker)


def keep_workers(data_dir: Path) -> threading.Thread:
    """Call `ensure_worker` every few seconds, in a thread that ends with this process.

    So work goes on after a crash, or when the server is started again, with no browser open.
    """
    thread = threading.Thread(target=_keep, args=(data_dir,), name="keep workers", daemon=True)
    thread.start()
    return thread


def _keep(data_dir: Path) -> None:
    said = ""
    while True:
        try:
            with Catalogue(data_dir).hold():
                while (data_dir / "catalogue.sqlite3").exists():
                    ensure_worker(data_dir)
                    said = ""
                    time.sleep(_EVERY)
        except (StoreError, OSError) as error:
            if str(error) != said:  # once, not every few seconds
                said = str(error)
                _log.warning("No worker can be started: %s", error)
        time.sleep(_EVERY)


def _start(data_dir: Path, worker: str) -> None:
    """Start a worker, later and later where it ends at once again and again."""
    before = _children.get((data_dir, worker))
    failures = 0
    if before:
        if before.process.poll() is None:  # it has no lock yet
            return
        failures = before.failures + 1 if before.process.returncode else 0
        if time.monotonic() - before.started < min(_LONGEST_PAUSE, 2.0**failures - 1):
            return
    log = data_dir / "worker.log"
    if log.exists() and log.stat().st_size > _MOST_LOG:
        log.replace(data_dir / "worker.log.1")
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "seqsel_core.jobs.worker", str(data_dir), worker],
            cwd=Path(__file__).parents[2],
            env=lanes.environment(worker),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,  # outlives the server and its Ctrl-C
        )
    _children[data_dir, worker] = _Child(process, time.monotonic(), failures)
