"""Find some frames of a video file without decoding all before them.

Seeking goes to a key frame at or before the frame and decodes from there. Containers without
an index, or with a wrong one, and streams whose key frames do not stand alone, give another
frame, a green one, or none: who calls compares pixel hashes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import av

from seqsel_core.video.types import Wanted

_NEAR = 12  # frames: so far, decoding on is cheaper than emptying the decoder to seek

_TRIES = 4  # steps back to earlier key frames, each four times as far


def seek(
    container: av.container.InputContainer, stream: Any, wanted: Sequence[Wanted]
) -> Iterator[tuple[Wanted, av.VideoFrame]]:
    """Yield (what was wanted, the frame with its pts), ascending.

    Ends early where a frame is not found, or cannot be decoded.

    Args:
        container: Just opened.
        stream: Its video stream.
        wanted: Frames, ascending.
    """
    near = _NEAR
    after = -1  # index of the frame decoded last
    seen: int | None = None  # its pts
    frames = _decoded(container, stream)
    for item in wanted:
        if item.index - after > near:
            frames, frame = _at_or_before(container, stream, item.pts)
            if frame is None:
                return
            if seen is not None and (frame.pts or 0) <= seen:  # in vain: key frames are far apart
                near = 2 * (item.index - after)
        else:
            frame = next(frames, None)
        while frame is not None and frame.pts is not None and frame.pts < item.pts:
            frame = next(frames, None)
        if frame is None or frame.pts != item.pts:
            return
        yield item, frame
        after, seen = item.index, item.pts


def _at_or_before(
    container: av.container.InputContainer, stream: Any, pts: int
) -> tuple[Iterator[av.VideoFrame], av.VideoFrame | None]:
    """Seek; return the frames from there on, and the first of them, which is not after pts.

    Frames that are shown before a key frame but stored after it (HEVC's open groups) are
    dropped after a seek to it: then one further back is taken.
    """
    target = pts
    for _ in range(_TRIES):
        container.seek(target, stream=stream, backward=True)
        frames = _decoded(container, stream)
        frame = next(frames, None)
        if frame is None or frame.pts is None:
            break
        if frame.pts <= pts:
            return frames, frame
        target = pts - 4 * max(frame.pts - pts, pts - target)
    return iter(()), None


def _decoded(container: av.container.InputContainer, stream: Any) -> Iterator[av.VideoFrame]:
    try:
        yield from container.decode(stream)
    except (av.error.FFmpegError, OSError, ValueError, EOFError, IndexError):
        return
