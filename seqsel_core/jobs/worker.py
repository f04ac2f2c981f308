"""The worker process: `python -m seqsel_core.jobs.worker DATA_DIR`.

One per data directory (a lock on `worker.lock` sees to that), started by the app when there
is work, ended by itself when there has been none for a while. It decodes, embeds, fits UMAP
and writes output folders, so that the web process does none of that.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import IO

from seqsel_core.errors import SeqselError
from seqsel_core.jobs.kinds import KINDS
from seqsel_core.jobs.progress import Cancelled, JobProgress
from seqsel_core.jobs.queue import Job, Queue
from seqsel_core.jobs.start import worker_lock

_IDLE_SECONDS = 120.0
_POLL_SECONDS = 0.3
_LOCK_SECONDS = 2.0  # a look at the lock, and the last moments of a worker that ends, take less

_log = logging.getLogger("seqsel")


def work(data_dir: Path, idle_seconds: float = _IDLE_SECONDS) -> None:
    """Do jobs until there have been none for a while; nothing if another worker lives."""
    lock = _lock(data_dir)
    if lock is None:
        return
    with lock:
        queue = Queue(data_dir)
        queue.adopt_orphans()
        idle_since = time.monotonic()
        while time.monotonic() - idle_since < idle_seconds:
            job = queue.claim()
            if job is None:
                time.sleep(_POLL_SECONDS)
                continue
            _do(job, queue, data_dir)
            idle_since = time.monotonic()


def _lock(data_dir: Path) -> IO[str] | None:
    """Return the lock, or None where another worker keeps it."""
    until = time.monotonic() + _LOCK_SECONDS
    while (lock := worker_lock(data_dir)) is None and time.monotonic() < until:
        time.sleep(0.1)
    return lock


def _do(job: Job, queue: Queue, data_dir: Path) -> None:
    _log.info("job %d: %s begins", job.id, job.kind)
    try:
        result = KINDS[job.kind](job, JobProgress(queue, job.id), data_dir)
    except Cancelled:
        queue.finish(job.id, "cancelled")
    except SystemExit:  # the next worker goes on with it
        queue.release(job.id)
        raise
    except SeqselError as error:
        queue.finish(job.id, "failed", str(error))
    except MemoryError:
        queue.finish(job.id, "failed", "The machine has too little memory for this.")
    except Exception as error:
        _log.exception("job %d failed", job.id)
        queue.finish(
            job.id, "failed", f"Unexpected {type(error).__name__}: {error}. See worker.log."
        )
    else:
        queue.finish(job.id, "done", result=result)
    _log.info("job %d: ended", job.id)


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    os.nice(5)  # the web process stays quick while this one is busy
    work(Path(sys.argv[1]))
