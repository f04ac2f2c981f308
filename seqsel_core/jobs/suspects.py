"""Videos at whose reading a worker process died; after the second time they are set aside.

A decoder that crashes, or takes all memory, takes the worker process with it: nothing is
raised. So it is noted before which video is read.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from seqsel_core.errors import StoreError
from seqsel_core.store.catalogue import Catalogue

_MOST_DEATHS = 2


class Suspects:
    """What one job notes while it reads videos; see also `Queue.adopt_orphans`."""

    def __init__(self, data_dir: Path, job_id: int) -> None:
        """Note for a job."""
        self._catalogue = Catalogue(data_dir)
        self._job_id = job_id

    def begin(self, video_id: str) -> str:
        """Note that a video is about to be read; return why it must not be, or ''.

        Raises:
            StoreError: The catalogue cannot be written.
        """
        try:
            with self._catalogue.connect() as connection:
                forget(connection, self._job_id)
                row = connection.execute(
                    "SELECT deaths FROM suspects WHERE video_id = ?", (video_id,)
                ).fetchone()
                if row and row["deaths"] >= _MOST_DEATHS:
                    return "the worker process died twice while reading it"
                connection.execute(
                    "INSERT INTO suspects VALUES (?, ?, 0) "
                    "ON CONFLICT (video_id) DO UPDATE SET job_id = excluded.job_id",
                    (video_id, self._job_id),
                )
        except sqlite3.Error as error:
            raise StoreError(
                f"The catalogue {self._catalogue.path} cannot be written: {error}."
            ) from error
        return ""

    def end(self) -> None:
        """Note that no video is read any more."""
        with self._catalogue.connect() as connection:
            forget(connection, self._job_id)


def forget(connection: sqlite3.Connection, job_id: int) -> None:
    """Note that a job reads nothing now; deaths are kept."""
    connection.execute("DELETE FROM suspects WHERE job_id = ? AND deaths = 0", (job_id,))
    connection.execute("UPDATE suspects SET job_id = 0 WHERE job_id = ?", (job_id,))


def blame(connection: sqlite3.Connection) -> None:
    """Count a death against what the running jobs were reading when their worker died."""
    connection.execute(
        "UPDATE suspects SET deaths = deaths + 1, job_id = 0 "
        "WHERE job_id IN (SELECT id FROM jobs WHERE state = 'running')"
    )
