"""How many frames a video will have, as its header says: for progress bars only."""

from __future__ import annotations

import av.error

from seqsel_core.video.pyav import open_container
from seqsel_core.video.types import Video

_LEAST_BYTES = 32  # of a compressed frame; the least seen in real video is 42


def estimate_frames(video: Video, *, isolate: bool = False) -> int:
    """Return the number of frames that the header promises, or 0.

    Headers lie, so this is never used to allocate or to select; an absurd number counts as 0.

    Args:
        video: What to look at.
        isolate: Open it in a process of its own: a header, too, can crash what reads it.
    """
    if video.is_folder:
        return len(video.frame_paths)
    if isolate:
        from seqsel_core.video.isolated import isolated_estimate

        return isolated_estimate(video)
    try:
        with open_container(video.path) as container:
            stream = container.streams.best("video")
            if stream is None:
                return 0
            frames = int(stream.frames)
            if not frames and stream.average_rate:
                if stream.duration and stream.time_base:
                    frames = int(stream.duration * stream.time_base * stream.average_rate)
                elif container.duration:
                    frames = int(container.duration / 1_000_000 * stream.average_rate)
    except (av.error.FFmpegError, OSError, ValueError, OverflowError):
        return 0
    return frames if 0 < frames <= video.size_bytes / _LEAST_BYTES else 0
