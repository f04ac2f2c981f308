"""A sequence as a short clip that browsers play: exactly the frames that were embedded."""

from __future__ import annotations

import uuid
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from seqsel_core.dataset import EmbeddedVideo
from seqsel_core.output.reread import frames_as_embedded
from seqsel_core.progress import Progress
from seqsel_core.video.types import Picture

TALLEST = 480
"""Pixels; higher pictures are scaled down."""

_RATE = 25.0  # frames per second where a video has no time of its own (a folder of frames)
_SLOWEST, _FASTEST = 1.0, 60.0


def write_clip(item: EmbeddedVideo, start: int, stop: int, path: Path, progress: Progress) -> None:
    """Write frames `[start, stop)` of a video as an H.264 clip; whole or not at all.

    Every frame is shown equally long, so that it can be counted: the mean pace of these
    frames in the video, but between 1 and 60 per second.

    Args:
        item: The video.
        start: Index of the first frame.
        stop: Index after the last.
        path: Where to write, `.mp4`. Its folder is made; a file there is replaced.
        progress: Told of each frame.

    Raises:
        OutputError: The video changed since it was embedded, or cannot be read any more.
        OSError: The file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{uuid.uuid4().hex}.partial")
    progress.stage("making a clip", stop - start, "frames")
    try:
        with av.open(str(partial), "w", format="mp4", options={"movflags": "faststart"}) as target:
            stream = None
            frames = frames_as_embedded(item, item.video, range(start, stop), progress)
            for frame in frames:
                picture = _fitted(frame.picture)
                if stream is None:
                    rate = Fraction(_rate(item, start, stop)).limit_denominator(1000)
                    stream = target.add_stream("libx264", rate, options={"crf": "20"})
                    stream.height, stream.width = picture.shape[:2]
                    stream.pix_fmt = "yuv420p"
                elif picture.shape[:2] != (stream.height, stream.width):
                    image = Image.fromarray(picture)  # the size changed in mid-stream
                    picture = np.asarray(image.resize((stream.width, stream.height)))
                target.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
                progress.advance(1, item.video.name)
            if stream is not None:
                target.mux(stream.encode(None))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _fitted(picture: Picture) -> Picture:
    """Return a picture no taller than `TALLEST`, its sides even as H.264 wants them."""
    height, width = picture.shape[:2]
    scale = min(1.0, TALLEST / height)
    size = tuple(max(2, round(side * scale / 2) * 2) for side in (width, height))
    if size == (width, height):
        return picture
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BILINEAR))


def _rate(item: EmbeddedVideo, start: int, stop: int) -> float:
    """Return the mean frames per second of these frames."""
    rows = np.searchsorted(item.frames["index"], [start, stop - 1])
    first, last = item.frames["seconds"][rows]
    if stop - start < 2 or not last > first:
        return _RATE
    return float(np.clip((stop - start - 1) / (last - first), _SLOWEST, _FASTEST))
