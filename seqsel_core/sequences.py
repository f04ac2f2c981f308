"""Cut videos into sequences of consecutive frames, and average their embeddings.

Candidates lie side by side, or start every `stride` frames; barriers (scene cuts) part a video
into shots that are cut each for itself.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from seqsel_core.halves import add_up
from seqsel_core.room import empty

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

_PIECE = 1 << 18  # numbers averaged at a time: as many as stay in the cache
_LARGE = 1 << 24  # numbers from which on threads are worth starting
_THREADS = min(4, (os.cpu_count() or 1) // 2)  # two on one core share its cache, and gain nothing


class SequenceSpan(NamedTuple):
    """One sequence: frames `[start, stop)` of the video at position `video` in the dataset."""

    video: int
    start: int
    stop: int


@dataclass(frozen=True)
class Sequences:
    """Many sequences, as arrays: sorted by video, then by first frame, then by last.

    Attributes:
        video: Position of the video in the dataset, shape (S,), int64.
        start: Index of the first frame, shape (S,), int64.
        row: Row of the first frame in its video's embeddings, shape (S,), int64. Differs from
            `start` only in folders with unreadable frames.
        lengths: Frames of each sequence, shape (S,), int64: `length`, or fewer in a sequence
            that remainder='keep' made.
        length: Frames per sequence.
        left_out: Frames that are in no sequence, because they fill none.
        too_short: Positions of videos with fewer frames than `length`, where these give no
            sequence.
    """

    video: IntArray
    start: IntArray
    row: IntArray
    lengths: IntArray
    length: int
    left_out: int
    too_short: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.start)

    def __getitem__(self, position: int) -> SequenceSpan:
        start = int(self.start[position])
        stop = start + int(self.lengths[position])
        return SequenceSpan(int(self.video[position]), start, stop)

    def __iter__(self) -> Iterator[SequenceSpan]:
        return (self[position] for position in range(len(self)))

    @property
    def stop(self) -> IntArray:
        """Index of the frame after the last one, shape (S,), int64."""
        return self.start + self.lengths

    @property
    def overlapping(self) -> bool:
        """Whether any two sequences share frames."""
        same = self.video[1:] == self.video[:-1]
        return bool((same & (self.start[1:] < self.stop[:-1])).any())

    @property
    def of_one_length(self) -> bool:
        """Whether every sequence has `length` frames."""
        return bool((self.lengths == self.length).all())


def cut(
    frame_indices: Sequence[npt.NDArray[Any]],
    length: int,
    *,
    stride: int | None = None,
    remainder: str = "drop",
    barriers: Sequence[npt.NDArray[Any]] | None = None,
) -> Sequences:
    """Cut every video into sequences.

    Args:
        frame_indices: For each video the indices of its readable frames, ascending, shape (N,).
        length: Frames per sequence, at least 1.
        stride: A sequence starts every so many frames, at least 1; None: side by side.
        remainder: What becomes of the frames at the end that do not fill a sequence:
            'drop' leaves them out, 'overlap' moves one more sequence back so that it ends on
            the last frame, 'keep' makes of them a last sequence that is shorter.
        barriers: For each video the indices of the frames that begin a new shot, ascending;
            every shot is cut as if it were a video. None: every video is one shot.

    Returns:
        Sequences in the order of videos and frames. None crosses from one video into
        another or over a barrier, and none has a gap: where a frame could not be read, the
        sequences that would hold it are left out.
    """
    parts: list[tuple[IntArray, IntArray, IntArray, IntArray]] = []
    too_short = []
    total = 0
    covered = 0
    for video, indices in enumerate(frame_indices):
        count = int(indices[-1]) + 1 if len(indices) else 0
        total += len(indices)
        if count < length and (remainder != "keep" or not count):
            too_short.append(video)
            continue
        shots = _shots(count, barriers[video] if barriers is not None else None)
        grids = [_grid(*shot, length, stride or length, remainder) for shot in shots]
        start = np.concatenate([starts for starts, _ in grids])
        size = np.concatenate([sizes for _, sizes in grids])
        row = np.searchsorted(indices, start).astype(np.int64)
        last = row + size - 1
        within = last < len(indices)
        stop = indices[np.minimum(last, len(indices) - 1)] + 1
        whole = within & (indices[np.minimum(row, len(indices) - 1)] == start)
        whole &= stop == start + size
        start, row, size = start[whole], row[whole], size[whole]
        depth = np.zeros(len(indices) + 1, np.int64)
        np.add.at(depth, row, 1)
        np.add.at(depth, row + size, -1)
        covered += int((np.cumsum(depth[:-1]) > 0).sum())
        parts.append((np.full(len(start), video, np.int64), start, row, size))
    empty = (np.empty(0, np.int64),) * 4
    videos, starts, rows, sizes = (
        np.concatenate(columns) for columns in zip(*(parts or [empty]), strict=True)
    )
    return Sequences(
        video=videos,
        start=starts,
        row=rows,
        lengths=sizes,
        length=length,
        left_out=total - covered,
        too_short=tuple(too_short),
    )


def _shots(count: int, barriers: npt.NDArray[Any] | None) -> list[tuple[int, int]]:
    """Return (first frame, frame after the last) of every shot of a video of `count` frames."""
    inner = () if barriers is None else (int(at) for at in barriers if 0 < at < count)
    return list(pairwise([0, *inner, count]))


def _grid(
    begin: int, end: int, length: int, stride: int, remainder: str
) -> tuple[IntArray, IntArray]:
    """Return first frames and lengths of the sequences of one shot, frames `[begin, end)`."""
    start = np.arange(begin, end - length + 1, stride, dtype=np.int64)
    size = np.full(len(start), length, np.int64)
    reached = int(start[-1]) + length if len(start) else begin
    following = max(reached, int(start[-1]) + stride) if len(start) else begin
    if remainder == "overlap" and len(start) and reached < end:
        return np.append(start, end - length), np.append(size, length)
    if remainder == "keep" and following < end:
        return np.append(start, following), np.append(size, end - following)
    return start, size


@runtime_checkable
class Readable(Protocol):
    """Embeddings of videos, of which rows can be read without mapping their file."""

    def read(self, at: int, first: int, stop: int, /) -> npt.NDArray[Any]:
        """Return rows `[first, stop)` of the video at a position, shape (rows, D)."""


def pool(
    embeddings: Sequence[npt.NDArray[Any]], sequences: Sequences, *, normalize: bool = True
) -> FloatArray:
    """Average the embeddings of every sequence.

    Args:
        embeddings: For each video the unit vectors of its frames, shape (N, D), any float type;
            may be memory-mapped.
        sequences: From `cut` on the same videos, all of one length, in any overlap. See
            `representations.represent` for all others, and for many that overlap.
        normalize: Make the averages unit length again.

    Returns:
        Representations, shape (S, D), float32.
    """
    dimensions = embeddings[0].shape[1] if embeddings else 0
    pooled = empty((len(sequences), dimensions))
    ends = np.searchsorted(sequences.video, np.arange(len(embeddings) + 1))

    def rows_of(video: int) -> Callable[[int, int], npt.NDArray[Any]]:
        if isinstance(embeddings, Readable):
            return partial(embeddings.read, video)
        return lambda first, stop: embeddings[video][first:stop]

    def of_video(video: int) -> None:
        part = slice(*ends[video : video + 2].tolist())
        _pool(rows_of(video), sequences.row[part], sequences.length, pooled[part], normalize)

    if pooled.size * sequences.length < _LARGE or _THREADS < 2:
        deque(map(of_video, range(len(embeddings))), maxlen=0)
    else:  # reading and adding up do not hold the interpreter
        with ThreadPoolExecutor(_THREADS) as threads:
            deque(threads.map(of_video, range(len(embeddings))), maxlen=0)
    return pooled


def _pool(
    frames: Callable[[int, int], npt.NDArray[Any]],
    rows: IntArray,
    length: int,
    pooled: FloatArray,
    normalize: bool,
) -> None:
    """Average the sequences of one video that begin in these rows, piece by piece."""
    step = max(1, _PIECE // max(1, length * pooled.shape[1]))
    buffer = np.empty((step * length, pooled.shape[1]), np.float32)
    for at in range(0, len(rows), step):
        part = rows[at : at + step]
        lowest, highest = int(part.min()), int(part.max()) + length
        piece = frames(lowest, highest)
        if not (np.diff(part) == length).all():  # else they lie side by side already
            piece = piece[((part - lowest)[:, None] + np.arange(length)).ravel()]
        mean = pooled[at : at + len(part)]
        add_up(piece, length, mean, buffer[: len(piece)])
        mean /= length
        if normalize:
            norms = np.sqrt(np.einsum("sd,sd->s", mean, mean))[:, None]
            np.divide(mean, norms, out=mean, where=norms > 0)


def holds_any(flags: Sequence[npt.NDArray[np.bool_]], sequences: Sequences) -> BoolArray:
    """Return for every sequence whether any of its frames is flagged, shape (S,), bool.

    Args:
        flags: For each video one flag per readable frame, shape (N,), bool.
        sequences: From `cut` on the same videos.
    """
    held = np.zeros(len(sequences), np.bool_)
    ends = np.searchsorted(sequences.video, np.arange(len(flags) + 1)).tolist()
    for video, (begin, end) in enumerate(pairwise(ends)):
        if begin < end and flags[video].any():
            before = np.concatenate([[0], np.cumsum(flags[video])])
            row = sequences.row[begin:end]
            held[begin:end] = before[row + sequences.lengths[begin:end]] > before[row]
    return held
