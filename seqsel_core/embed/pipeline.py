"""Decode and embed videos at the same time, each frame once.

A thread decodes ahead into a bounded queue, while the calling thread runs the network on
batches of one fixed shape, which may span videos, and hands finished videos to the store.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image

from seqsel_core.embed.quality import uniform_rows
from seqsel_core.errors import SeqselError
from seqsel_core.video.types import Decoder, Frame, Picture, Problem, ReadResult, Video

THUMBNAIL_HEIGHT = 108
THUMBNAIL_WIDTH = 192


class _Encoder(Protocol):
    def embed(self, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]: ...


class FrameSink(Protocol):
    """Receives the frames of one video, in order."""

    def append(self, embedding: npt.NDArray[Any], row: tuple[Any, ...], thumbnail: bytes) -> None:
        """Take one frame; see `ShardWriter.append`."""
        ...

    def discard(self) -> None:
        """Forget the video."""
        ...


@dataclass
class Task:
    """One video to embed.

    Attributes:
        video: What to read.
        decoder: How to read it.
        open_sink: Called when its first frame or its end arrives.
        finish: Called with the sink and what reading found, when all frames are in it.
    """

    video: Video
    decoder: Decoder
    open_sink: Callable[[], FrameSink]
    finish: Callable[[Any, ReadResult], None]
    result: ReadResult = field(default_factory=ReadResult)


class _Item(NamedTuple):
    """A decoded frame on its way, or (with `frame` None) the end of its video."""

    task: Task
    frame: Frame | None
    thumbnail: bytes
    uniform: float


def embed_videos(
    tasks: Sequence[Task],
    encoder: _Encoder,
    *,
    input_size: int,
    batch_size: int,
    advance: Callable[[int, str], None],
) -> None:
    """Embed videos one after the other.

    Args:
        tasks: The videos.
        encoder: Takes (batch_size, input_size, input_size, 3) uint8, gives (batch_size, D).
        input_size: Side of the network's input in pixels.
        batch_size: Frames per pass; the last batch is filled up with its last frame.
        advance: Told (frames embedded since the last call, name of the video).

    Whatever interrupts it (KeyboardInterrupt included), videos finished before stay finished
    and the unfinished one is discarded.
    """
    items: queue.Queue[_Item | BaseException | None] = queue.Queue(maxsize=2 * batch_size)
    stop = threading.Event()
    producer = threading.Thread(
        target=_produce, args=(tasks, input_size, items, stop), name="decode", daemon=True
    )
    producer.start()
    writing = _Writing()
    try:
        waiting: list[_Item] = []
        frames = 0
        for item in _arriving(items):
            waiting.append(item)
            frames += item.frame is not None
            if frames == batch_size:
                _flush(waiting, encoder, batch_size, writing, advance)
                waiting, frames = [], 0
        _flush(waiting, encoder, batch_size, writing, advance)
    finally:
        stop.set()
        while producer.is_alive():  # it may wait for a free place in the queue
            with contextlib.suppress(queue.Empty):
                items.get(timeout=0.05)
        writing.discard()


class _Writing:
    """The one video that is being written."""

    def __init__(self) -> None:
        self._task: Task | None = None
        self._sink: FrameSink | None = None

    def sink(self, task: Task) -> FrameSink:
        if self._sink is None or self._task is not task:
            self._task, self._sink = task, task.open_sink()
        return self._sink

    def finish(self, task: Task) -> None:
        sink = self.sink(task)
        self._task = self._sink = None
        task.finish(sink, task.result)

    def discard(self) -> None:
        if self._sink is not None:
            self._sink.discard()


def _arriving(items: queue.Queue[_Item | BaseException | None]) -> Iterator[_Item]:
    while True:
        item = items.get()
        if item is None:
            return
        if isinstance(item, BaseException):
            raise item
        yield item


def _flush(
    waiting: list[_Item],
    encoder: _Encoder,
    batch_size: int,
    writing: _Writing,
    advance: Callable[[int, str], None],
) -> None:
    pictures = [item.frame.picture for item in waiting if item.frame is not None]
    if pictures:
        padded = pictures + [pictures[-1]] * (batch_size - len(pictures))
        embeddings = iter(encoder.embed(np.stack(padded)))
    for item in waiting:
        if item.frame is None:
            writing.finish(item.task)
            continue
        frame = item.frame
        row = (frame.index, frame.pts, frame.seconds, frame.pixel_hash, item.uniform, frame.damaged)
        writing.sink(item.task).append(next(embeddings), row, item.thumbnail)
    if pictures:
        advance(len(pictures), waiting[-1].task.video.name)


def _produce(
    tasks: Sequence[Task],
    size: int,
    items: queue.Queue[_Item | BaseException | None],
    stop: threading.Event,
) -> None:
    try:
        for task in tasks:
            try:
                for frame in task.decoder.frames(task.video, size, task.result):
                    if stop.is_set():
                        return
                    thumbnail = _thumbnail(frame.picture, frame.aspect_ratio)
                    items.put(_Item(task, frame, thumbnail, uniform_rows(frame.picture)))
            except SeqselError:  # not the file is wrong but an option, or this machine
                raise
            except Exception as error:  # a bad file costs only itself, whatever it does
                reason = f"reading failed: {type(error).__name__}: {error}"
                task.result.problems.append(Problem(reason))
            items.put(_Item(task, None, b"", 0))
        items.put(None)
    except BaseException as error:
        items.put(error)


def _thumbnail(picture: Picture, aspect_ratio: float) -> bytes:
    """Return a JPEG of the picture in its true aspect ratio, within 192 × 108 pixels."""
    ratio = min(max(aspect_ratio, 0.1), 10)
    height = min(THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH / ratio)
    size = (max(1, round(height * ratio)), max(1, round(height)))
    buffer = BytesIO()
    image = Image.fromarray(picture).resize(size, Image.Resampling.BILINEAR)
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()
