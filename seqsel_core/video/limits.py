"""How large pictures and how long videos may be: a file cannot ask for more than this.

Headers are not believed: what counts is what the decoder would allocate and what arrives.
Whoever runs the app can set other limits for all that it reads, in the environment.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seqsel_core.video.types import Decoder, Frame, FullFrame, Problem, ReadResult, Video, Wanted

SETTINGS = {
    "SEQSEL_MAX_PIXELS": 8192 * 8192,
    "SEQSEL_MAX_FRAMES": 5_000_000,
    "SEQSEL_DECODE_MEMORY_MB": 2048,
    "SEQSEL_DECODE_SECONDS": 30,
}
"""Variables of the environment that set limits, with the usual values."""


def setting(name: str) -> int:
    """Return the limit that the environment sets, or the usual one if it sets none.

    What is not a whole number above zero sets none; see `wrong_settings`.
    """
    text = os.environ.get(name, "")
    return int(text) if _is_count(text) else SETTINGS[name]


def wrong_settings() -> str:
    """Return what is wrong with the limits in the environment, as one sentence, or ''."""
    for name in SETTINGS:
        text = os.environ.get(name, "")
        if text and not _is_count(text):
            return f"{name}={text} is not a whole number above zero."
    return ""


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16 and int(text) > 0


@dataclass(frozen=True)
class Limits:
    """What is read of one video at most.

    Attributes:
        max_pixels: Width × height of a picture; larger ones are not decoded.
        max_frames: Frames; the rest of the video is left out.
    """

    max_pixels: int = setting("SEQSEL_MAX_PIXELS")
    max_frames: int = setting("SEQSEL_MAX_FRAMES")

    @property
    def suffix(self) -> str:
        """What is added to the name of a decoder: '' for the usual limits."""
        usual = Limits()
        parts = []
        if self.max_pixels != usual.max_pixels:
            parts.append(f",max_pixels={self.max_pixels}")
        if self.max_frames != usual.max_frames:
            parts.append(f",max_frames={self.max_frames}")
        return "".join(parts)

    def refuse(self, width: int, height: int) -> str:
        """Return why a picture of this size is not decoded, or ''."""
        if width * height <= self.max_pixels:
            return ""
        return (
            f"pictures of {width}×{height} have more than "
            f"decode_limits.max_pixels={self.max_pixels}"
        )


def split_name(name: str) -> tuple[str, Limits]:
    """Return the decoder and the limits of a name such as 'pyav,max_frames=100'."""
    base, *parts = name.split(",")
    values = dict(part.split("=") for part in parts)
    return base, Limits(**{key: int(value) for key, value in values.items()})


class LimitedDecoder:
    """Reads as another decoder does, up to a number of frames; implements `Decoder`."""

    def __init__(self, decoder: Decoder, limits: Limits) -> None:
        """Limit a decoder. It heeds `max_pixels` itself, before it takes the memory."""
        self.name = decoder.name + limits.suffix
        self._decoder = decoder
        self._limits = limits

    def frames(self, video: Video, size: int, result: ReadResult) -> Iterator[Frame]:
        """Yield every readable frame up to the limit; see `Decoder.frames`."""
        most = self._limits.max_frames
        for count, frame in enumerate(self._decoder.frames(video, size, result)):
            if count == most:
                result.problems.append(
                    Problem(
                        f"has more than decode_limits.max_frames={most} frames; the rest is out"
                    )
                )
                return
            yield frame

    def full_frames(self, video: Video, indices: Sequence[int]) -> Iterator[FullFrame]:
        """Yield frames at full size; see `Decoder.full_frames`."""
        return self._decoder.full_frames(video, indices)

    def sought_frames(self, video: Video, wanted: Sequence[Wanted]) -> Iterator[FullFrame]:
        """Yield frames found by seeking; see `Decoder.sought_frames`."""
        return self._decoder.sought_frames(video, wanted)
