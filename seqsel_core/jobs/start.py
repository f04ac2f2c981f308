"""Start the worker process when there is work and none lives."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path
from typing import IO

from seqsel_core.jobs.queue import Queue

_children: list[subprocess.Popen[bytes]] = []


def ensure_worker(data_dir: Path) -> None:
    """Start a worker process unless one lives."""
    _children[:] = [child for child in _children if child.poll() is None]  # reaps the ended
    if Queue(data_dir).waiting() and not _worker_lives(data_dir):
        with (data_dir / "worker.log").open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "seqsel_core.jobs.worker", str(data_dir)],
                cwd=Path(__file__).parents[2],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # outlives the server and its Ctrl-C
            )
        _children.append(child)


def worker_lock(data_dir: Path) -> IO[str] | None:
    """Return the locked lock file, or None where another process holds it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    file = (data_dir / "worker.lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def _worker_lives(data_dir: Path) -> bool:
    lock = worker_lock(data_dir)
    if lock is None:
        return True
    lock.close()
    return False
