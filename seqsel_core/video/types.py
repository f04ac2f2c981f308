"""What a video is to the rest of seqsel: names, frames, problems.

A *video* is a video file or a folder of sorted frames: an ordered run of frames.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
"""One decoded picture, RGB, shape (height, width, 3), uint8."""


@dataclass(frozen=True)
class Video:
    """A video file or a folder of frames, found but not yet read.

    Attributes:
        name: Path relative to the input folder, with `/`; unique in a dataset.
        path: Where it lies: a file, or the folder that holds the frames.
        size_bytes: Bytes of the file, or of all frames together.
        frame_names: For a folder: names of the frames relative to the input folder,
            in order. Empty for a file.
        frame_paths: For a folder: where each frame lies, in the same order.
    """

    name: str
    path: Path
    size_bytes: int
    frame_names: tuple[str, ...] = ()
    frame_paths: tuple[Path, ...] = ()

    @property
    def is_folder(self) -> bool:
        """Whether this is a folder of frames."""
        return bool(self.frame_paths)


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded frame, as the single pass over a video yields it.

    Attributes:
        index: 0-based, in display order. For a folder: the position in the sorted list.
        pts: Presentation time stamp in units of the video's time base (a folder: the index).
        seconds: `pts` × time base; NaN for a folder, which has no time.
        pixel_hash: 64-bit hash of the full-size decoded picture.
        picture: RGB, shape (size, size, 3), uint8: the whole picture scaled to the square
            that the network takes.
        aspect_ratio: Display width / height of the picture before scaling.
        damaged: The decoder says that parts of the picture are missing, or of one that it is
            built on.
    """

    index: int
    pts: int
    seconds: float
    pixel_hash: int
    picture: Picture
    aspect_ratio: float
    damaged: bool


@dataclass(frozen=True, slots=True)
class FullFrame:
    """One frame at full size, for export.

    Attributes:
        index: 0-based, in display order.
        pixel_hash: The same hash that the first pass computed.
        picture: RGB, upright, shape (height, width, 3), uint8.
    """

    index: int
    pixel_hash: int
    picture: Picture


@dataclass(frozen=True, slots=True)
class Wanted:
    """A frame of an earlier pass, to be read again.

    Attributes:
        index: 0-based, in display order.
        pts: As the pass gave it.
        pixel_hash: As the pass gave it.
    """

    index: int
    pts: int
    pixel_hash: int


@dataclass
class Problem:
    """Something that went wrong in one video, for people to read.

    Attributes:
        reason: One sentence.
        frames: Number of frames it cost; 0 where that cannot be known.
    """

    reason: str
    frames: int = 0


@dataclass
class ReadResult:
    """What a pass over a video learned apart from its frames.

    Attributes:
        problems: What went wrong.
        width: Of the upright picture, in pixels.
        height: Of the upright picture, in pixels.
        time_base: Seconds per unit of pts: (numerator, denominator).
        packets: Read so far, in vain or not: who watches sees whether anything goes on.
    """

    problems: list[Problem] = field(default_factory=list)
    width: int = 0
    height: int = 0
    time_base: tuple[int, int] = (0, 1)
    packets: int = 0


class Decoder(Protocol):
    """A way to read one video.

    See `pyav.py`, `frame_folder.py`, `decord_backend.py`, `torchcodec_backend.py`.

    Attributes:
        name: Says all that changes the frames: `decoder_for` makes the same decoder of it.
    """

    name: str

    def frames(self, video: Video, size: int, result: ReadResult) -> Iterator[Frame]:
        """Yield every readable frame once, in display order.

        Args:
            video: What to read.
            size: Side of the square picture to yield, in pixels.
            result: Filled in while reading: problems, picture size, time base.

        A frame that cannot be read is noted in `result.problems` and left out.
        """
        ...

    def full_frames(self, video: Video, indices: Sequence[int]) -> Iterator[FullFrame]:
        """Yield the frames with these indices (ascending) at full size."""
        ...

    def sought_frames(self, video: Video, wanted: Sequence[Wanted]) -> Iterator[FullFrame]:
        """Yield these frames (ascending) at full size by seeking, which is quick, and may lie.

        What a file or a decoder gets wrong after a seek comes out as another picture: the
        caller compares the hashes; see `exact.py`. Ends early where a frame is not found.
        """
        ...
