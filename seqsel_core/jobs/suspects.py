"""Videos at whose reading a worker process died; after the second time they are set aside.

A decoder that crashes, or takes all memory, can take the worker process with it: nothing is
raised. So it is noted before which videos are read, and when they are whole.

Several are read at a time, and at most one of them is to blame. After a death all of them are
under suspicion: from then on each is read alone, so that a second death has one culprit. A video
that was read whole is under suspicion no more.

A video that is set aside has a shard without frames, whose problem says so. People can have it
tried again, for example after an update of the decoder.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from seqsel_core.errors import StoreError
from seqsel_core.store import inventory
from seqsel_core.store.catalogue import Catalogue
from seqsel_core.store.shards import Shard, ShardInfo
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


def is_set_aside(info: ShardInfo) -> bool:
    """Return whether a shard holds no frame because its video was set aside."""
    return not info.n_frames and any(SET_ASIDE in problem.reason for problem in info.problems)


def being_read(data_dir: Path) -> set[str]:
    """Return the content ids of the videos that are read now.

    Raises:
        StoreError: The catalogue cannot be read.
    """
    with Catalogue(data_dir).connect() as connection:
        rows = connection.execute("SELECT DISTINCT video_id FROM reading").fetchall()
    return {str(row["video_id"]) for row in rows}


def set_aside(data_dir: Path) -> list[str]:
    """Return the content ids of all videos that are set aside, sorted.

    Raises:
        StoreError: The catalogue cannot be read.
    """
    with Catalogue(data_dir).connect() as connection:
        rows = connection.execute(
            "SELECT video_id FROM suspects WHERE deaths >= ? ORDER BY video_id", (MOST_DEATHS,)
        ).fetchall()
    return [str(row["video_id"]) for row in rows]


def try_again(data_dir: Path, video_ids: Iterable[str]) -> None:
    """Let the next embedding read videos that were set aside.

    They stay under suspicion: each is read alone, and one more death sets it aside again.

    Args:
        data_dir: The data directory.
        video_ids: Content ids.

    Raises:
        StoreError: The catalogue cannot be written.
    """
    wanted = set(video_ids)
    with Catalogue(data_dir).connect() as connection:
        connection.executemany(
            "UPDATE suspects SET deaths = ? WHERE video_id = ? AND deaths >= ?",
            [(MOST_DEATHS - 1, video_id, MOST_DEATHS) for video_id in wanted],
        )
    for video_id in wanted:
        for path in (data_dir / "shards" / video_id[:2]).glob(f"{video_id}-*"):
            try:
                info = Shard(path).info
            except StoreError:
                continue  # of another format, or damaged
            if is_set_aside(info):
                inventory.remove(data_dir, inventory.stored(path))


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
