"""What FFmpeg's decoders complain of: for some of them, the only sign of damage.

A decoder may mend a damaged picture or leave it out, neither fail nor mark the frame, and only
log it: HEVC and Motion JPEG do. A Python function as log callback can dead-lock with threads
that decode. So FFmpeg logs as it does by default, to file descriptor 2, which in the process
that decodes is a pipe back into that process.

Which complaints count was found by trial (FFmpeg 8.0): 125 good videos of all codecs give
none while they are decoded; of 204 damaged copies, nearly all that complain show another
picture, or none, for the packet complained of. The exception is below.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import sys

import av.logging

_HARMLESS = re.compile("mmco: ")
"""H.264 where two cuts were joined, or at a cut in an open group: the pictures are right."""

_NO_REFERENCE = re.compile(
    "Could not find ref|co located POCs|Missing reference|reference picture missing"
)
_IN_PLAIN_WORDS = "a frame to build on is missing"

_CHUNK = 1 << 16

_pipe: int | None = None
_news = select.poll() if hasattr(select, "poll") else None  # quicker than to read nothing
_rest = b""


def listen() -> None:
    """From now on, keep what FFmpeg logs: only for a process that does nothing but decode.

    Takes file descriptor 2 away from all libraries; Python's own `sys.stderr` stays where it
    was. Nothing waits for a reader: what the pipe cannot hold is dropped.
    """
    global _pipe
    if _news is None or _pipe is not None:
        return
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1, errors="backslashreplace")
    _pipe, inlet = os.pipe()
    os.set_blocking(_pipe, False)
    os.set_blocking(inlet, False)
    os.dup2(inlet, 2)
    os.close(inlet)
    _news.register(_pipe, select.POLLIN)
    av.logging.set_libav_level(av.logging.ERROR)
    av.logging.restore_default_callback()


def complaint(decoder: str) -> str:
    """Return the first complaint of a decoder since the last call; '' if there is none.

    Always '' in a process that does not `listen`.

    Args:
        decoder: FFmpeg's name of it: 'hevc', 'libdav1d'.
    """
    global _rest
    if _pipe is None or _news is None or not _news.poll(0):
        return ""
    with contextlib.suppress(BlockingIOError):
        while chunk := os.read(_pipe, _CHUNK):
            _rest += chunk
    whole, _, _rest = _rest.rpartition(b"\n")  # a thread may be in the midst of a line
    prefix = rf"\[{re.escape(decoder)} @ \w+\] *"
    said = re.findall(rf"{prefix}(.*[^.\s])", whole.decode(errors="replace"))
    first = next((line for line in said if not _HARMLESS.match(line)), "")
    return _IN_PLAIN_WORDS if _NO_REFERENCE.match(first) else first
