"""What seqsel remembers besides arrays, in one SQLite file: `catalogue.sqlite3`.

Tables are created here; each is used by one module: `contents` below, `datasets`, `sources` and
`excluded` by `datasets.py`, `jobs` by `jobs/queue.py` and `jobs/desk.py`, `job_videos` by
`jobs/attendant.py`, `reading` and `suspects` by `jobs/suspects.py`.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from seqsel_core.errors import StoreError
from seqsel_core.store.files import trouble
from seqsel_core.store.identity import content_id, just_written, signature
from seqsel_core.video.types import Video

_VERSIONS: tuple[tuple[str, ...], ...] = (
    # To version 1. Files without a version have these tables, but `contents` without a path.
    (
        "DROP TABLE IF EXISTS contents",
        """CREATE TABLE contents (
            signature TEXT PRIMARY KEY, video_id TEXT NOT NULL, seen REAL NOT NULL,
            path BLOB NOT NULL
        )""",
        """CREATE TABLE IF NOT EXISTS datasets (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, input_dir TEXT NOT NULL, kind TEXT NOT NULL,
            encoder TEXT NOT NULL, frame_order TEXT NOT NULL, created REAL NOT NULL,
            UNIQUE (input_dir, encoder, frame_order)
        )""",
        """CREATE TABLE IF NOT EXISTS jobs (
            id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, dataset_id TEXT NOT NULL,
            parameters TEXT NOT NULL, state TEXT NOT NULL, stage TEXT NOT NULL DEFAULT '',
            detail TEXT NOT NULL DEFAULT '', done INTEGER NOT NULL DEFAULT 0,
            total INTEGER NOT NULL DEFAULT 0, unit TEXT NOT NULL DEFAULT '',
            rate REAL NOT NULL DEFAULT 0, message TEXT NOT NULL DEFAULT '',
            result TEXT NOT NULL DEFAULT '', attempts INTEGER NOT NULL DEFAULT 0,
            created REAL NOT NULL, updated REAL NOT NULL
        )""",
        """CREATE TABLE IF NOT EXISTS suspects (
            video_id TEXT PRIMARY KEY, job_id INTEGER NOT NULL, deaths INTEGER NOT NULL
        )""",
    ),
    # Datasets of several sources, with an owner, and with videos left out.
    (
        """CREATE TABLE sources (
            dataset_id TEXT NOT NULL, path BLOB NOT NULL, kind TEXT NOT NULL,
            PRIMARY KEY (dataset_id, path)
        )""",
        "INSERT INTO sources SELECT id, CAST(input_dir AS BLOB), kind FROM datasets",
        "ALTER TABLE datasets RENAME TO old_datasets",
        """CREATE TABLE datasets (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, encoder TEXT NOT NULL,
            frame_order TEXT NOT NULL, created REAL NOT NULL, owner TEXT NOT NULL,
            shared INTEGER NOT NULL
        )""",
        """INSERT INTO datasets
            SELECT id, name, encoder, frame_order, created, '', 1 FROM old_datasets""",
        "DROP TABLE old_datasets",
        """CREATE TABLE excluded (
            dataset_id TEXT NOT NULL, video_id TEXT NOT NULL, PRIMARY KEY (dataset_id, video_id)
        )""",
    ),
    # Lanes, users, turns; what became of each video; several videos read at a time.
    (
        "ALTER TABLE jobs ADD COLUMN lane TEXT NOT NULL DEFAULT 'quick'",
        "ALTER TABLE jobs ADD COLUMN worker TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE jobs ADD COLUMN machine TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE jobs ADD COLUMN user TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE jobs ADD COLUMN videos_done INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE jobs ADD COLUMN videos_total INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE jobs ADD COLUMN again INTEGER NOT NULL DEFAULT 0",  # wanted once more
        "ALTER TABLE jobs ADD COLUMN place INTEGER NOT NULL DEFAULT 0",  # in the queue
        "ALTER TABLE jobs ADD COLUMN served INTEGER NOT NULL DEFAULT 0",  # grows with each claim
        "UPDATE jobs SET place = id",
        "UPDATE jobs SET lane = 'embed' WHERE kind = 'embed'",
        """UPDATE jobs SET worker = CASE lane WHEN 'embed' THEN 'embed-0' ELSE 'quick' END
            WHERE state IN ('running', 'cancelling')""",
        "CREATE INDEX jobs_by_state ON jobs (state)",
        "CREATE INDEX jobs_by_dataset ON jobs (dataset_id)",
        """CREATE TABLE job_videos (
            job_id INTEGER NOT NULL, name TEXT NOT NULL, outcome TEXT NOT NULL,
            n_frames INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (job_id, name)
        ) WITHOUT ROWID""",
        """CREATE TABLE reading (
            video_id TEXT NOT NULL, job_id INTEGER NOT NULL, PRIMARY KEY (video_id, job_id)
        )""",
        "ALTER TABLE suspects RENAME TO old_suspects",
        "CREATE TABLE suspects (video_id TEXT PRIMARY KEY, deaths INTEGER NOT NULL)",
        "INSERT INTO suspects SELECT video_id, deaths FROM old_suspects WHERE deaths > 0",
        "DROP TABLE old_suspects",
    ),
)
"""Statements that bring the file from each version to the next: append, never change."""

_PATIENCE = 30.0  # seconds to wait while another process writes
_KEEP_EVERY = 1.0  # seconds of hashing that a killed process may lose
_SEEN_INTERVAL = 3600.0  # seconds between two notes that a content was seen


class Catalogue:
    """The SQLite file of a data directory; safe to use from several processes."""

    def __init__(self, data_dir: Path) -> None:
        """Open or create it, and bring it to this version.

        Raises:
            StoreError: The file cannot be created, is not a database, or is of a newer seqsel.
        """
        self.path = data_dir / "catalogue.sqlite3"
        self._begin()

    @contextlib.contextmanager
    def connect(self, patience: float = _PATIENCE) -> Iterator[sqlite3.Connection]:
        """Open a transaction: committed at the end, rolled back on an error.

        Args:
            patience: Seconds to wait while another process writes.

        Raises:
            StoreError: The file cannot be read or written.
        """
        if not self.path.exists():  # removed while the app runs: it goes on with an empty one
            self._begin()
        with self._connection(patience) as connection, connection:
            yield connection

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Keep the file open, so that it can still be read and written when the disk is full.

        SQLite makes two more files when somebody opens it first, and removes them when the last
        one closes it.

        Raises:
            StoreError: The file cannot be read.
        """
        with self._connection() as connection:
            connection.execute("PRAGMA user_version").fetchone()
            yield

    def video_id(self, video: Video) -> str:
        """Return the content id of a video; it is hashed once for each state of its files.

        Raises:
            OSError: The file, or every frame, cannot be read.
        """
        [(_, identity)] = self.video_ids([video])
        if isinstance(identity, OSError):
            raise identity
        return identity

    def video_ids(self, videos: Sequence[Video]) -> Iterator[tuple[Video, str | OSError]]:
        """Yield every video with its content id, or with why its files cannot be read.

        A file whose path, size, times and inode are those of an earlier look is not opened.
        The time of its last change is among them, which no program can set: so a file that was
        changed is hashed again, also where its size and time of modification are as before.

        Raises:
            StoreError: The file cannot be read or written.
        """
        new: list[tuple[str, str, float, bytes]] = []
        seen: list[tuple[float, str]] = []
        with self._connection() as connection:
            kept = time.monotonic()
            try:
                for video in videos:
                    try:
                        key = signature(video)
                        row = connection.execute(
                            "SELECT video_id, seen FROM contents WHERE signature = ?", (key,)
                        ).fetchone()
                        identity = row["video_id"] if row else self._hash(video, key, new)
                    except OSError as error:
                        yield video, error
                        continue
                    if row and time.time() - row["seen"] > _SEEN_INTERVAL:
                        seen.append((time.time(), key))
                    if new and time.monotonic() - kept > _KEEP_EVERY:
                        _keep(connection, new, seen)
                        kept = time.monotonic()
                    yield video, identity
            finally:
                _keep(connection, new, seen)

    def still_holds(self, video: Video, video_id: str) -> bool:
        """Return whether the files of a video still have this content.

        Raises:
            StoreError: The file cannot be read or written.
        """
        try:
            return self.video_id(video) == video_id
        except OSError:
            return False

    def last_seen(self) -> dict[str, list[Path]]:
        """Return the places where each content lay when they were last looked at.

        Returns:
            {content id: paths of files, or folders of frames}. A path that held another
            content since counts for that one only.

        Raises:
            StoreError: The file cannot be read.
        """
        with self.connect() as connection:
            rows = connection.execute("SELECT path, video_id FROM contents ORDER BY seen")
            newest = {row["path"]: str(row["video_id"]) for row in rows}
        places: dict[str, list[Path]] = {}
        for path, video_id in newest.items():
            places.setdefault(video_id, []).append(Path(os.fsdecode(path)))
        return places

    def _hash(self, video: Video, key: str, new: list[tuple[str, str, float, bytes]]) -> str:
        """Return the content id, and remember it in `new` where that is safe."""
        unreadable: list[Path] = []
        recent = just_written(video)
        identity = content_id(video, unreadable)
        if not (unreadable or recent):  # they may be readable, or written again, the next moment
            place = os.path.abspath(video.path)  # noqa: PTH100 (links are left as they are)
            new.append((key, identity, time.time(), os.fsencode(place)))
        return identity

    def _begin(self) -> None:
        """Create the file, or bring it to this version; see `__init__`."""
        data_dir = self.path.parent
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
            if not self.path.exists() or self._version() < len(_VERSIONS):
                self._update(data_dir)
            version = self._version()
        except OSError as error:
            raise StoreError(
                f"The catalogue {self.path} cannot be used: {trouble(error, data_dir)}"
            ) from error
        if version > len(_VERSIONS):
            raise StoreError(
                f"The catalogue {self.path} was written by a newer seqsel (version {version} of "
                f"its tables; this one knows {len(_VERSIONS)}). Update seqsel, or choose another "
                "place with data_dir= or SEQSEL_DATA_DIR."
            )

    def _version(self) -> int:
        with self._connection() as connection:
            return int(connection.execute("PRAGMA user_version").fetchone()[0])

    def _update(self, data_dir: Path) -> None:
        """Bring the file to this version, one process at a time."""
        descriptor = os.open(data_dir, os.O_RDONLY)
        try:
            with contextlib.suppress(OSError):  # no locks on this disk: SQLite has its own
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            with self._connection() as connection:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("BEGIN IMMEDIATE")
                version = int(connection.execute("PRAGMA user_version").fetchone()[0])
                for statements in _VERSIONS[version:]:
                    for statement in statements:
                        connection.execute(statement)
                if version < len(_VERSIONS):
                    connection.execute(f"PRAGMA user_version={len(_VERSIONS)}")
                connection.commit()
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def _connection(self, patience: float = _PATIENCE) -> Iterator[sqlite3.Connection]:
        connection = None
        try:
            connection = sqlite3.connect(self.path, timeout=patience)
            connection.row_factory = sqlite3.Row
            yield connection
        except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
            if isinstance(error, (sqlite3.IntegrityError, sqlite3.ProgrammingError)):
                raise
            raise StoreError(
                f"The catalogue {self.path} cannot be used: {error}. {_advice(error)}"
            ) from error
        finally:
            if connection is not None:
                connection.close()


def _keep(
    connection: sqlite3.Connection,
    new: list[tuple[str, str, float, bytes]],
    seen: Iterable[tuple[float, str]],
) -> None:
    if not (new or seen):
        return
    with connection:
        connection.executemany("INSERT OR REPLACE INTO contents VALUES (?, ?, ?, ?)", new)
        connection.executemany("UPDATE contents SET seen = ? WHERE signature = ?", seen)
    new.clear()


def _advice(error: sqlite3.Error) -> str:
    other = "hoose another place with data_dir= or SEQSEL_DATA_DIR."
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return f"Free some space, or c{other}"
    if code == sqlite3.SQLITE_IOERR:
        return f"The disk is full or fails: free some space, or c{other}"
    if code == sqlite3.SQLITE_READONLY:
        return f"Make it and its directory writable for this user, or c{other}"
    if code == sqlite3.SQLITE_BUSY:
        return "Another process keeps it busy: try again."
    return f"C{other}"
