"""Cut videos into sequences of consecutive frames, and average their embeddings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]


class SequenceSpan(NamedTuple):
    """One sequence: frames `[start, stop)` of the video at position `video` in the dataset."""

    video: int
    start: int
    stop: int


@dataclass(frozen=True)
class Sequences:
    """Many sequences of one length, as arrays.

    Attributes:
        video: Position of the video in the dataset, shape (S,), int64.
        start: Index of the first frame, shape (S,), int64.
        row: Row of the first frame in its video's embeddings, shape (S,), int64. Differs from
            `start` only in folders with unreadable frames.
        length: Frames per sequence.
        left_out: Frames that are in no sequence, because they fill none.
        too_short: Positions of videos with fewer frames than `length`.
    """

    video: IntArray
    start: IntArray
    row: IntArray
    length: int
    left_out: int
    too_short: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.start)

    def __getitem__(self, position: int) -> SequenceSpan:
        start = int(self.start[position])
        return SequenceSpan(int(self.video[position]), start, start + self.length)

    def __iter__(self) -> Iterator[SequenceSpan]:
        return (self[position] for position in range(len(self)))


def cut(
    frame_indices: Sequence[npt.NDArray[Any]], length: int, *, remainder: str = "drop"
) -> Sequences:
    """Cut every video into sequences side by side.

    Args:
        frame_indices: For each video the indices of its readable frames, ascending, shape (N,).
        length: Frames per sequence, at least 1.
        remainder: What becomes of the frames at the end that do not fill a sequence:
            'drop' leaves them out, 'overlap' moves one more sequence back so that it ends on
            the last frame.

    Returns:
        Sequences in the order of videos and frames. None crosses from one video into
        another, and none has a gap: where a frame could not be read, the sequence that
        would hold it is left out.
    """
    videos, starts, rows, too_short = [], [], [], []
    total = 0
    covered = 0
    for video, indices in enumerate(frame_indices):
        count = int(indices[-1]) + 1 if len(indices) else 0
        total += len(indices)
        if count < length:
            too_short.append(video)
            continue
        start = np.arange(0, count - length + 1, length, dtype=np.int64)
        if remainder == "overlap" and count % length:
            start = np.append(start, count - length)
        row = np.searchsorted(indices, start)
        last = row + length - 1
        stop = indices[np.minimum(last, len(indices) - 1)] + 1
        whole = (last < len(indices)) & (indices[row] == start) & (stop == start + length)
        start, row = start[whole], row[whole]
        within = np.zeros(len(indices) + 1, np.int64)
        np.add.at(within, row, 1)
        np.add.at(within, row + length, -1)
        covered += int((np.cumsum(within[:-1]) > 0).sum())
        videos.append(np.full(len(start), video, np.int64))
        starts.append(start)
        rows.append(row.astype(np.int64))
    empty = [np.empty(0, np.int64)]
    return Sequences(
        video=np.concatenate(videos or empty),
        start=np.concatenate(starts or empty),
        row=np.concatenate(rows or empty),
        length=length,
        left_out=total - covered,
        too_short=tuple(too_short),
    )


def pool(
    embeddings: Sequence[npt.NDArray[Any]], sequences: Sequences, *, normalize: bool = True
) -> FloatArray:
    """Average the embeddings of every sequence.

    Args:
        embeddings: For each video the unit vectors of its frames, shape (N, D), any float type;
            may be memory-mapped.
        sequences: From `cut` on the same videos.
        normalize: Make the averages unit length again.

    Returns:
        Representations, shape (S, D), float32.
    """
    dimensions = embeddings[0].shape[1] if embeddings else 0
    pooled = np.empty((len(sequences), dimensions), np.float32)
    offsets = np.arange(sequences.length)
    step = max(1, 65536 // max(1, sequences.length))  # bounds the memory of one piece
    for video in np.unique(sequences.video):
        of_video = np.flatnonzero(sequences.video == video)
        for piece in (of_video[at : at + step] for at in range(0, len(of_video), step)):
            rows = sequences.row[piece][:, None] + offsets
            lowest = int(rows.min())
            block = np.asarray(embeddings[video][lowest : int(rows.max()) + 1], np.float32)
            pooled[piece] = block[rows - lowest].mean(axis=1)
    if normalize:
        norms = np.linalg.norm(pooled, axis=1, keepdims=True)
        np.divide(pooled, norms, out=pooled, where=norms > 0)
    return pooled


def holds_any(flags: Sequence[npt.NDArray[np.bool_]], sequences: Sequences) -> BoolArray:
    """Return for every sequence whether any of its frames is flagged, shape (S,), bool.

    Args:
        flags: For each video one flag per readable frame, shape (N,), bool.
        sequences: From `cut` on the same videos.
    """
    held = np.zeros(len(sequences), np.bool_)
    for video in np.unique(sequences.video):
        of_video = np.flatnonzero(sequences.video == video)
        before = np.concatenate([[0], np.cumsum(flags[video])])
        row = sequences.row[of_video]
        held[of_video] = before[row + sequences.length] > before[row]
    return held
