"""Which folders the app may read: below the configured roots, browsed by opaque ids."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from seqsel_core.video.discover import FRAME_ENDINGS, VIDEO_ENDINGS, ending

_DEFAULTS = (Path("/home/input_dir"), Path.home() / "Videos")
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
    """Return the roots: `SEQSEL_INPUT_ROOTS` (separated by `:`), or the usual video folders."""
    configured = os.environ.get("SEQSEL_INPUT_ROOTS")
    if configured:
        paths = [Path(text).expanduser() for text in configured.split(os.pathsep) if text]
    else:
        paths = list(_DEFAULTS)
    return tuple(_folder(path.resolve(), str(path)) for path in paths if path.is_dir())


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

    Hidden folders and links that leave the root are left out. A folder that cannot be read
    is shown as empty.
    """
    folders, n_videos, n_frames = [], 0, 0
    try:
        entries = sorted(os.scandir(path), key=lambda entry: entry.name)
    except OSError:
        entries = []
    for entry in entries:
        try:
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                real = Path(entry.path).resolve()
                if real.is_relative_to(root):
                    folders.append(_folder(real, entry.name))
            elif entry.is_file():
                n_videos += ending(entry.name) in VIDEO_ENDINGS
                n_frames += ending(entry.name) in FRAME_ENDINGS
        except OSError:
            continue
    return Content(tuple(folders[:_MOST_SHOWN]), n_videos, n_frames)


def _folder(path: Path, name: str) -> Folder:
    return Folder(hashlib.sha256(os.fsencode(path)).hexdigest()[:16], name, path)
