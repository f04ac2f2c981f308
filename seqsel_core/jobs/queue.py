"""The queue of jobs, in the catalogue: who works on what, and how far it is."""

from __future__ import annotations

import json
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqsel_core.jobs.suspects import blame, forget
from seqsel_core.store.catalogue import Catalogue

ACTIVE = ("queued", "running", "cancelling")
_MOST_ATTEMPTS = 2


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
        detail: At what, for example the name of a video.
        done: Units of the stage that are done.
        total: Units of the stage in all; 0: unknown.
        unit: What is counted.
        rate: Units per second.
        message: Why it failed.
        result: What it made, JSON values.
        attempts: How often it was begun.
        created: Unix time in seconds.
        updated: Unix time of the last sign of life.
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
    message: str
    result: dict[str, Any]
    attempts: int
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


class Queue:
    """The jobs of one data directory."""

    def __init__(self, data_dir: Path) -> None:
        """Use the catalogue of a data directory."""
        self._catalogue = Catalogue(data_dir)

    def submit(self, kind: str, dataset_id: str, parameters: dict[str, Any] | None = None) -> int:
        """Add a job and return its number; an equal one that is still active is returned."""
        text = json.dumps(parameters or {}, sort_keys=True)
        now = time.time()
        with self._catalogue.connect() as connection:
            connection.execute("BEGIN IMMEDIATE")
            row = connection.execute(
                "SELECT id FROM jobs WHERE kind = ? AND dataset_id = ? AND parameters = ? "
                "AND state IN ('queued', 'running')",
                (kind, dataset_id, text),
            ).fetchone()
            if row:
                return int(row["id"])
            cursor = connection.execute(
                "INSERT INTO jobs (kind, dataset_id, parameters, state, created, updated) "
                "VALUES (?, ?, ?, 'queued', ?, ?)",
                (kind, dataset_id, text, now, now),
            )
            return int(cursor.lastrowid or 0)

    def claim(self) -> Job | None:
        """Take the oldest queued job and mark it running."""
        with self._catalogue.connect() as connection:
            connection.execute("BEGIN IMMEDIATE")
            row = connection.execute(
                "UPDATE jobs SET state = 'running', attempts = attempts + 1, updated = ? "
                "WHERE id = (SELECT id FROM jobs WHERE state = 'queued' ORDER BY id LIMIT 1) "
                "RETURNING *",
                (time.time(),),
            ).fetchone()
        return _job(row) if row else None

    def get(self, job_id: int) -> Job | None:
        """Return a job, or None."""
        with self._catalogue.connect() as connection:
            row = connection.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone()
        return _job(row) if row else None

    def latest(
        self, kind: str, dataset_id: str, parameters: dict[str, Any] | None = None
    ) -> Job | None:
        """Return the newest job of a kind on a dataset, with these parameters if given."""
        wanted = None if parameters is None else json.dumps(parameters, sort_keys=True)
        with self._catalogue.connect() as connection:
            row = connection.execute(
                "SELECT * FROM jobs WHERE kind = ?1 AND dataset_id = ?2 "
                "AND (?3 IS NULL OR parameters = ?3) ORDER BY id DESC LIMIT 1",
                (kind, dataset_id, wanted),
            ).fetchone()
        return _job(row) if row else None

    def waiting(self) -> int:
        """Return how many jobs are active."""
        with self._catalogue.connect() as connection:
            row = connection.execute(
                "SELECT count(*) AS n FROM jobs WHERE state IN ('queued', 'running', 'cancelling')"
            ).fetchone()
        return int(row["n"])

    def report(
        self, job_id: int, stage: str, detail: str, done: int, total: int, unit: str, rate: float
    ) -> bool:
        """Say how far a job is; return whether it should go on."""
        with self._catalogue.connect() as connection:
            row = connection.execute(
                "UPDATE jobs SET stage = ?, detail = ?, done = ?, total = ?, unit = ?, rate = ?, "
                "updated = ? WHERE id = ? RETURNING state",
                (stage, _text(detail), done, total, unit, rate, time.time(), job_id),
            ).fetchone()
        return bool(row) and row["state"] == "running"

    def cancel(self, job_id: int) -> None:
        """Ask a job to stop: a queued one at once, a running one at its next report."""
        with self._catalogue.connect() as connection:
            connection.execute(
                "UPDATE jobs SET updated = ?, state = "
                "CASE state WHEN 'queued' THEN 'cancelled' ELSE 'cancelling' END "
                "WHERE id = ? AND state IN ('queued', 'running')",
                (time.time(), job_id),
            )

    def finish(
        self, job_id: int, state: str, message: str = "", result: dict[str, Any] | None = None
    ) -> None:
        """End a job as 'done', 'failed' or 'cancelled'."""
        with self._catalogue.connect() as connection:
            connection.execute(
                "UPDATE jobs SET state = ?, message = ?, result = ?, updated = ? WHERE id = ?",
                (state, _text(message), json.dumps(result or {}), time.time(), job_id),
            )

    def release(self, job_id: int) -> None:
        """Put a running job back into the queue, because its worker was told to end."""
        with self._catalogue.connect() as connection:
            forget(connection, job_id)
            connection.execute(
                "UPDATE jobs SET state = 'queued', attempts = attempts - 1 "
                "WHERE id = ? AND state = 'running'",
                (job_id,),
            )

    def adopt_orphans(self) -> None:
        """Put jobs whose worker died back into the queue; the second time they have failed.

        Where a video was being read, that video is blamed instead, and the job goes on.
        Only for the one living worker: what runs and is not its own has no worker.
        """
        with self._catalogue.connect() as connection:
            connection.execute("UPDATE jobs SET state = 'cancelled' WHERE state = 'cancelling'")
            connection.execute(
                "UPDATE jobs SET state = 'failed', message = "
                "'The worker process died twice at this job. Its log is worker.log in the data "
                "directory.' WHERE state = 'running' AND attempts >= ? "
                "AND id NOT IN (SELECT job_id FROM suspects)",
                (_MOST_ATTEMPTS,),
            )
            blame(connection)
            connection.execute("UPDATE jobs SET state = 'queued' WHERE state = 'running'")


def _text(text: str) -> str:
    """Return text that SQLite takes: bytes of a name that are no UTF-8 become escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def _job(row: sqlite3.Row) -> Job:
    values = dict(row)
    values["parameters"] = json.loads(values["parameters"])
    values["result"] = json.loads(values["result"] or "{}")
    return Job(**values)
