"""What a video is, whatever it is called: a hash of its content."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import xxhash

from seqsel_core.video.roots import check_readable
from seqsel_core.video.types import Video

_PIECE = 1 << 20
_CLOCK_STEP = 2.0  # seconds, of the coarsest file systems
_T = TypeVar("_T")


def content_id(video: Video, unreadable: list[Path] | None = None) -> str:
    """Return 32 hex digits that depend on the bytes of a video only, not on its name.

    A folder of frames is the run of its frames: their bytes in order, and a mark in place of
    one that cannot be read.

    Args:
        video: What to read.
        unreadable: Receives the frames that cannot be read.

    Raises:
        OSError: The file, or every frame, cannot be read.
    """
    if not video.is_folder:
        return _hash_file(video.path).hexdigest()
    digest = xxhash.xxh3_128(b"frames")
    parts = _each(video.frame_paths, lambda path: _hash_file(path).digest())
    for path, part in zip(video.frame_paths, parts, strict=True):
        digest.update(part or b"unreadable")
        if part is None and unreadable is not None:
            unreadable.append(path)
    return digest.hexdigest()


def signature(video: Video) -> str:
    """Return a text that changes when a file of the video is written, renamed or added.

    Cheap (no file is opened): used to remember a `content_id` between runs. It holds the time
    of the last change of each file (ctime), which the system alone sets: a file that is changed
    and given its old size and time of modification is noticed too.

    Raises:
        OSError: The file, or every frame, is gone.
    """
    digest = xxhash.xxh3_128()
    paths = video.frame_paths or (video.path,)
    for path, state in zip(paths, _each(paths, Path.stat), strict=True):
        known = "unreadable"
        if state is not None:
            times = f"{state.st_mtime_ns} {state.st_ctime_ns}"
            known = f"{state.st_size} {times} {state.st_ino}"
        digest.update(f"{os.fsencode(path)!r} {known}\n".encode())
    return digest.hexdigest()


def just_written(video: Video) -> bool:
    """Return whether a file of the video changed so lately that it may change again unnoticed.

    A clock of files ticks in steps: of two changes within one step, only the first shows in a
    `signature`.

    Raises:
        OSError: The file, or every frame, is gone.
    """
    now = time.time()
    states = _each(video.frame_paths or (video.path,), Path.stat)
    return any(state is not None and abs(now - state.st_ctime) < _CLOCK_STEP for state in states)


def _each(paths: Sequence[Path], read: Callable[[Path], _T]) -> list[_T | None]:
    """Return what is read from each path, None where it cannot be.

    Raises:
        OSError: None of them can be read.
    """
    found: list[_T | None] = []
    last = None
    for path in paths:
        try:
            found.append(read(path))
        except OSError as error:
            found.append(None)
            last = error
    if last is not None and not any(item is not None for item in found):
        raise last
    return found


def _hash_file(path: Path) -> xxhash.xxh3_128:
    check_readable(path)
    digest = xxhash.xxh3_128()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest
