"""Uploads on disk: files named by their content; what the client called them is remembered."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from seqsel_core.errors import InputError
from seqsel_core.store.arrival import NAMES, PIECE, Arrival, safe_name
from seqsel_core.store.quota import limits
from seqsel_core.video.discover import FRAME_ENDINGS, VIDEO_ENDINGS, Found, ending, group

GIVEN_UP = 86400.0
"""Seconds after its last piece until an upload that was not finished is removed."""


def save_upload(root: Path, files: Iterable[tuple[str, BinaryIO]]) -> Path:
    """Copy files of this machine to an upload, in pieces of 1 MB, and return its folder.

    Args:
        root: Where uploads lie; a new folder is made in it.
        files: (name, which may hold folders; open file).

    Raises:
        InputError: A name is not usable, or none of the files is a video or a frame.
        StoreError: There is no room for them.
        OSError: It cannot be written (disk full, for example); nothing stays behind.
    """
    named = [(safe_name(name), file) for name, file in files]
    usable = [item for item in named if ending(item[0]) in VIDEO_ENDINGS | FRAME_ENDINGS]
    if not usable:
        which = f"None of the {len(named):,} uploaded files is"
        if len(named) == 1:
            which = "The uploaded file is not"
        raise InputError(
            f"{which} a video or a frame. "
            f"Videos end in {', '.join(sorted(VIDEO_ENDINGS))}; "
            f"frames in {', '.join(sorted(FRAME_ENDINGS))}."
        )
    sizes = [file.seek(0, os.SEEK_END) for _, file in usable]
    arrival = Arrival(root)
    try:
        announced = [(name, size) for (name, _), size in zip(usable, sizes, strict=True)]
        numbers = arrival.add(announced, limits(root))
        for (name, file), size, number in zip(usable, sizes, numbers, strict=True):
            if isinstance(number, str):
                raise InputError(f"{name} cannot be uploaded: {number}.")
            file.seek(0)
            at = 0
            while at < size and (piece := file.read(min(PIECE, size - at))):
                arrival.write(number, at, piece)
                at += len(piece)
        return arrival.finish()
    except BaseException:
        arrival.discard()
        raise


def discover_upload(folder: Path, *, frame_order: str = "alphabetical") -> Found:
    """Return the videos of an upload, under the names that the client gave.

    Raises:
        InputError: The folder is not an upload.
    """
    try:
        names: dict[str, str | list[str]] = json.loads((folder / NAMES).read_text("ascii"))
    except (OSError, ValueError) as error:
        raise InputError(f"The upload in {folder} is gone or damaged. Upload it again.") from error
    files = [
        (name, folder / stored)
        for stored, given in names.items()
        for name in ([given] if isinstance(given, str) else given)
    ]
    return group(files, Path("upload"), frame_order)


def remove_given_up(root: Path, now: float | None = None) -> None:
    """Remove uploads that were not finished and of which nothing came for a day.

    Args:
        root: Where uploads lie.
        now: Unix time in seconds; None: the clock.
    """
    now = time.time() if now is None else now
    for folder in root.iterdir() if root.is_dir() else ():
        try:
            if folder.is_symlink() or not folder.is_dir() or (folder / NAMES).exists():
                continue
            newest = max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
        except OSError:  # somebody else removes it
            continue
        if now - newest > GIVEN_UP:
            shutil.rmtree(folder, ignore_errors=True)
