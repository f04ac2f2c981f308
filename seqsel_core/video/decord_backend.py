"""Video files by decord: optional, chosen with `decoder=decord`.

decord reads by random access and silently repeats an earlier frame where one is damaged, so
PyAV is the default. It ignores rotation; a rotated video is refused rather than shown askew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from PIL import Image

from seqsel_core.errors import ConfigError
from seqsel_core.video.picture_hash import picture_hash
from seqsel_core.video.pyav import open_container
from seqsel_core.video.types import Frame, FullFrame, Problem, ReadResult, Video


class DecordDecoder:
    """Reads video files with decord; implements `Decoder`."""

    name = "decord"

    def frames(self, video: Video, size: int, result: ReadResult) -> Iterator[Frame]:
        """Yield every frame that decord gives; see `Decoder.frames`."""
        try:
            reader = _open(video)
            base = _time_base(video)
        except (RuntimeError, ValueError, OSError) as error:
            result.problems.append(Problem(f"cannot be opened by decord: {_first_line(error)}"))
            return
        result.time_base = base
        for index in range(len(reader)):
            try:
                picture = reader[index].asnumpy()
            except (RuntimeError, IndexError) as error:
                result.problems.append(Problem(f"ends early: {_first_line(error)}"))
                return
            seconds = float(reader.get_frame_timestamp(index)[0])
            height, width = picture.shape[:2]
            result.width, result.height = width, height
            small = Image.fromarray(picture).resize((size, size), Image.Resampling.BILINEAR)
            yield Frame(
                index=index,
                pts=round(seconds * base[1] / base[0]) if base[0] else index,
                seconds=seconds,
                pixel_hash=picture_hash(picture),
                picture=np.asarray(small),
                aspect_ratio=width / height,
                damaged=False,
            )

    def full_frames(self, video: Video, indices: Sequence[int]) -> Iterator[FullFrame]:
        """Yield frames at full size; see `Decoder.full_frames`."""
        reader = _open(video)
        for index in indices:
            picture = reader[index].asnumpy()
            yield FullFrame(index, picture_hash(picture), picture)


def _open(video: Video) -> Any:
    try:
        import decord
    except ImportError as error:
        raise ConfigError(
            "decoder=decord needs the package 'decord', which has no wheel for this machine. "
            "Use decoder=pyav."
        ) from error
    return decord.VideoReader(str(video.path), num_threads=1)


def _time_base(video: Video) -> tuple[int, int]:
    with open_container(video.path) as container:
        stream = container.streams.best("video")
        if stream is None:
            raise ValueError("no video stream")
        for frame in container.decode(video=stream.index):
            if frame.rotation:
                raise ValueError(f"the video is rotated by {frame.rotation}°; use decoder=pyav")
            break
        base = stream.time_base
        return (base.numerator, base.denominator) if base else (0, 1)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
