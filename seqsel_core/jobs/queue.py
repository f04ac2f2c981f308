"""The queue of jobs, in the catalogue: what those who ask for work see of it.

What workers do with it is in `desk.py`.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from seqsel_core.jobs.job import Job as Job
from seqsel_core.jobs.job import JobVideo as JobVideo
from seqsel_core.jobs.lanes import lane_of
from seqsel_core.store.catalogue import Catalogue

_REPEATABLE = ("embed", "umap")
"""Kinds that are done once more where they are asked for while they run."""


class Queue:
    """The jobs of one data directory."""

    def __init__(self, data_dir: Path) -> None:
        """Use the catalogue of a data directory."""
        self._catalogue = Catalogue(data_dir)

    def submit(
        self,
        kind: str,
        dataset_id: str,
        parameters: dict[str, Any] | None = None,
        user: str = "",
    ) -> int:
        """Add a job and return its number; an equal one that is still active is returned.

        Where that one runs already, embedding and maps are done once more when it ends: the
        dataset may have got videos that it does not know.
        """
        text = json.dumps(parameters or {}, sort_keys=True)
        now = time.time()
        with self._catalogue.connect() as connection:
            connection.execute("BEGIN IMMEDIATE")
            row = connection.execute(
                "SELECT id, state FROM jobs WHERE kind = ? AND dataset_id = ? "
                "AND parameters = ? AND state IN ('queued', 'running')",
                (kind, dataset_id, text),
            ).fetchone()
            if row:
                if row["state"] == "running" and kind in _REPEATABLE:
                    connection.execute("UPDATE jobs SET again = 1 WHERE id = ?", (row["id"],))
                return int(row["id"])
            cursor = connection.execute(
                "INSERT INTO jobs (kind, dataset_id, parameters, user, lane, state, created, "
                "updated, place) VALUES (?, ?, ?, ?, ?, 'queued', ?, ?, "
                "(SELECT coalesce(max(place), 0) + 1 FROM jobs))",
                (kind, dataset_id, text, user, lane_of(kind, parameters or {}), now, now),
            )
            return int(cursor.lastrowid or 0)

    def get(self, job_id: int) -> Job | None:
        """Return a job, or None."""
        with self._catalogue.connect() as connection:
            row = connection.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone()
        return Job.from_row(row) if row else None

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
        return Job.from_row(row) if row else None

    def recent(self, limit: int = 50) -> list[Job]:
        """Return the jobs that are active, and then the newest others, at most `limit`."""
        with self._catalogue.connect() as connection:
            rows = connection.execute(
                "SELECT * FROM jobs ORDER BY state IN ('running', 'cancelling') DESC, "
                "state = 'queued' DESC, id DESC LIMIT ?",
                (limit,),
            ).fetchall()
        return [Job.from_row(row) for row in rows]

    def videos(self, job_id: int) -> list[JobVideo]:
        """Return what became of each video of a job so far, sorted by name.

        Kept of the last job on each dataset that dealt with videos.
        """
        with self._catalogue.connect() as connection:
            rows = connection.execute(
                "SELECT name, outcome, n_frames, reason FROM job_videos WHERE job_id = ? "
                "ORDER BY name",
                (job_id,),
            ).fetchall()
        return [JobVideo(**dict(row)) for row in rows]

    def ahead(self, job_id: int) -> int:
        """Return how many jobs of its lane run, or were put into the queue before this one."""
        with self._catalogue.connect() as connection:
            row = connection.execute(
                "SELECT count(*) AS n FROM jobs, (SELECT * FROM jobs WHERE id = ?) AS mine "
                "WHERE jobs.lane = mine.lane AND jobs.id != mine.id AND "
                "(jobs.state IN ('running', 'cancelling') "
                "OR jobs.state = 'queued' AND jobs.place < mine.place)",
                (job_id,),
            ).fetchone()
        return int(row["n"])

    def cancel(self, job_id: int) -> None:
        """Ask a job to stop: a queued one at once, a running one within two seconds."""
        with self._catalogue.connect() as connection:
            connection.execute(
                "UPDATE jobs SET again = 0, "
                "updated = CASE state WHEN 'queued' THEN ? ELSE updated END, state = "
                "CASE state WHEN 'queued' THEN 'cancelled' ELSE 'cancelling' END "
                "WHERE id = ? AND state IN ('queued', 'running')",
                (time.time(), job_id),
            )

    def forget(self, dataset_id: str) -> None:
        """Remove all jobs of a dataset; one that runs stops as if it were cancelled."""
        with self._catalogue.connect() as connection:
            connection.execute(
                "DELETE FROM job_videos WHERE job_id IN (SELECT id FROM jobs WHERE dataset_id = ?)",
                (dataset_id,),
            )
            connection.execute("DELETE FROM jobs WHERE dataset_id = ?", (dataset_id,))

    def lanes_with_work(self) -> dict[str, set[str]]:
        """Return {lane: names of the workers that should be working, '' for a job that waits}."""
        with self._catalogue.connect() as connection:
            rows = connection.execute(
                "SELECT DISTINCT lane, worker FROM jobs "
                "WHERE state IN ('queued', 'running', 'cancelling')"
            ).fetchall()
        wanted: dict[str, set[str]] = {}
        for row in rows:
            wanted.setdefault(row["lane"], set()).add(row["worker"])
        return wanted
