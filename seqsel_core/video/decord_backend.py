"""Video files by decord: optional, chosen with `decoder=decord`.

decord believes headers, ignores rotation, knows no codec younger than 2018, begins too
late in MPEG streams, and repeats an earlier frame where one is damaged, without a word. So
PyAV is the default; what decord would get wrong is refused, with the reason. Damage inside a
frame, and pictures that change their size (decord scales them to the first), it does not tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from seqsel_core.errors import ConfigError
from seqsel_core.video.limits import Limits
from seqsel_core.video.picture_hash import picture_hash
from seqsel_core.video.pyav import PyAVDecoder
from seqsel_core.video.stream_facts import StreamFacts, stream_facts
from seqsel_core.video.types import Frame, FullFrame, Picture, Problem, ReadResult, Video, Wanted

_LOOK = 16  # frames among which decord's first is looked for
_ERRORS = (RuntimeError, ValueError, OSError, EOFError, IndexError)
_DOUBT = 0.25  # of 255, on average: less between neighbours is no proof of another frame


class DecordDecoder:
    """Reads video files with decord; implements `Decoder`."""

    name = "decord"

    def __init__(self, limits: Limits | None = None) -> None:
        """Say what larger pictures or longer videos are refused by."""
        self._limits = limits or Limits()

    def frames(self, video: Video, size: int, result: ReadResult) -> Iterator[Frame]:
        """Yield every frame that decord gives; see `Decoder.frames`."""
        decord = _decord()
        try:
            facts = stream_facts(video, self._limits, result)
            _refuse(video, facts, decord.VideoReader(str(video.path), num_threads=1))
            reader = decord.VideoReader(str(video.path), num_threads=1)
        except (decord.DECORDError, *_ERRORS) as error:
            reason = f"cannot be opened by decord: {_reason(error)}; use decoder=pyav"
            result.problems.append(Problem(reason))
            return
        result.time_base = facts.time_base
        result.width, result.height = facts.width, facts.height
        numerator, denominator = facts.time_base
        for index, pts in enumerate(facts.pts):
            try:
                picture = reader[index].asnumpy()
            except (decord.DECORDError, RuntimeError, IndexError) as error:
                left = len(facts.pts) - index
                reason = f"decord cannot read on after {index} frames: {_reason(error)}"
                result.problems.append(Problem(f"{reason}; use decoder=pyav", left))
                return
            small = Image.fromarray(picture).resize((size, size), Image.Resampling.BILINEAR)
            yield Frame(
                index=index,
                pts=pts,
                seconds=pts * numerator / denominator,
                pixel_hash=picture_hash(picture),
                picture=np.asarray(small),
                aspect_ratio=facts.aspect_ratio,
                damaged=False,
            )

    def full_frames(self, video: Video, indices: Sequence[int]) -> Iterator[FullFrame]:
        """Yield frames at full size, decoding from the start; see `Decoder.full_frames`."""
        if not indices:
            return
        reader = _decord().VideoReader(str(video.path), num_threads=1)
        wanted = set(indices)
        for index in range(min(len(reader), max(wanted) + 1)):
            picture = reader[index].asnumpy()
            if index in wanted:
                yield FullFrame(index, picture_hash(picture), picture)

    def sought_frames(self, video: Video, wanted: Sequence[Wanted]) -> Iterator[FullFrame]:
        """Yield frames found by seeking; see `Decoder.sought_frames`."""
        reader = _decord().VideoReader(str(video.path), num_threads=1)
        for item in wanted:
            picture = reader[item.index].asnumpy()
            yield FullFrame(item.index, picture_hash(picture), picture)


def _decord() -> Any:
    try:
        import decord
    except ImportError as error:
        raise ConfigError(
            "decoder=decord needs the package 'decord', which has no wheel for this machine. "
            "Use decoder=pyav."
        ) from error
    return decord


def _refuse(video: Video, facts: StreamFacts, reader: Any) -> None:
    """Raise ValueError where decord's frames would not be those of the file."""
    count = len(facts.pts)
    if facts.rotation:
        raise ValueError(f"the video is rotated by {facts.rotation:g}°, which decord ignores")
    if len(reader) != count:
        raise ValueError(f"decord counts {len(reader)} frames, the file has {count}")
    reader.get_frame_timestamp(count - 1)  # fails where its index of the file is broken
    shape, expected = reader[0].shape, (facts.height, facts.width, 3)
    if tuple(shape) != expected:
        raise ValueError(f"decord gives pictures of shape {tuple(shape)} instead of {expected}")
    first = _small(reader[0].asnumpy())
    true = PyAVDecoder(1).full_frames(video, range(min(count, _LOOK)))
    away = [float(np.abs(_small(frame.picture) - first).mean()) for frame in true]
    nearest = int(np.argmin(away))
    if away[nearest] < away[0] - _DOUBT:
        raise ValueError(f"decord begins with frame {nearest}")


def _small(picture: Picture) -> npt.NDArray[np.float32]:
    image = Image.fromarray(picture).resize((64, 64), Image.Resampling.BOX)
    return np.asarray(image, np.float32)


def _reason(error: BaseException) -> str:
    """Return the first line of what decord says, without the place in its source."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].split(": ", 1)[-1].strip(" ;.'")[:200] or type(error).__name__
