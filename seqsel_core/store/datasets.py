"""The datasets that a user works on in the app: a name, a folder, an encoder, its videos."""

from __future__ import annotations

import json
import os
import sqlite3
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from seqsel_core.errors import StoreError
from seqsel_core.store.catalogue import Catalogue
from seqsel_core.video.discover import Found
from seqsel_core.video.types import Video


@dataclass(frozen=True)
class DatasetRecord:
    """A dataset as the catalogue knows it.

    Attributes:
        id: 12 hex digits.
        name: For people.
        input_dir: Folder with its videos.
        kind: 'folder', 'upload' or 'sample'.
        encoder: As the option `encoder`.
        frame_order: As the option `frame_order`.
        created: Unix time in seconds.
    """

    id: str
    name: str
    input_dir: Path
    kind: str
    encoder: str
    frame_order: str
    created: float


@dataclass(frozen=True)
class Listing:
    """What discovery found in a dataset's folder.

    Attributes:
        found: Videos, ignored files, warnings.
        video_ids: Content id of each video; '' where its files could not be read.
    """

    found: Found
    video_ids: tuple[str, ...]

    @property
    def pairs(self) -> tuple[tuple[Video, str], ...]:
        """Every video with its content id."""
        return tuple(zip(self.found.videos, self.video_ids, strict=True))


class Datasets:
    """All datasets of one data directory."""

    def __init__(self, data_dir: Path) -> None:
        """Use the catalogue of a data directory."""
        self._catalogue = Catalogue(data_dir)
        self._folder = data_dir / "datasets"

    def create(
        self, name: str, input_dir: Path, kind: str, *, encoder: str, frame_order: str
    ) -> DatasetRecord:
        """Return a new dataset, or the one that these values have already."""
        record = DatasetRecord(
            uuid.uuid4().hex[:12], name, input_dir, kind, encoder, frame_order, time.time()
        )
        values = (
            # SQLite keeps no text that is not UTF-8: names to show, folders as bytes.
            *(record.id, name.encode("utf-8", "backslashreplace").decode()),
            *(os.fsencode(input_dir), kind, encoder),
            *(frame_order, record.created),
        )
        with self._catalogue.connect() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO datasets VALUES (?, ?, ?, ?, ?, ?, ?)", values
            )
            row = connection.execute(
                "SELECT * FROM datasets WHERE input_dir = ? AND encoder = ? AND frame_order = ?",
                (os.fsencode(input_dir), encoder, frame_order),
            ).fetchone()
        return _record(row)

    def all(self) -> list[DatasetRecord]:
        """Return all datasets, the newest first."""
        with self._catalogue.connect() as connection:
            rows = connection.execute("SELECT * FROM datasets ORDER BY created DESC").fetchall()
        return [_record(row) for row in rows]

    def get(self, dataset_id: str) -> DatasetRecord | None:
        """Return one dataset, or None."""
        with self._catalogue.connect() as connection:
            row = connection.execute(
                "SELECT * FROM datasets WHERE id = ?", (dataset_id,)
            ).fetchone()
        return _record(row) if row else None

    def save_listing(self, dataset_id: str, listing: Listing) -> None:
        """Keep what discovery found.

        Raises:
            OSError: It cannot be written.
        """
        videos = [
            {
                "name": video.name,
                "path": str(video.path),
                "size_bytes": video.size_bytes,
                "frame_names": video.frame_names,
                "frame_paths": [str(path) for path in video.frame_paths],
                "video_id": video_id,
            }
            for video, video_id in zip(listing.found.videos, listing.video_ids, strict=True)
        ]
        content = {
            "videos": videos,
            "ignored": listing.found.ignored,
            "warnings": listing.found.warnings,
        }
        self._folder.mkdir(parents=True, exist_ok=True)
        temporary = self._folder / f".{dataset_id}-{os.getpid()}.tmp"
        temporary.write_text(json.dumps(content), "ascii")  # lone surrogates are escaped
        temporary.replace(self._folder / f"{dataset_id}.json")

    def listing(self, dataset_id: str) -> Listing | None:
        """Return what discovery found, or None where it has not looked yet.

        Raises:
            StoreError: What is kept is damaged.
        """
        path = self._folder / f"{dataset_id}.json"
        try:
            content = json.loads(path.read_text("ascii"))
            videos = tuple(
                Video(
                    name=item["name"],
                    path=Path(item["path"]),
                    size_bytes=item["size_bytes"],
                    frame_names=tuple(item["frame_names"]),
                    frame_paths=tuple(map(Path, item["frame_paths"])),
                )
                for item in content["videos"]
            )
            ids = tuple(item["video_id"] for item in content["videos"])
            found = Found(videos, tuple(content["ignored"]), tuple(content["warnings"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError) as error:
            raise StoreError(
                f"The list of videos in {path} is damaged ({error}). Add the folder again."
            ) from error
        return Listing(found, ids)

    def listing_stamp(self, dataset_id: str) -> int:
        """Return a number that changes when the listing is written; 0 where there is none."""
        try:
            return (self._folder / f"{dataset_id}.json").stat().st_mtime_ns
        except OSError:
            return 0


def _record(row: sqlite3.Row) -> DatasetRecord:
    return DatasetRecord(**{**dict(row), "input_dir": Path(os.fsdecode(row["input_dir"]))})
