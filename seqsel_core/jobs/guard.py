"""The thread beside a worker's job: gives signs of life, and sees to it that an end is an end.

The main thread of a worker may compile, write or wait for minutes without a word. This thread
asks about four times a second whether the job is to stop, and tells it; where the job does not
stop by itself within a second, the thread settles it in the catalogue and ends the whole process,
with all that decode for it. What is stored is whole at every moment, so nothing is lost by that.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from seqsel_core.errors import StoreError
from seqsel_core.jobs.desk import Desk
from seqsel_core.jobs.lanes import still_there
from seqsel_core.jobs.progress import Cancelled, Ending, JobProgress
from seqsel_core.video.isolated import kill_all

_LOOK_SECONDS = 0.25
_BEAT_SECONDS = 1.0
_GRACE_SECONDS = 1.0  # for a job to end by itself
_SETTLE_SECONDS = 0.5  # for the catalogue to take the end of a job, when it does not

_log = logging.getLogger("seqsel")


def end_process() -> None:
    """End this process at once, and those that decode for it."""
    logging.shutdown()
    kill_all()
    os._exit(0)


class Guard:
    """Watches over the jobs of one worker."""

    def __init__(self, desk: Desk, lock: IO[str], end: Callable[[], None] = end_process) -> None:
        """Watch for a worker.

        Args:
            desk: Where its jobs come from.
            lock: Its lock; the worker ends where its file is removed, as with the whole data
                directory: others could become this worker too.
            end: Ends the process.
        """
        self.ending = threading.Event()
        """Whether the worker was told to end."""
        self._desk = desk
        self._lock = lock
        self._end = end
        self._settling = threading.Lock()  # held by who writes the end of the job
        self._job: tuple[int, JobProgress] | None = None
        self._asked = 0.0  # when the job was first told to stop
        self._beaten = 0.0
        self._signals, self._wake = socket.socketpair()
        self._signals.setblocking(False)
        self._wake.setblocking(False)
        self._closed = self._listens = False
        self._thread = threading.Thread(target=self._watch, name="guard", daemon=True)
        self._thread.start()

    def listen(self) -> None:
        """Take SIGTERM as the wish to end; only from the main thread.

        Python would run a handler when the main thread comes to its next line, which a library
        may keep from it; the number of the signal gets to this thread at once.
        """
        self._listens = True
        signal.signal(signal.SIGTERM, lambda number, frame: None)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)

    def begin(self, job_id: int, progress: JobProgress) -> None:
        """Watch over a job from now on."""
        with self._settling:
            self._job, self._asked = (job_id, progress), 0.0

    def settle(self, write: Callable[[], None]) -> None:
        """Write down the end of the job, unless this thread does so and ends the process."""
        with self._settling:
            self._job = None
            write()

    def close(self) -> None:
        """Watch no more."""
        self._closed = True
        if self._listens:
            signal.set_wakeup_fd(-1)
        self._wake.send(b"\0")
        self._thread.join()
        self._signals.close()
        self._wake.close()

    def _watch(self) -> None:
        while not self._closed:
            told, _, _ = select.select([self._signals], [], [], _LOOK_SECONDS)
            if told and signal.SIGTERM in self._signals.recv(64):
                self.ending.set()
            try:
                self._look_at_lock()
                if job := self._job:
                    self._look(*job)
            except Exception:  # without this thread nobody could stop the job
                _log.exception("the guard goes on")

    def _look_at_lock(self) -> None:
        if self.ending.is_set() or still_there(self._lock):
            return
        _log.error("%s was removed: the worker ends", self._lock.name)
        if not Path(self._lock.name).parent.exists():
            self._end()  # there is nothing any more that could be written to
        self.ending.set()

    def _look(self, job_id: int, progress: JobProgress) -> None:
        try:
            state = self._desk.state(job_id)
        except StoreError:  # locked for long, or full: it is asked again
            state = "running"
        if state != "running":
            progress.stop(Cancelled())
        elif self.ending.is_set():
            progress.stop(Ending(0))
        now = time.monotonic()
        if progress.stopping:
            self._asked = self._asked or now
            if now - self._asked > _GRACE_SECONDS:
                self._end_hard(job_id, progress)
        if now - self._beaten > _BEAT_SECONDS:
            self._beaten = now
            try:
                self._desk.report(job_id, progress.standing())
            except StoreError as error:
                _log.warning("job %d: %s", job_id, error)

    def _end_hard(self, job_id: int, progress: JobProgress) -> None:
        with self._settling:
            if self._job is None:
                return  # it ended at this moment
            _log.info("job %d does not stop: the worker ends", job_id)
            kind = progress.stopping
            writer = threading.Thread(target=self._write, args=(job_id, kind), daemon=True)
            writer.start()
            writer.join(_SETTLE_SECONDS)  # where the catalogue is locked, the next worker does it
            self._end()

    def _write(self, job_id: int, kind: Cancelled | Ending | None) -> None:
        try:
            if isinstance(kind, Cancelled):
                self._desk.finish(job_id, "cancelled")
            else:
                self._desk.release(job_id)
        except StoreError as error:
            _log.warning("job %d: %s", job_id, error)
