"""One piece of work, as the queue knows it."""

from __future__ import annotations

import json
import sqlite3
import time
from dataclasses import dataclass, fields
from typing import Any

from seqsel_core.watching import VideoResult

ACTIVE = ("queued", "running", "cancelling")

JobVideo = VideoResult
"""What became of one video of a job."""


@dataclass(frozen=True)
class Job:
    """One piece of work.

    Attributes:
        id: Its number.
        kind: 'embed', 'umap', 'output' or 'clip'.
        dataset_id: What it works on.
        parameters: What the kind needs, JSON values.
        state: queued, running, cancelling, cancelled, failed or done.
        stage: What it does now.
        detail: At what, for example the names of the videos that are read.
        done: Units of the stage that are done.
        total: Units of the stage in all; 0: unknown.
        unit: What is counted.
        rate: Units per second.
        videos_done: Videos that need no more work, those stored before included.
        videos_total: Videos of the dataset; 0: not known, or no matter of videos.
        message: Why it failed, or what somebody should know of its result.
        result: What it made, JSON values.
        attempts: How often it was begun since it last got on.
        user: Who asked for it; '': anybody.
        lane: Who does it: 'embed' or 'quick'.
        worker: The process that does it, for example 'embed-0'; '' while it waits.
        created: Unix time in seconds.
        updated: Unix time of the last sign of life; of its end, when it has ended.
    """

    id: int
    kind: str
    dataset_id: str
    parameters: dict[str, Any]
    state: str
    stage: str
    detail: str
    done: int
    total: int
    unit: str
    rate: float
    videos_done: int
    videos_total: int
    message: str
    result: dict[str, Any]
    attempts: int
    user: str
    lane: str
    worker: str
    created: float
    updated: float

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return self.state in ACTIVE

    @property
    def seconds_left(self) -> float | None:
        """Seconds that the stage will take, if that can be known."""
        if self.state != "running" or not self.rate or not self.total:
            return None
        return max(0.0, self.total - self.done) / self.rate

    @property
    def seconds_silent(self) -> float:
        """Seconds since its worker gave a sign of life, which it does about once a second.

        For people to read, nothing is decided by it: a clock may be set. 0 where none works.
        """
        return max(0.0, time.time() - self.updated) if self.worker and self.active else 0.0

    @classmethod
    def from_row(cls, row: sqlite3.Row) -> Job:
        """Return the job of a row of the table `jobs`."""
        values = {field.name: row[field.name] for field in fields(cls)}
        values["parameters"] = json.loads(values["parameters"])
        values["result"] = json.loads(values["result"] or "{}")
        return cls(**values)


@dataclass(frozen=True)
class Standing:
    """How far a job is: what its worker writes down about once a second.

    Attributes: As those of `Job`.
    """

    stage: str = ""
    detail: str = ""
    done: int = 0
    total: int = 0
    unit: str = ""
    rate: float = 0.0
    videos_done: int = 0
    videos_total: int = 0


def storable(text: str) -> str:
    """Return text that SQLite takes: bytes of a name that are no UTF-8 become escapes."""
    return text.encode("utf-8", "backslashreplace").decode()
