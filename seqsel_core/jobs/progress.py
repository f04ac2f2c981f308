"""Progress that is written to the queue, at most twice a second."""

from __future__ import annotations

import time
from collections import deque

from seqsel_core.jobs.queue import Queue

_INTERVAL = 0.5  # seconds between reports
_WINDOW = 20.0  # seconds over which the rate is measured


class Cancelled(KeyboardInterrupt):
    """The job was asked to stop."""


class JobProgress:
    """Implements `seqsel_core.progress.Progress` for a job."""

    def __init__(self, queue: Queue, job_id: int) -> None:
        """Report on one job."""
        self._queue = queue
        self._job_id = job_id
        self._stage = self._detail = self._unit = ""
        self._done = self._total = 0
        self._reported = 0.0
        self._history: deque[tuple[float, int]] = deque()

    def stage(self, name: str, total: int, unit: str) -> None:
        """See `Progress`."""
        self._stage, self._total, self._unit = name, total, unit
        self._done, self._detail = 0, ""
        self._history = deque([(time.monotonic(), 0)])
        self._report()

    def total(self, total: int) -> None:
        """See `Progress`."""
        self._total = total

    def advance(self, count: int, detail: str = "") -> None:
        """See `Progress`.

        Raises:
            Cancelled: The job was asked to stop.
        """
        self._done += count
        self._detail = detail or self._detail
        now = time.monotonic()
        self._history.append((now, self._done))
        while len(self._history) > 2 and self._history[0][0] < now - _WINDOW:
            self._history.popleft()
        if now - self._reported >= _INTERVAL:
            self._report()

    def note(self, text: str) -> None:
        """See `Progress`: the report of the run holds what is said here."""

    def _report(self) -> None:
        self._reported = time.monotonic()
        (first, before), (last, after) = self._history[0], self._history[-1]
        rate = (after - before) / (last - first) if last > first else 0.0
        total = max(self._total, self._done) if self._total else 0
        if not self._queue.report(
            self._job_id, self._stage, self._detail, self._done, total, self._unit, rate
        ):
            raise Cancelled
