"""Decode and embed videos at the same time, each frame once.

Threads decode ahead into a bounded queue; the calling thread makes batches of one fixed shape,
which may span videos, and hands finished videos to the store, while two threads wait for the
network: one batch is computed, the next one is ready. Memory does not grow with a video.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image

from seqsel_core.embed.measures import FrameMeter, Measures
from seqsel_core.errors import SeqselError
from seqsel_core.video.types import Decoder, Frame, Picture, Problem, ReadResult, Video

THUMBNAIL_HEIGHT = 108
THUMBNAIL_WIDTH = 192

_IN_FLIGHT = 2  # batches handed to the network and not yet written
_MOST_WAITING = 32  # frames that wait together, as a multiple of the batch size


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
    """A decoded frame on its way, or (with `row` None) the end of its video.

    `picture` is None where the frame is not to be embedded.
    """

    task: Task
    row: tuple[Any, ...] | None
    picture: Picture | None
    thumbnail: bytes


class _Ended(NamedTuple):
    """A reader has no more to read, or failed."""

    error: BaseException | None


_Arrivals = queue.Queue[_Item | _Ended]


def embed_videos(
    tasks: Iterable[Task],
    encoder: _Encoder,
    *,
    input_size: int,
    batch_size: int,
    advance: Callable[[int, str], None],
    readers: int = 1,
    every: int = 1,
) -> None:
    """Embed videos, in their order where there is one reader.

    Args:
        tasks: The videos; the next one is taken, in a thread that reads, when that thread has
            read the one before.
        encoder: Takes (batch_size, input_size, input_size, 3) uint8, gives (batch_size, D);
            called from two threads, so that the next batch is ready when one is done.
        input_size: Side of the network's input in pixels.
        batch_size: Frames per pass; the last batch is filled up with its last frame.
        advance: Told (frames stored since the last call, name of the video).
        readers: Videos that are read at a time, each in a thread.
        every: Embed the first readable frame of every so many. The others are given the
            embedding of the embedded frame before them, so that the mean of a sequence is
            the mean over those embedded in it (where `every` divides its first index and its
            length; otherwise some count more than others).

    Whatever interrupts it (KeyboardInterrupt included), videos finished before stay finished
    and the unfinished ones are discarded.
    """
    items: _Arrivals = queue.Queue(maxsize=2 * batch_size)
    stop = threading.Event()
    producers = _start_readers(tasks, readers, input_size, every, items, stop)
    writing = _Writing()
    network = ThreadPoolExecutor(_IN_FLIGHT, "embed")
    on_their_way: deque[tuple[list[_Item], Future[npt.NDArray[np.float32]] | None]] = deque()
    try:
        for waiting in _batches(items, len(producers), batch_size):
            on_their_way.append((waiting, _submit(waiting, encoder, batch_size, network)))
            if len(on_their_way) == _IN_FLIGHT:
                _write(*on_their_way.popleft(), writing, advance)
        while on_their_way:
            _write(*on_their_way.popleft(), writing, advance)
    finally:
        stop.set()
        while any(producer.is_alive() for producer in producers):
            with contextlib.suppress(queue.Empty):  # they may wait for a free place in the queue
                items.get(timeout=0.05)
        network.shutdown(cancel_futures=True)
        writing.discard()


class _Writing:
    """The videos that are being written."""

    def __init__(self) -> None:
        self._sinks: dict[int, FrameSink] = {}
        self._last: dict[int, npt.NDArray[np.float32]] = {}

    def add(self, item: _Item, embedding: npt.NDArray[np.float32] | None) -> None:
        """Write a frame; without an embedding, with that of the frame before."""
        assert item.row is not None
        number = id(item.task)
        if embedding is not None:
            self._last[number] = embedding
        self._sink(item.task).append(self._last[number], item.row, item.thumbnail)

    def finish(self, task: Task) -> None:
        sink = self._sink(task)
        del self._sinks[id(task)]
        self._last.pop(id(task), None)
        task.finish(sink, task.result)

    def discard(self) -> None:
        for sink in self._sinks.values():
            sink.discard()

    def _sink(self, task: Task) -> FrameSink:
        if id(task) not in self._sinks:
            self._sinks[id(task)] = task.open_sink()
        return self._sinks[id(task)]


def _batches(items: _Arrivals, readers: int, batch_size: int) -> Iterator[list[_Item]]:
    """Yield what arrives in pieces that hold `batch_size` pictures, the last ones fewer."""
    waiting: list[_Item] = []
    pictures = 0
    while readers:
        item = items.get()
        if isinstance(item, _Ended):
            if item.error:
                raise item.error
            readers -= 1
            continue
        waiting.append(item)
        pictures += item.picture is not None
        if pictures == batch_size or len(waiting) == _MOST_WAITING * batch_size:
            yield waiting
            waiting, pictures = [], 0
    if waiting:
        yield waiting


def _submit(
    waiting: list[_Item], encoder: _Encoder, batch_size: int, network: ThreadPoolExecutor
) -> Future[npt.NDArray[np.float32]] | None:
    pictures = [item.picture for item in waiting if item.picture is not None]
    if not pictures:
        return None
    padded = np.stack(pictures + [pictures[-1]] * (batch_size - len(pictures)))
    return network.submit(encoder.embed, padded)


def _write(
    waiting: list[_Item],
    embedded: Future[npt.NDArray[np.float32]] | None,
    writing: _Writing,
    advance: Callable[[int, str], None],
) -> None:
    embeddings = iter(embedded.result() if embedded else ())
    frames = 0
    for item in waiting:
        if item.row is None:
            writing.finish(item.task)
            continue
        writing.add(item, None if item.picture is None else next(embeddings))
        frames += 1
    if frames:
        advance(frames, waiting[-1].task.video.name)


def _start_readers(
    tasks: Iterable[Task],
    count: int,
    size: int,
    every: int,
    items: _Arrivals,
    stop: threading.Event,
) -> list[threading.Thread]:
    left = iter(tasks)
    taking = threading.Lock()

    def take() -> Task | None:
        with taking:
            return None if stop.is_set() else next(left, None)

    def read() -> None:
        try:
            while task := take():
                _read(task, size, every, items, stop)
            items.put(_Ended(None))
        except BaseException as error:
            items.put(_Ended(error))

    threads = [threading.Thread(target=read, name="decode", daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads


def _read(task: Task, size: int, every: int, items: _Arrivals, stop: threading.Event) -> None:
    meter = FrameMeter()
    block = -1
    try:
        for frame in task.decoder.frames(task.video, size, task.result):
            if stop.is_set():
                return
            wanted = frame.index // every != block
            block = frame.index // every
            items.put(_item(task, frame, meter.measure(frame.picture), embed=wanted))
    except SeqselError:  # not the file is wrong but an option, or this machine
        raise
    except Exception as error:  # a bad file costs only itself, whatever it does
        reason = f"reading failed: {type(error).__name__}: {error}"
        task.result.problems.append(Problem(reason))
    items.put(_Item(task, None, None, b""))


def _item(task: Task, frame: Frame, measures: Measures, *, embed: bool) -> _Item:
    row = (frame.index, frame.pts, frame.seconds, frame.pixel_hash, frame.damaged, *measures)
    thumbnail = _thumbnail(frame.picture, frame.aspect_ratio)
    return _Item(task, row, frame.picture if embed else None, thumbnail)


def _thumbnail(picture: Picture, aspect_ratio: float) -> bytes:
    """Return a JPEG of the picture in its true aspect ratio, within 192 × 108 pixels."""
    ratio = min(max(aspect_ratio, 0.1), 10)
    height = min(THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH / ratio)
    size = (max(1, round(height * ratio)), max(1, round(height)))
    buffer = BytesIO()
    image = Image.fromarray(picture).resize(size, Image.Resampling.BILINEAR)
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()
