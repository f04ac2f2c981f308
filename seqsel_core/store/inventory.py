"""What lies in a data directory: how large, for what, when it was used last."""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from seqsel_core.errors import StoreError
from seqsel_core.store.files import is_abandoned, remove_whole, trouble
from seqsel_core.store.shards import FORMAT, Shard, ShardName

PARTS = {
    "shards": "embeddings, frame tables, thumbnails",
    "uploads": "uploaded videos",
    "projections": "maps (PCA, UMAP)",
    "output": "output folders written by the app",
    "clips": "clips made for looking at",
    "datapools": "datapools",
    "datasets": "lists of videos",
}
"""Folders of a data directory and what each holds."""


@dataclass(frozen=True)
class Stored:
    """One thing in a data directory.

    Attributes:
        path: Its directory.
        size: Bytes of its files.
        last_use: Unix time in seconds, to the hour.
    """

    path: Path
    size: int
    last_use: float


@dataclass(frozen=True)
class StoredShard(Stored):
    """The shard of one video.

    Attributes:
        name: What its directory's name says.
        n_frames: Frames in it; 0 where that cannot be read.
        damage: Why it cannot be used, or ''.
    """

    name: ShardName
    n_frames: int
    damage: str


def shards(data_dir: Path) -> list[StoredShard]:
    """Return all shards, sorted by their names."""
    found = []
    for path in sorted(data_dir.glob("shards/??/*")):
        name = ShardName.parse(path.name)
        if name is None:
            continue
        n_frames, damage = 0, ""
        if name.format == FORMAT:
            try:
                n_frames = len(Shard(path).frames)
            except StoreError as error:
                damage = str(error)
        found.append(StoredShard(path, size_of(path), _last_use(path), name, n_frames, damage))
    return found


def folders(data_dir: Path, part: str) -> list[Stored]:
    """Return the folders of 'uploads' or 'projections', sorted by their names."""
    return [stored(path) for path in sorted(data_dir.glob(f"{part}/*")) if path.is_dir()]


def stored(path: Path) -> Stored:
    """Return what lies in a directory."""
    return Stored(path, size_of(path), _last_use(path))


def leftovers(data_dir: Path) -> list[Stored]:
    """Return what processes that no longer live left half-written or half-removed."""
    return [stored(path) for path in sorted(data_dir.glob("shards/tmp/*")) if is_abandoned(path)]


def totals(data_dir: Path) -> dict[str, int]:
    """Return {what: bytes} of everything in the data directory."""
    sizes = {what: size_of(data_dir / part) for part, what in PARTS.items()}
    known = sum(sizes.values())
    return {**sizes, "catalogue, logs and others": size_of(data_dir) - known}


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files below a folder; links are not followed."""
    if not path.is_dir():
        return _size(path)
    files = (Path(folder, name) for folder, _, names in os.walk(path) for name in names)
    return sum(map(_size, files))


def remove(data_dir: Path, item: Stored) -> str:
    """Remove something, whole or not at all; return why it stays, or ''.

    Safe beside other processes: what somebody used since `item` was looked at stays, who has
    files of it mapped goes on reading them, and who looks for it finds all of it or nothing.
    """
    if not item.path.exists():
        return "gone already"
    if _last_use(item.path) != item.last_use:
        return "used by another process just now"
    trash = data_dir / "shards" / "tmp"
    try:
        if item.path.parent == trash:
            shutil.rmtree(item.path)
        else:
            remove_whole(item.path, trash)
    except OSError as error:
        return trouble(error, item.path)
    return ""


def _last_use(path: Path) -> float:
    """Return the newest time stamp of a folder and of what lies directly in it."""
    inside: list[Path] = []
    with contextlib.suppress(OSError):
        inside = list(path.iterdir())
    return max(map(_modified, [path, *inside]))


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
