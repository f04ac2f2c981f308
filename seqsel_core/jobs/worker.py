"""A worker process: `python -m seqsel_core.jobs.worker DATA_DIR [NAME]`.

One per lane (see `lanes.py`), started by the app when there is work, ended by itself when there
has been none for a while. Workers decode, embed, fit UMAP and write output folders, so that the
web process does none of that.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from seqsel_core.errors import SeqselError, StoreError
from seqsel_core.jobs import lanes
from seqsel_core.jobs.desk import Desk
from seqsel_core.jobs.guard import Guard
from seqsel_core.jobs.job import Job
from seqsel_core.jobs.kinds import KINDS
from seqsel_core.jobs.priority import be_nice
from seqsel_core.jobs.progress import Cancelled, Ending, JobProgress
from seqsel_core.video.roots import confine
from seqsel_core.watching import TurnOver

_IDLE_SECONDS = 120.0
_POLL_SECONDS = 0.3
_LOCK_SECONDS = 2.0  # a look at the lock, and the last moments of a worker that ends, take less
_SETTLE_SECONDS = 60.0  # for a full disk to be emptied, or a locked catalogue to be free
_NICE = {lanes.EMBED: 10, lanes.QUICK: 5}  # the web process stays quick while these are busy

_log = logging.getLogger("seqsel")


def work(
    data_dir: Path,
    worker: str = "embed-0",
    idle_seconds: float = _IDLE_SECONDS,
    *,
    listen: bool = False,
) -> None:
    """Do the jobs of a lane until there have been none for a while.

    Does nothing where another process is this worker.

    Args:
        data_dir: Where the jobs are.
        worker: Name; see `lanes.workers`.
        idle_seconds: How long to wait for work.
        listen: Whether SIGTERM ends it; only in the main thread.

    Raises:
        StoreError: The catalogue cannot be used.
        OSError: The lock file cannot be made.
    """
    lock = _lock(data_dir, worker)
    if lock is None:
        return
    desk = Desk(data_dir, worker)
    with lock, desk.hold():
        lanes.reserve(lock)
        guard = Guard(desk, lock)
        try:
            if listen:
                guard.listen()
            _adopt(desk, data_dir)
            idle_since = time.monotonic()
            while time.monotonic() - idle_since < idle_seconds and not guard.ending.is_set():
                job = desk.claim()
                if job is None:
                    guard.ending.wait(_POLL_SECONDS)
                    continue
                _do(job, desk, guard, lock, data_dir)
                idle_since = time.monotonic()
        finally:
            guard.close()


def _lock(data_dir: Path, worker: str) -> IO[str] | None:
    """Return the lock, or None where another process keeps it."""
    until = time.monotonic() + _LOCK_SECONDS
    while (lock := lanes.take(data_dir, worker)) is None and time.monotonic() < until:
        time.sleep(0.1)
    return lock


def _adopt(desk: Desk, data_dir: Path) -> None:
    """Settle the jobs of dead workers: its own, and those of workers that are started no more."""
    mine = lanes.lane(desk.worker)
    gone = {name for name in desk.workers() if lanes.lane(name) == mine} - set(lanes.workers())
    dead = {name for name in gone if not lanes.lives(data_dir, name)}
    desk.adopt({desk.worker, *dead})


def _do(job: Job, desk: Desk, guard: Guard, lock: IO[str], data_dir: Path) -> None:
    _log.info("job %d: %s begins", job.id, job.kind)
    progress = JobProgress()
    guard.begin(job.id, progress)
    state, message, result = "failed", "", None
    try:
        result = KINDS[job.kind](job, progress, data_dir)
        state, message = "done", str(result.get("message", ""))
    except Cancelled:
        state = "cancelled"
    except Ending:
        state = "released"
    except TurnOver:
        state = "gives way"
    except SeqselError as error:
        message = str(error)
    except MemoryError:
        message = "The machine has too little memory for this."
    except Exception as error:
        _log.exception("job %d failed", job.id)
        message = f"Unexpected {type(error).__name__}: {error}. See worker.log."
    _log.info("job %d: %s %s", job.id, state, message)

    def write() -> None:
        desk.report(job.id, progress.standing())
        if state == "released":
            desk.release(job.id)
        elif state == "gives way":
            desk.give_way(job.id)
        else:
            desk.finish(job.id, state, message, result)

    guard.settle(lambda: _insist(write, guard, lock))
    lanes.reserve(lock)


def _insist(write: Callable[[], None], guard: Guard, lock: IO[str]) -> None:
    """Write to the catalogue; where that fails, give it the reserve of space, and try for a while.

    Raises:
        StoreError: It failed for long. The next worker finds the job as this one left it.
    """
    until = time.monotonic() + _SETTLE_SECONDS
    while True:
        try:
            write()
        except StoreError as error:
            _log.warning("%s", error)
            lanes.give_up_reserve(lock)
            if time.monotonic() > until or guard.ending.wait(1):
                raise
        else:
            return


def main(data_dir: Path, worker: str = "embed-0") -> int:
    """Be a worker process until there is no work for a while; return the exit code."""
    logging.basicConfig(
        level=logging.INFO,
        format=f"%(asctime)s {worker} %(levelname)s %(message)s",
        stream=sys.stderr,
    )
    be_nice(_NICE[lanes.lane(worker)])
    confine(data_dir)
    try:
        work(data_dir, worker, _IDLE_SECONDS, listen=True)
    except (StoreError, OSError) as error:
        _log.error("the worker ends: %s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:3]))
