"""The datasets that a user works on in the app: a name, sources of videos, an encoder, an owner."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqsel_core.errors import StoreError
from seqsel_core.store import listings
from seqsel_core.store.catalogue import Catalogue
from seqsel_core.store.listings import Listing as Listing


@dataclass(frozen=True)
class Source:
    """Where videos of a dataset come from.

    Attributes:
        path: A folder on this machine.
        kind: 'folder': somebody else's, only read; 'upload': files that were sent to the app.
    """

    path: Path
    kind: str


@dataclass(frozen=True)
class DatasetRecord:
    """A dataset as the catalogue knows it.

    Attributes:
        id: 12 hex digits.
        name: For people.
        sources: Where its videos come from, at least one.
        encoder: As the option `encoder`.
        frame_order: As the option `frame_order`.
        created: Unix time in seconds.
        owner: Who made it, as the sign-in names people; '': everybody's.
        shared: Whether others than the owner see it.
    """

    id: str
    name: str
    sources: tuple[Source, ...]
    encoder: str
    frame_order: str
    created: float
    owner: str = ""
    shared: bool = True

    def can_be_changed_by(self, user: str) -> bool:
        """Return whether a person may rename, add to, share or remove it."""
        return self.owner in ("", user)

    def has_upload(self, folder: Path) -> bool:
        """Return whether the uploaded files in a folder belong to it."""
        return Source(folder, "upload") in self.sources


class Datasets:
    """All datasets of one data directory."""

    def __init__(self, data_dir: Path) -> None:
        """Use the catalogue of a data directory."""
        self._catalogue = Catalogue(data_dir)
        self._folder = data_dir / "datasets"

    def create(
        self,
        name: str,
        sources: Sequence[Source],
        *,
        encoder: str,
        frame_order: str,
        owner: str = "",
    ) -> DatasetRecord:
        """Return a new dataset, or the one that this owner has of these sources already.

        Args:
            name: For people; any text.
            sources: At least one, none twice.
            encoder: As the option `encoder`.
            frame_order: As the option `frame_order`.
            owner: Who makes it; nobody else sees it until it is shared. '': everybody's.
        """
        record = DatasetRecord(
            id=uuid.uuid4().hex[:12],
            name=_text(name),
            sources=tuple(sources),
            encoder=encoder,
            frame_order=frame_order,
            created=time.time(),
            owner=owner,
            shared=not owner,
        )
        with self._catalogue.connect() as connection:
            connection.execute("BEGIN IMMEDIATE")
            rows = connection.execute(
                "SELECT * FROM datasets WHERE owner = ? AND encoder = ? AND frame_order = ?",
                (owner, encoder, frame_order),
            ).fetchall()
            for known in _records(connection, rows):
                if set(known.sources) == set(record.sources):
                    return known
            connection.execute(
                "INSERT INTO datasets (id, name, encoder, frame_order, created, owner, shared) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (record.id, record.name, encoder, frame_order, record.created, owner, not owner),
            )
            connection.executemany(
                "INSERT INTO sources (dataset_id, path, kind) VALUES (?, ?, ?)",
                [(record.id, os.fsencode(item.path), item.kind) for item in record.sources],
            )
        return record

    def all(self, user: str | None = "") -> list[DatasetRecord]:
        """Return the datasets that a person sees, the newest first.

        Args:
            user: Who looks; None: all there are, for looking after the data directory.
        """
        with self._catalogue.connect() as connection:
            rows = connection.execute(
                "SELECT * FROM datasets WHERE ?1 IS NULL OR shared OR owner IN ('', ?1) "
                "ORDER BY created DESC",
                (user,),
            ).fetchall()
            return _records(connection, rows)

    def get(self, dataset_id: str) -> DatasetRecord | None:
        """Return one dataset, whoever may see it, or None."""
        with self._catalogue.connect() as connection:
            rows = connection.execute("SELECT * FROM datasets WHERE id = ?", (dataset_id,))
            return next(iter(_records(connection, rows.fetchall())), None)

    def rename(self, dataset_id: str, name: str) -> None:
        """Give a dataset another name."""
        self._set(dataset_id, "name", _text(name))

    def share(self, dataset_id: str, shared: bool) -> None:
        """Let everybody see a dataset, or its owner only."""
        self._set(dataset_id, "shared", shared)

    def add_source(self, dataset_id: str, source: Source) -> bool:
        """Add videos to a dataset; return whether they are new to it."""
        with self._catalogue.connect() as connection:
            cursor = connection.execute(
                "INSERT OR IGNORE INTO sources (dataset_id, path, kind) "
                "SELECT id, ?, ? FROM datasets WHERE id = ?",
                (os.fsencode(source.path), source.kind, dataset_id),
            )
            return cursor.rowcount > 0

    def remove(self, dataset_id: str) -> None:
        """Forget a dataset and its list of videos; what is stored of its videos stays."""
        with self._catalogue.connect() as connection:
            connection.execute("DELETE FROM datasets WHERE id = ?", (dataset_id,))
            connection.execute("DELETE FROM sources WHERE dataset_id = ?", (dataset_id,))
            connection.execute("DELETE FROM excluded WHERE dataset_id = ?", (dataset_id,))
        with contextlib.suppress(OSError):  # it is of no dataset any more: nobody reads it
            self._list_path(dataset_id).unlink(missing_ok=True)

    def exclude(self, dataset_id: str, video_ids: Iterable[str]) -> None:
        """Leave the videos of these content ids out of a dataset, now and at every later look."""
        self._move(
            dataset_id,
            video_ids,
            "INSERT OR IGNORE INTO excluded (dataset_id, video_id) VALUES (?, ?)",
        )

    def put_back(self, dataset_id: str, video_ids: Iterable[str]) -> None:
        """Let the videos of these content ids take part again."""
        self._move(
            dataset_id, video_ids, "DELETE FROM excluded WHERE dataset_id = ? AND video_id = ?"
        )

    def save_listing(self, dataset_id: str, listing: Listing, look: str = "") -> None:
        """Keep what discovery found.

        Args:
            dataset_id: Of which dataset.
            listing: What was found; who is excluded is known already and not taken from it.
            look: See `listings.to_json`.

        Raises:
            OSError: It cannot be written.
        """
        path = self._list_path(dataset_id)
        before = None
        with contextlib.suppress(StoreError):  # a damaged one is replaced
            before = self._content(path)
        content = listings.to_json(listing, look, before)
        self._folder.mkdir(parents=True, exist_ok=True)
        temporary = self._folder / f".{dataset_id}-{os.getpid()}.tmp"
        temporary.write_text(json.dumps(content), "ascii")  # lone surrogates are escaped
        temporary.replace(path)

    def listing(self, dataset_id: str) -> Listing | None:
        """Return what discovery found, or None where it has not looked yet.

        Raises:
            StoreError: What is kept is damaged.
        """
        content = self._content(self._list_path(dataset_id))
        if content is None:
            return None
        with self._catalogue.connect() as connection:
            rows = connection.execute(
                "SELECT video_id FROM excluded WHERE dataset_id = ?", (dataset_id,)
            )
            excluded = {str(row["video_id"]) for row in rows}
        return listings.from_json(content).without(excluded)

    def listing_stamp(self, dataset_id: str) -> int:
        """Return a number that changes when the listing does; 0 where there is none."""
        try:
            return self._list_path(dataset_id).stat().st_mtime_ns
        except OSError:
            return 0

    def _list_path(self, dataset_id: str) -> Path:
        return self._folder / f"{dataset_id}.json"

    def _content(self, path: Path) -> dict[str, Any] | None:
        """Return the JSON values of a listing, of which a listing can be made."""
        try:
            content: dict[str, Any] = json.loads(path.read_text("ascii"))
            listings.from_json(content)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreError(
                f"The list of videos in {path} is damaged ({error}). Add the folder again."
            ) from error
        return content

    def _set(self, dataset_id: str, column: str, value: str | bool) -> None:
        with self._catalogue.connect() as connection:
            connection.execute(
                f"UPDATE datasets SET {column} = ? WHERE id = ?",
                (value, dataset_id),
            )

    def _move(self, dataset_id: str, video_ids: Iterable[str], statement: str) -> None:
        pairs = [(dataset_id, video_id) for video_id in video_ids if video_id]
        with self._catalogue.connect() as connection:
            connection.executemany(statement, pairs)
        with contextlib.suppress(FileNotFoundError):
            os.utime(self._list_path(dataset_id))  # it means another listing now


def _records(connection: sqlite3.Connection, rows: Iterable[sqlite3.Row]) -> list[DatasetRecord]:
    sources: dict[str, list[Source]] = {}
    for row in connection.execute("SELECT * FROM sources ORDER BY rowid"):
        path = Path(os.fsdecode(row["path"]))
        sources.setdefault(row["dataset_id"], []).append(Source(path, row["kind"]))
    return [
        DatasetRecord(
            id=row["id"],
            name=row["name"],
            sources=tuple(sources.get(row["id"], ())),
            encoder=row["encoder"],
            frame_order=row["frame_order"],
            created=row["created"],
            owner=row["owner"],
            shared=bool(row["shared"]),
        )
        for row in rows
    ]


def _text(text: str) -> str:
    """Return text that SQLite takes: bytes of a name that are no UTF-8 become escapes."""
    return text.encode("utf-8", "backslashreplace").decode()
