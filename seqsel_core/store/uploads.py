"""Uploaded files on disk: named by a hash; what the client called them is only remembered."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Collection, Iterable
from itertools import chain, count
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import xxhash

from seqsel_core.errors import InputError
from seqsel_core.video.discover import FRAME_ENDINGS, VIDEO_ENDINGS, Found, ending, group

_PIECE = 1 << 20
_NAMES = "names.json"


def save_upload(root: Path, files: Iterable[tuple[str, BinaryIO]]) -> Path:
    """Copy uploaded files below `root` in pieces of 1 MB and return their folder.

    Args:
        root: Where uploads lie; a new folder is made in it.
        files: (name that the client gave, which may hold folders; open file).

    Raises:
        InputError: A name is not usable, or none of the files is a video or a frame.
        OSError: It cannot be written (disk full, for example); nothing stays behind.
    """
    named = [(_safe_name(name), file) for name, file in files]
    usable = [item for item in named if ending(item[0]) in VIDEO_ENDINGS | FRAME_ENDINGS]
    if not usable:
        raise InputError(
            f"None of the {len(named)} uploaded files is a video or a frame. "
            f"Videos end in {', '.join(sorted(VIDEO_ENDINGS))}; "
            f"frames in {', '.join(sorted(FRAME_ENDINGS))}."
        )
    folder = root / uuid.uuid4().hex
    folder.mkdir(parents=True)
    try:
        _copy(usable, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


def discover_upload(folder: Path, *, frame_order: str = "alphabetical") -> Found:
    """Return the videos of an upload, under the names that the client gave.

    Raises:
        InputError: The folder is not an upload.
    """
    try:
        names = json.loads((folder / _NAMES).read_text("ascii"))
    except (OSError, ValueError) as error:
        raise InputError(f"The upload in {folder} is gone or damaged. Upload it again.") from error
    files = [(name, folder / stored) for stored, name in names.items()]
    return group(files, Path("upload"), frame_order)


def _copy(files: Iterable[tuple[str, BinaryIO]], folder: Path) -> None:
    names: dict[str, str] = {}
    taken: set[str] = set()
    for name, file in files:
        digest = xxhash.xxh3_128(name.encode("utf-8", "surrogateescape"))
        partial = folder / "partial"
        with partial.open("wb") as copy:
            while piece := file.read(_PIECE):
                digest.update(piece)
                copy.write(piece)
        stored = f"{digest.hexdigest()}.{ending(name)}"
        partial.rename(folder / stored)
        if stored not in names:
            names[stored] = _unused(name, taken)
            taken.add(names[stored])
    (folder / _NAMES).write_text(json.dumps(names), "ascii")


def _unused(name: str, taken: Collection[str]) -> str:
    """Return the name, or the first of 'name (2)', 'name (3)' … that is not taken."""
    path = PurePosixPath(name)
    numbered = (str(path.with_stem(f"{path.stem} ({number})")) for number in count(2))
    return next(free for free in chain([name], numbered) if free not in taken)


def _safe_name(name: str) -> str:
    """Return a relative name without '.', '..' and empty parts.

    Raises:
        InputError: Nothing is left of it, or it holds a NUL.
    """
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    if not parts or "\0" in name:
        raise InputError(f"The file name {name!r} is not usable. Rename the file.")
    return "/".join(parts)
