"""Video files by PyAV (FFmpeg): the default decoder.

Reads packet by packet, so that one bad packet costs its own frames only, and scales in the
same pass that converts to RGB. Headers are not believed: frames are counted as they come.
"""

from __future__ import annotations

import contextlib
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
import xxhash
from av.video.reformatter import Interpolation, VideoReformatter

from seqsel_core.video.damage import Damage
from seqsel_core.video.ffmpeg_log import complaint
from seqsel_core.video.limits import Limits
from seqsel_core.video.roots import check_readable
from seqsel_core.video.seeking import seek
from seqsel_core.video.types import Frame, FullFrame, Picture, Problem, ReadResult, Video, Wanted

# Formats that hold pictures themselves; playlists (HLS, concat, DASH), which name other
# files or addresses, are not among them.
_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,mpegvideo,asf,flv,gif,ogg,"
    "h264,hevc,m4v,obu,ivf,jpeg_pipe,png_pipe"
)
_PADDING = 64 * 65_536  # pixels: at the end of the rows of the highest picture
_READ_ERRORS = (av.error.FFmpegError, OSError, ValueError, EOFError, IndexError)


class PyAVDecoder:
    """Reads video files with FFmpeg through PyAV; implements `Decoder`."""

    name = "pyav"

    def __init__(self, threads: int = -1, limits: Limits | None = None) -> None:
        """Set up a decoder.

        Args:
            threads: That decode; -1: as FFmpeg sees fit; 0 is one, too. The frames are the
                same with any number.
            limits: Pictures larger than this are not decoded.
        """
        self._threads = threads
        self._limits = limits or Limits()

    def frames(self, video: Video, size: int, result: ReadResult) -> Iterator[Frame]:
        """Yield every decodable frame; see `Decoder.frames`."""
        reformatter = VideoReformatter()
        clock = _Clock()
        passes = _decode(video, result, self._threads, self._limits)
        for index, (stream, raw, damaged) in enumerate(passes):
            if index == 0:
                result.width, result.height = _upright_size(raw)
                result.time_base = _fraction(stream.time_base)
            pts, seconds = clock.tick(stream, raw)
            scaled = reformatter.reformat(
                raw, size, size, "rgb24", interpolation=Interpolation.BILINEAR, threads=1
            )
            yield Frame(
                index=index,
                pts=pts,
                seconds=seconds,
                pixel_hash=_pixel_hash(raw),
                picture=_upright(_rgb(scaled), raw.rotation),
                aspect_ratio=_aspect_ratio(stream, raw),
                damaged=damaged,
            )
        if not result.width and not result.problems:
            result.problems.append(Problem("has no frame"))
        if clock.missing:
            result.problems.append(
                Problem(f"{clock.missing} frames have no usable time stamp; times follow the rate")
            )

    def full_frames(self, video: Video, indices: Sequence[int]) -> Iterator[FullFrame]:
        """Yield frames at full size, decoding from the start; see `Decoder.full_frames`."""
        wanted = set(indices)
        if not wanted:
            return
        last = max(wanted)
        passes = _decode(video, ReadResult(), self._threads, self._limits)
        for index, (_, raw, _) in enumerate(passes):
            if index in wanted:
                yield _full_frame(index, raw)
            if index >= last:
                return

    def sought_frames(self, video: Video, wanted: Sequence[Wanted]) -> Iterator[FullFrame]:
        """Yield frames at full size by seeking; see `Decoder.sought_frames`."""
        if not wanted:
            return
        with open_container(video.path) as container:
            stream: Any = container.streams.best("video")
            set_up(stream, self._threads, self._limits)
            for item, raw in seek(container, stream, wanted):
                yield _full_frame(item.index, raw)


def open_container(path: Path) -> av.container.InputContainer:
    """Open a video file, and nothing else: no playlist, no address, no other file.

    Raises:
        OSError, ValueError: It cannot be opened; `av.error.FFmpegError` is among them.
    """
    check_readable(path)
    return av.open(
        f"file:{path}",  # or a name such as 10:20:30.mp4 would be taken for an address
        metadata_errors="replace",
        options={"protocol_whitelist": "file", "format_whitelist": _FORMATS},
    )


class _Clock:
    """Gives every frame a pts after the one before, also in streams that carry none.

    AVI has no place for pts: with B-frames, what stands there runs to and fro.
    """

    def __init__(self) -> None:
        self.missing = 0
        self._last: int | None = None

    def tick(self, stream: Any, raw: av.VideoFrame) -> tuple[int, float]:
        """Return (pts, seconds) of the next frame."""
        if raw.pts is not None and (self._last is None or raw.pts > self._last):
            pts = int(raw.pts)
        else:
            self.missing += 1
            rate, base = stream.average_rate, stream.time_base
            step = max(1, round(1 / (rate * base))) if rate and base else 1
            pts = 0 if self._last is None else self._last + step
        self._last = pts
        return pts, float(pts * stream.time_base) if stream.time_base else float("nan")


class _Damaged(Exception):
    """A packet cannot be decoded, a decoded frame is damaged, or the decoder complains."""


def _decode(
    video: Video, result: ReadResult, threads: int, limits: Limits
) -> Iterator[tuple[Any, av.VideoFrame, bool]]:
    """Yield (stream, frame, damaged) for all that decodes; note the rest in `result.problems`.

    How FFmpeg mends damage, and what it gives up, depends on the number of its threads and on
    their timing. So at the first damage one thread begins again and goes on from there: every
    pass on every machine gives the same frames.
    """
    whole, known = 0, len(result.problems)
    try:
        for stream, frame, damaged in _one_pass(video, result, threads, limits, alone=False):
            if damaged:
                raise _Damaged
            yield stream, frame, damaged
            whole += 1
    except _Damaged:
        del result.problems[known:]  # they will be found again
        again = _one_pass(video, result, 1, limits, alone=True)
        yield from itertools.islice(again, whole, None)


def _one_pass(
    video: Video, result: ReadResult, threads: int, limits: Limits, *, alone: bool
) -> Iterator[tuple[Any, av.VideoFrame, bool]]:
    """Yield (stream, frame, damaged) as `_decode`; if `alone`, what goes wrong is only noted.

    Raises:
        _Damaged: A packet cannot be decoded, or the decoder complains, and this is not `alone`.
    """
    lost: Counter[str] = Counter()
    try:
        container = open_container(video.path)
    except _READ_ERRORS as error:
        result.problems.append(Problem(f"cannot be opened: {_reason(error)}"))
        return
    with container, contextlib.ExitStack() as ending:
        stream: Any = container.streams.best("video")
        if stream is None:
            result.problems.append(Problem("has no video stream"))
            return
        if stream.codec_context is None:
            result.problems.append(Problem("its codec is not known to FFmpeg"))
            return
        claimed = set_up(stream, threads, limits)
        stream.codec_context.copy_opaque = alone
        decoder = stream.codec_context.codec.name
        damage = Damage(decoder)
        complaint(decoder)  # of frames that were decoded to learn what the stream is
        # Waits for the decoder's threads: what they say must not be taken for the next pass's.
        ending.callback(stream.codec_context.flush_buffers)
        packets = container.demux(stream)  # the last one is empty: it flushes the decoder
        ended = False
        while not ended:
            packet: Any = None
            try:
                packet = next(packets)
                result.packets += 1
            except StopIteration:
                break
            except _READ_ERRORS as error:
                result.problems.append(Problem(f"ends early: {_reason(error)}"))
                ended = True
            if alone:
                damage.send(packet)
                complaint(decoder)  # of what is read: it says nothing of a picture
            try:
                decoded = stream.decode(packet)
            except _READ_ERRORS as error:
                if not alone:
                    raise _Damaged from error
                damage.lose()
                context = stream.codec_context
                large = limits.refuse(context.width, context.height) or claimed
                lost[large or _reason(error)] += 1
                continue
            said = complaint(decoder)
            if said and not alone:
                raise _Damaged
            damage.complain(said)
            for frame in decoded:
                damaged = damage.spoils(frame) if alone else frame.is_corrupt
                if large := limits.refuse(frame.width, frame.height):
                    lost[large] += 1
                else:
                    yield stream, frame, damaged
    if damage.lost:
        lost[damage.lost[0]] += len(damage.lost)
    for reason, count in lost.items():
        plural = "s" if count > 1 else ""
        result.problems.append(
            Problem(f"{count} packet{plural} cannot be decoded: {reason}", count)
        )


def set_up(stream: Any, threads: int, limits: Limits) -> str:
    """Prepare to decode; return why the size that the header claims is too large, or ''."""
    stream.thread_type = "AUTO"
    context = stream.codec_context
    if threads >= 0:
        context.thread_count = max(threads, 1)
    # FFmpeg heeds this when it knows the true size, before it takes memory for pictures. It
    # counts rows with their padding, so it is given a little more.
    context.options = {"max_pixels": str(limits.max_pixels + _PADDING)}
    claimed = limits.refuse(context.width, context.height)
    if claimed:  # by the header only: the stream may know better
        context.width = context.height = 0
    return claimed


def _full_frame(index: int, raw: av.VideoFrame) -> FullFrame:
    return FullFrame(index, _pixel_hash(raw), _upright(_rgb(raw), raw.rotation))


def _reason(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    detail = getattr(error, "log", None)
    return f"{text} ({detail[2].strip()})" if detail else str(text)


def _pixel_hash(raw: av.VideoFrame) -> int:
    """Hash the decoded planes and a palette, without row padding: no conversion, no loss."""
    digest = xxhash.xxh3_64(f"{raw.format.name} {raw.width}x{raw.height}".encode())
    planar = len(raw.planes) > 1
    for number, plane in enumerate(raw.planes):
        parts = [part for part in raw.format.components if part.plane == number]
        if planar:
            row = plane.width * sum((part.bits + 7) // 8 for part in parts)
        else:
            row = (plane.width * raw.format.padded_bits_per_pixel + 7) // 8
        line = abs(plane.line_size)  # negative where a picture is stored bottom row first
        pixels = np.frombuffer(memoryview(plane), np.uint8)
        if line:  # 0 for a palette
            pixels = pixels[: plane.height * line].reshape(plane.height, line)[:, : row or line]
        digest.update(np.ascontiguousarray(pixels).data)
    return digest.intdigest()


def _rgb(raw: av.VideoFrame) -> Picture:
    return np.asarray(raw.to_ndarray(format="rgb24"), np.uint8)


def _upright(picture: Picture, rotation: float) -> Picture:
    """Turn a picture counter-clockwise by the nearest quarter turn to `rotation` degrees."""
    return np.ascontiguousarray(np.rot90(picture, round(rotation / 90) % 4))


def _upright_size(raw: av.VideoFrame) -> tuple[int, int]:
    turned = round(raw.rotation / 90) % 2
    return (raw.height, raw.width) if turned else (raw.width, raw.height)


def _aspect_ratio(stream: Any, raw: av.VideoFrame) -> float:
    pixel = float(stream.sample_aspect_ratio or 1) or 1.0
    ratio = raw.width * pixel / raw.height
    return 1 / ratio if round(raw.rotation / 90) % 2 else ratio


def _fraction(value: Any) -> tuple[int, int]:
    return (value.numerator, value.denominator) if value else (0, 1)
