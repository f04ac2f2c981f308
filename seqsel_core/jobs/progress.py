"""How far a job is: kept in memory, where the guard of the worker looks about once a second.

So a job never waits for the catalogue to say how far it is, and goes on while that is locked.
"""

from __future__ import annotations

import threading
import time
from collections import deque

from seqsel_core.jobs.job import Standing

_WINDOW = 20.0  # seconds over which the rate is measured
_SHOWN = 3  # names


class Cancelled(KeyboardInterrupt):
    """The job was asked to stop."""


class Ending(SystemExit):
    """The worker was told to end; the next one goes on with the job."""


class JobProgress:
    """Implements `seqsel_core.progress.Progress` for a job."""

    def __init__(self) -> None:
        """Begin with nothing done."""
        self._lock = threading.Lock()
        self._stop: Cancelled | Ending | None = None
        self._stage = self._detail = self._unit = ""
        self._done = self._total = self._before = 0
        self._videos_done = self._videos_total = 0
        self._reading: list[str] = []
        self._history: deque[tuple[float, int]] = deque([(time.monotonic(), 0)])

    def stage(self, name: str, total: int, unit: str) -> None:
        """See `Progress`.

        Raises:
            Cancelled: The job was asked to stop.
            Ending: The worker was told to end.
        """
        with self._lock:
            self._stage, self._total, self._unit = name, total, unit
            self._done, self._detail = 0, ""
            self._history = deque([(time.monotonic(), 0)])
        self._check()

    def total(self, total: int) -> None:
        """See `Progress`."""
        with self._lock:
            self._total = total

    def advance(self, count: int, detail: str = "") -> None:
        """See `Progress`.

        Raises:
            Cancelled: The job was asked to stop.
            Ending: The worker was told to end.
        """
        with self._lock:
            self._done += count
            self._detail = detail or self._detail
            self._history.append((time.monotonic(), self._done))
            while len(self._history) > 2 and self._history[0][0] < time.monotonic() - _WINDOW:
                self._history.popleft()
        self._check()

    def note(self, text: str) -> None:
        """See `Progress`: the report of the run holds what is said here."""

    def begin_video(self, name: str) -> None:
        """Note that a video is read now."""
        with self._lock:
            self._reading.append(name)

    def end_video(self, name: str) -> None:
        """Note that a video is read no more."""
        with self._lock:
            if name in self._reading:
                self._reading.remove(name)

    def videos(self, done: int, total: int) -> None:
        """Note how many videos need no more work, of how many."""
        with self._lock:
            self._videos_done, self._videos_total = done, total

    def before(self, frames: int) -> None:
        """Note frames that earlier turns of this job embedded: they count as done."""
        with self._lock:
            self._before += frames

    def stop(self, reason: Cancelled | Ending) -> None:
        """Let the job end with this at its next word; the first reason counts."""
        with self._lock:
            self._stop = self._stop or reason

    @property
    def stopping(self) -> Cancelled | Ending | None:
        """What the job is to end with, if it is to end."""
        return self._stop

    def standing(self) -> Standing:
        """Return how far the job is at this moment."""
        with self._lock:
            before = self._before if self._unit == "frames" else 0
            total = max(self._total, self._done) if self._total else 0
            return Standing(
                stage=self._stage,
                detail=_names(self._reading) or self._detail,
                done=self._done + before,
                total=total + before if total else 0,
                unit=self._unit,
                rate=self._rate(),
                videos_done=self._videos_done,
                videos_total=self._videos_total,
            )

    def _rate(self) -> float:
        """Return units per second; a stage that hangs slows down, instead of staying as it was."""
        (first, before), (_, after) = self._history[0], self._history[-1]
        elapsed = max(self._history[-1][0], time.monotonic() - _WINDOW) - first
        return (after - before) / elapsed if elapsed > 0 else 0.0

    def _check(self) -> None:
        if self._stop:
            raise self._stop


def _names(names: list[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown
