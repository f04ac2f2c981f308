"""Where workers take their jobs and say what became of them: the queue seen from behind."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import astuple
from pathlib import Path
from typing import Any

from seqsel_core.jobs.job import Job, Standing, storable
from seqsel_core.jobs.lanes import EMBED, lane, machine
from seqsel_core.jobs.suspects import blame, forget
from seqsel_core.store.catalogue import Catalogue

MOST_ATTEMPTS = 3
"""After so many deaths of its worker without getting on, a job has failed."""

_MINE = "state IN ('running', 'cancelling') AND id = ?"


class Desk:
    """The jobs of one data directory, for one worker."""

    def __init__(self, data_dir: Path, worker: str = f"{EMBED}-0") -> None:
        """Work under a name; see `lanes.workers`."""
        self._catalogue = Catalogue(data_dir)
        self.worker = worker
        self._machine = machine()

    def hold(self) -> AbstractContextManager[None]:
        """Return a context in which the catalogue can be used on a full disk, too."""
        return self._catalogue.hold()

    def claim(self) -> Job | None:
        """Take the next job of the lane and mark it running.

        First come those of whose user nothing was begun for longest, then those that were put
        into the queue first. The clip of a sequence, which somebody waits for, goes before all.
        """
        with self._catalogue.connect() as connection:
            connection.execute("BEGIN IMMEDIATE")
            row = connection.execute(
                "UPDATE jobs SET state = 'running', stage = '', detail = '', worker = ?, "
                "machine = ?, updated = ?, attempts = attempts + 1, again = 0, message = '', "
                "served = (SELECT max(served) + 1 FROM jobs) WHERE id = ("
                "SELECT id FROM jobs AS waiting WHERE state = 'queued' AND lane = ? "
                "ORDER BY kind != 'clip', (SELECT max(served) FROM jobs "
                "WHERE jobs.user = waiting.user AND jobs.lane = waiting.lane), place LIMIT 1"
                ") RETURNING *",
                (self.worker, self._machine, time.time(), lane(self.worker)),
            ).fetchone()
        return Job.from_row(row) if row else None

    def state(self, job_id: int) -> str:
        """Return the state of a job; '' where it does not exist any more."""
        with self._catalogue.connect(patience=1) as connection:
            row = connection.execute("SELECT state FROM jobs WHERE id = ?", (job_id,)).fetchone()
        return str(row["state"]) if row else ""

    def report(self, job_id: int, standing: Standing) -> None:
        """Say how far a job is, which is also a sign of life. Does not wait for other writers.

        Raises:
            StoreError: The catalogue cannot be written now.
        """
        stage, detail, *numbers = astuple(standing)
        with self._catalogue.connect(patience=0.2) as connection:
            connection.execute(
                "UPDATE jobs SET stage = ?, detail = ?, done = ?, total = ?, unit = ?, rate = ?, "
                f"videos_done = ?, videos_total = ?, updated = ? WHERE {_MINE}",
                (stage, storable(detail), *numbers, time.time(), job_id),
            )

    def others_wait(self, job: Job) -> bool:
        """Return whether a job of another user or dataset waits for this lane."""
        with self._catalogue.connect() as connection:
            row = connection.execute(
                "SELECT 1 FROM jobs WHERE state = 'queued' AND lane = ? "
                "AND (user != ? OR dataset_id != ?) LIMIT 1",
                (job.lane, job.user, job.dataset_id),
            ).fetchone()
        return row is not None

    def finish(
        self, job_id: int, state: str, message: str = "", result: dict[str, Any] | None = None
    ) -> None:
        """End a job as 'done', 'failed' or 'cancelled'; one that is wanted again is queued."""
        values = (state, storable(message), json.dumps(result or {}), time.time())
        with self._catalogue.connect() as connection:
            forget(connection, job_id)
            connection.execute(
                "UPDATE jobs SET state = ?, message = ?, result = ?, updated = ?, worker = '', "
                f"attempts = 0 WHERE {_MINE}",
                (*values, job_id),
            )
            connection.execute(
                "UPDATE jobs SET state = 'queued', again = 0 "
                "WHERE id = ? AND state = 'done' AND again",
                (job_id,),
            )

    def release(self, job_id: int) -> None:
        """Put a job back where it was in the queue, because its worker was told to end."""
        with self._catalogue.connect() as connection:
            forget(connection, job_id)
            _put_back(connection, job_id)

    def give_way(self, job_id: int) -> None:
        """Put a job at the end of the queue, because its turn is over."""
        with self._catalogue.connect() as connection:
            forget(connection, job_id)
            _put_back(connection, job_id)
            connection.execute(
                "UPDATE jobs SET place = (SELECT max(place) + 1 FROM jobs) "
                "WHERE id = ? AND state = 'queued'",
                (job_id,),
            )

    def got_on(self, job_id: int) -> None:
        """Note that a job has something to show: its worker may die as often as before."""
        with self._catalogue.connect() as connection:
            connection.execute("UPDATE jobs SET attempts = 1 WHERE id = ?", (job_id,))

    def workers(self) -> set[str]:
        """Return the names of the workers that are noted as working."""
        with self._catalogue.connect() as connection:
            rows = connection.execute(
                "SELECT DISTINCT worker FROM jobs WHERE state IN ('running', 'cancelling')"
            ).fetchall()
        return {str(row["worker"]) for row in rows}

    def adopt(self, dead: Collection[str]) -> None:
        """Settle the jobs of workers that are known to be dead: this one's own, before it begins.

        They go back to where they were in the queue. Where videos were being read, these are
        blamed; where not, the job has failed after `MOST_ATTEMPTS` deaths in a row. Nobody is
        blamed where the whole machine ended. Jobs that were being cancelled are cancelled.

        Args:
            dead: Names of the workers.
        """
        with self._catalogue.connect() as connection:
            connection.execute("BEGIN IMMEDIATE")
            rows = connection.execute(
                "SELECT id, worker, machine, attempts FROM jobs "
                "WHERE state IN ('running', 'cancelling')"
            ).fetchall()
            for row in rows:
                if row["worker"] not in dead:
                    continue
                if row["machine"] != self._machine:
                    forget(connection, row["id"])
                    _put_back(connection, row["id"])
                elif blame(connection, row["id"]):
                    _put_back(connection, row["id"], attempts=0)
                else:
                    _put_back(connection, row["id"], attempts=row["attempts"])
                    if row["attempts"] >= MOST_ATTEMPTS:
                        connection.execute(
                            "UPDATE jobs SET state = 'failed', message = ?, updated = ? "
                            "WHERE id = ? AND state = 'queued'",
                            (_DIED, time.time(), row["id"]),
                        )


_DIED = (
    f"The worker process died {MOST_ATTEMPTS} times at this job. Its log is worker.log in the "
    "data directory."
)


def _put_back(connection: sqlite3.Connection, job_id: int, attempts: int | None = None) -> None:
    """Queue a running job, as if it had not been begun unless told how often; or cancel it."""
    connection.execute(
        "UPDATE jobs SET worker = '', again = 0, attempts = coalesce(?, max(0, attempts - 1)), "
        "updated = ?, state = CASE state WHEN 'running' THEN 'queued' ELSE 'cancelled' END "
        f"WHERE {_MINE}",
        (attempts, time.time(), job_id),
    )
