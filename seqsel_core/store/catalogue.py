"""What seqsel remembers besides arrays, in one SQLite file: `catalogue.sqlite3`.

Tables are created here; each is used by one module: `contents` below, `datasets` by
`datasets.py`, `jobs` by `jobs/queue.py`, `suspects` by `jobs/suspects.py`.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from seqsel_core.errors import StoreError
from seqsel_core.store.identity import content_id, signature
from seqsel_core.video.types import Video

_SCHEMA = """
CREATE TABLE IF NOT EXISTS contents (
    signature TEXT PRIMARY KEY, video_id TEXT NOT NULL, seen REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS datasets (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, input_dir TEXT NOT NULL, kind TEXT NOT NULL,
    encoder TEXT NOT NULL, frame_order TEXT NOT NULL, created REAL NOT NULL,
    UNIQUE (input_dir, encoder, frame_order)
);
CREATE TABLE IF NOT EXISTS jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, dataset_id TEXT NOT NULL,
    parameters TEXT NOT NULL, state TEXT NOT NULL, stage TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL DEFAULT '', done INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL DEFAULT 0, unit TEXT NOT NULL DEFAULT '',
    rate REAL NOT NULL DEFAULT 0, message TEXT NOT NULL DEFAULT '',
    result TEXT NOT NULL DEFAULT '', attempts INTEGER NOT NULL DEFAULT 0,
    created REAL NOT NULL, updated REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS suspects (
    video_id TEXT PRIMARY KEY, job_id INTEGER NOT NULL, deaths INTEGER NOT NULL
);
"""


class Catalogue:
    """The SQLite file of a data directory; safe to use from several processes."""

    def __init__(self, data_dir: Path) -> None:
        """Open or create it.

        Raises:
            StoreError: The file cannot be created or is not a database.
        """
        self.path = data_dir / "catalogue.sqlite3"
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
            with self.connect() as connection:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"The catalogue {self.path} cannot be used: {error}. "
                "Choose another place with data_dir= or SEQSEL_DATA_DIR."
            ) from error

    @contextlib.contextmanager
    def connect(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction: committed at the end, rolled back on an error."""
        connection = sqlite3.connect(self.path, timeout=30)
        connection.row_factory = sqlite3.Row
        try:
            with connection:
                yield connection
        finally:
            connection.close()

    def video_id(self, video: Video) -> str:
        """Return the content id of a video; it is hashed once for each state of its files.

        Raises:
            OSError: The file, or every frame, cannot be read.
        """
        key = signature(video)
        with self.connect() as connection:
            row = connection.execute(
                "SELECT video_id FROM contents WHERE signature = ?", (key,)
            ).fetchone()
        if row:
            return str(row["video_id"])
        unreadable: list[Path] = []
        identity = content_id(video, unreadable)
        if unreadable:
            return identity  # not kept: they may be readable next time
        with self.connect() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO contents VALUES (?, ?, ?)", (key, identity, time.time())
            )
        return identity
