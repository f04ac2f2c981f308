"""The folders that can be browsed: below the configured roots, by opaque ids."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from seqsel_core.video import roots
from seqsel_core.video.discover import FRAME_ENDINGS, VIDEO_ENDINGS, ending

_MOST_SHOWN = 500


@dataclass(frozen=True)
class Folder:
    """A folder that may be opened.

    Attributes:
        id: Opaque; looked up again in its parent's listing when it is used.
        name: For people.
        path: Where it lies, links resolved.
    """

    id: str
    name: str
    path: Path


@dataclass(frozen=True)
class Content:
    """What lies directly in a folder.

    Attributes:
        folders: Folders in it, at most 500.
        n_videos: Video files directly in it.
        n_frames: Pictures directly in it.
    """

    folders: tuple[Folder, ...]
    n_videos: int
    n_frames: int


def input_roots() -> tuple[Folder, ...]:
    """Return the roots that are there; see `seqsel_core.video.roots.input_roots`."""
    return tuple(
        _folder(path.resolve(), str(path)) for path in roots.input_roots() if path.is_dir()
    )


def open_folder(ids: list[str]) -> list[Folder]:
    """Return the folders that a chain of ids names: a root, a folder in it, and so on.

    The chain ends where an id names nothing (any more). No path is ever taken from outside.
    """
    chain: list[Folder] = []
    choices = input_roots()
    for wanted in ids:
        match = next((folder for folder in choices if folder.id == wanted), None)
        if match is None:
            break
        chain.append(match)
        choices = list_folder(match.path, chain[0].path).folders
    return chain


def list_folder(path: Path, root: Path) -> Content:
    """Return what lies directly in a folder below a root.

    Hidden folders, and what leads out of the root by a link, are left out. A folder that
    cannot be read, or does not lie below the root, is shown as empty.
    """
    folders, n_videos, n_frames = [], 0, 0
    try:
        entries = sorted(os.scandir(path), key=lambda entry: entry.name)
    except (OSError, ValueError):
        entries = []
    for entry in entries if roots.is_below(path, [root]) else []:
        try:
            if entry.name.startswith("."):
                continue
            if entry.is_symlink() and not roots.is_below(Path(entry.path), [root]):
                continue
            if entry.is_dir():
                folders.append(_folder(Path(entry.path).resolve(), entry.name))
            elif entry.is_file():  # neither pipe nor device
                n_videos += ending(entry.name) in VIDEO_ENDINGS
                n_frames += ending(entry.name) in FRAME_ENDINGS
        except OSError:
            continue
    return Content(tuple(folders[:_MOST_SHOWN]), n_videos, n_frames)


def _folder(path: Path, name: str) -> Folder:
    return Folder(hashlib.sha256(os.fsencode(path)).hexdigest()[:16], name, path)
