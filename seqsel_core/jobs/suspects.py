"""Videos at whose reading a worker process died; after the second time they are set aside.

A decoder that crashes, or takes all memory, can take the worker process with it: nothing is
raised. So it is noted before which videos are read, and when they are whole.

Several are read at a time, and at most one of them is to blame. After a death all of them are
under suspicion: from then on each is read alone, so that a second death has one culprit. A video
that was read whole is under suspicion no more.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from seqsel_core.store.catalogue import Catalogue
from seqsel_core.watching import SET_ASIDE

MOST_DEATHS = 2


class Suspects:
    """What one job notes while it reads videos; see also `Desk.adopt`."""

    def __init__(self, data_dir: Path, job_id: int) -> None:
        """Note for a job."""
        self._catalogue = Catalogue(data_dir)
        self._job_id = job_id

    def suspected(self, video_id: str) -> bool:
        """Return whether a worker died while this video was among those that it read.

        Raises:
            StoreError: The catalogue cannot be read.
        """
        return self._deaths(video_id) > 0

    def elsewhere(self, video_id: str) -> bool:
        """Return whether another job that runs reads this content now.

        Raises:
            StoreError: The catalogue cannot be read.
        """
        with self._catalogue.connect() as connection:
            row = connection.execute(
                "SELECT 1 FROM reading, jobs WHERE reading.video_id = ? AND reading.job_id != ? "
                "AND jobs.id = reading.job_id AND jobs.state = 'running'",
                (video_id, self._job_id),
            ).fetchone()
        return row is not None

    def begin(self, video_id: str) -> str:
        """Note that a video is about to be read; return why it must not be, or ''.

        Raises:
            StoreError: The catalogue cannot be written.
        """
        if self._deaths(video_id) >= MOST_DEATHS:
            return SET_ASIDE
        with self._catalogue.connect() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO reading VALUES (?, ?)", (video_id, self._job_id)
            )
        return ""

    def end(self, video_id: str) -> None:
        """Note that a video was read to its end, or was set aside.

        Raises:
            StoreError: The catalogue cannot be written.
        """
        with self._catalogue.connect() as connection:
            connection.execute(
                "DELETE FROM reading WHERE video_id = ? AND job_id = ?", (video_id, self._job_id)
            )
            connection.execute(
                "DELETE FROM suspects WHERE video_id = ? AND deaths < ?", (video_id, MOST_DEATHS)
            )

    def _deaths(self, video_id: str) -> int:
        with self._catalogue.connect() as connection:
            row = connection.execute(
                "SELECT deaths FROM suspects WHERE video_id = ?", (video_id,)
            ).fetchone()
        return int(row["deaths"]) if row else 0


def forget(connection: sqlite3.Connection, job_id: int) -> None:
    """Note that a job reads nothing now; deaths are kept."""
    connection.execute("DELETE FROM reading WHERE job_id = ?", (job_id,))


def blame(connection: sqlite3.Connection, job_id: int) -> bool:
    """Count a death against what a job was reading when its worker died; False: nothing."""
    rows = connection.execute("SELECT video_id FROM reading WHERE job_id = ?", (job_id,)).fetchall()
    for row in rows:
        connection.execute(
            "INSERT INTO suspects VALUES (?, 1) "
            "ON CONFLICT (video_id) DO UPDATE SET deaths = deaths + 1",
            (row["video_id"],),
        )
    forget(connection, job_id)
    return bool(rows)
