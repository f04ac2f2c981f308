"""What a video is, whatever it is called: a hash of its content."""

from __future__ import annotations

import os
from pathlib import Path

import xxhash

from seqsel_core.video.types import Video

_PIECE = 1 << 20


def content_id(video: Video) -> str:
    """Return 32 hex digits that depend on the bytes of a video only, not on its name.

    A folder of frames is the run of its frames: their bytes in order.

    Raises:
        OSError: A file cannot be read.
    """
    if not video.is_folder:
        return _hash_file(video.path).hexdigest()
    digest = xxhash.xxh3_128(b"frames")
    for path in video.frame_paths:
        digest.update(_hash_file(path).digest())
    return digest.hexdigest()


def signature(video: Video) -> str:
    """Return a text that changes when a file of the video is written, renamed or added.

    Cheap (no file is opened): used to remember a `content_id` between runs.
    """
    digest = xxhash.xxh3_128()
    for path in video.frame_paths or (video.path,):
        state = path.stat()
        text = f"{os.fsencode(path)!r} {state.st_size} {state.st_mtime_ns} {state.st_ino}\n"
        digest.update(text.encode())
    return digest.hexdigest()


def _hash_file(path: Path) -> xxhash.xxh3_128:
    digest = xxhash.xxh3_128()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest
