"""What a decoder that reads by number must agree with: the packets of a video stream.

Some decoders believe headers. So what they are about to read is looked at first, packet by
packet and without decoding (about 10 µs a packet), and what does not fit is refused.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import av

from seqsel_core.video.limits import Limits
from seqsel_core.video.pyav import open_container, set_up
from seqsel_core.video.types import ReadResult, Video


@dataclass(frozen=True)
class StreamFacts:
    """What holds for the best video stream of a file.

    Attributes:
        index: Number of the stream in the file.
        pts: Of all packets that are shown, ascending.
        time_base: Seconds per unit of pts: (numerator, denominator).
        width: Of the first picture as decoded, not turned, in pixels.
        height: As `width`.
        rotation: Degrees, counter-clockwise, by which a picture is turned to stand upright.
        pixel_aspect: Width / height of one pixel.
    """

    index: int
    pts: tuple[int, ...]
    time_base: tuple[int, int]
    width: int
    height: int
    rotation: float
    pixel_aspect: float

    @property
    def aspect_ratio(self) -> float:
        """Display width / height of an upright picture."""
        ratio = self.width * self.pixel_aspect / self.height
        return 1 / ratio if round(self.rotation / 90) % 2 else ratio


def stream_facts(video: Video, limits: Limits, result: ReadResult) -> StreamFacts:
    """Look at every packet of a video.

    Args:
        video: A file.
        limits: What larger pictures or more frames are refused by.
        result: Told of every packet.

    Raises:
        ValueError: A decoder that reads by number would go wrong here; says why.
        OSError: The file cannot be read.
    """
    with open_container(video.path) as container:
        stream: Any = container.streams.best("video")
        if stream is None:
            raise ValueError("has no video stream")
        if stream.codec_context is None:
            raise ValueError("its codec is not known to FFmpeg")
        claimed = set_up(stream, 1, limits)
        stamps: list[int | None] = []
        first = None
        for packet in container.demux(stream):
            result.packets += 1
            if first is None:
                first = _first(packet, claimed)
            if packet.size and not packet.is_discard:
                stamps.append(packet.pts)
            if len(stamps) > limits.max_frames:
                raise ValueError(
                    f"has more than decode_limits.max_frames={limits.max_frames} frames"
                )
        if first is None:
            raise ValueError("has no frame")
        if large := limits.refuse(first.width, first.height):
            raise ValueError(large)
        pts = sorted(stamp for stamp in stamps if stamp is not None)
        if len(pts) < len(stamps) or any(a == b for a, b in itertools.pairwise(pts)):
            raise ValueError("frames have no usable time stamps")
        base = stream.time_base
        return StreamFacts(
            index=stream.index,
            pts=tuple(pts),
            time_base=(base.numerator, base.denominator) if base else (0, 1),
            width=first.width,
            height=first.height,
            rotation=first.rotation,
            pixel_aspect=float(stream.sample_aspect_ratio or 1) or 1.0,
        )


def _first(packet: Any, claimed: str) -> Any:
    """Return the first frame of a packet, or None."""
    try:
        return next(iter(packet.decode()), None)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise ValueError(claimed or str(error)) from error
