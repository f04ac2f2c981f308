"""Describe every sequence by one vector: the mean of its frames, or what moves in it, too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from seqsel_core.halves import as_float32
from seqsel_core.room import empty
from seqsel_core.sequences import FloatArray, IntArray, Sequences, pool

DoubleArray = npt.NDArray[np.float64]

REPRESENTATIONS = ("mean", "motion")

_OFTEN = 3  # in so many windows is each frame where prefix sums begin to be quicker
_PIECE = 8 << 20  # bytes of one piece in float64: what bounds the memory


def represent(
    embeddings: Sequence[npt.NDArray[Any]],
    sequences: Sequences,
    *,
    representation: str = "mean",
    normalize: bool = True,
) -> FloatArray:
    """Return one vector per sequence.

    'mean', of D numbers, is the average of the frames. It cannot tell a scene that goes one
    way from the same scene going back, nor one that moves from one that stands still.

    'motion', of 3 D numbers, is [mean, spread, difference]:

    - mean: the average, made unit length (where `normalize` says so);
    - spread: per dimension, the standard deviation of the frames. Of unit vectors it is never
      longer than 1 (its squared length is 1 − |average|²): as it is, it weighs as much as the
      mean in a sequence that jumps, and nothing in a still one;
    - difference: half of (last frame − first frame). The difference of two unit vectors is up
      to 2 long; half of it weighs no more than the others, and two sequences that go opposite
      ways are apart by the whole distance that each goes.

    All three are in the unit of the embedding, so none is stretched by the data set, and a
    sequence has the same vector whatever else is selected from. With `normalize` the whole is
    made unit length: distances stay between 0 and 2 as those of 'mean', which
    `min_distance` relies on. Selecting costs three times as much as with 'mean'.

    Args:
        embeddings: For each video the unit vectors of its frames, shape (N, D), any float
            type, finite; may be memory-mapped.
        sequences: From `cut` on the same videos.
        representation: 'mean' or 'motion'.
        normalize: Make the vectors unit length.

    Returns:
        Shape (S, D) or (S, 3 D), float32.
    """
    held = int(sequences.lengths.sum())
    if (
        representation == "mean"
        and sequences.of_one_length
        and held <= _OFTEN * sum(map(len, embeddings))
    ):
        return pool(embeddings, sequences, normalize=normalize)
    dimensions = embeddings[0].shape[1] if embeddings else 0
    moving = representation == "motion"
    found = empty((len(sequences), dimensions * (3 if moving else 1)))
    for video in np.unique(sequences.video):
        of_video = np.flatnonzero(sequences.video == video)
        row, lengths = sequences.row[of_video], sequences.lengths[of_video]
        frames = embeddings[video]
        for part, sums, squares in _window_sums(frames, row, lengths, squares=moving):
            mean = sums / lengths[part, None]
            columns = [_unit(mean) if normalize and moving else mean]
            if moving:
                spread = np.sqrt(np.maximum(squares / lengths[part, None] - mean**2, 0))
                last = np.asarray(frames[row[part] + lengths[part] - 1], np.float64)
                columns += [spread, (last - frames[row[part]]) / 2]
            vectors = np.concatenate(columns, axis=1)
            found[of_video[part]] = _unit(vectors) if normalize else vectors
    return found


def _unit(vectors: DoubleArray) -> DoubleArray:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    shorter: DoubleArray = vectors / np.where(norms > 0, norms, 1)
    return shorter


def _window_sums(
    frames: npt.NDArray[Any], row: IntArray, lengths: IntArray, *, squares: bool
) -> Iterator[tuple[slice, DoubleArray, DoubleArray]]:
    """Yield (windows, their sums, their sums of squares) of one video, piece by piece.

    A window's sum is the difference of two prefix sums, so each costs the same however long
    it is and however many frames it shares with others. Prefix sums are in float64 and begin
    anew in every piece: of a million unit vectors they are exact to 1e-10, far below the
    float16 of stored embeddings. Memory is a few pieces, whatever the video and the windows.

    Args:
        frames: Shape (N, D), any float type.
        row: First rows of the windows, ascending, shape (W,).
        lengths: Their lengths, shape (W,); last rows ascend, too.
        squares: Sum the squares, too; otherwise their sums are 0.
    """
    step = max(1, _PIECE // (8 * max(1, frames.shape[1])))
    for at in range(0, len(row), step):
        part = slice(at, min(at + step, len(row)))
        first, stop = row[part], row[part] + lengths[part]
        sums = np.zeros((len(first), frames.shape[1]))
        powers = np.zeros_like(sums)
        carry, carry_squares = np.zeros(frames.shape[1]), np.zeros(frames.shape[1])
        for low in range(int(first[0]), int(stop[-1]), step):
            high = min(low + step, int(stop[-1]))
            values = frames[low:high]
            if values.dtype == np.float16:  # in two steps it is quicker
                values = as_float32(values)
            values = values.astype(np.float64)
            carry = _add_prefixes(sums, values, carry, first, stop, low)
            if squares:
                np.square(values, out=values)
                carry_squares = _add_prefixes(powers, values, carry_squares, first, stop, low)
        yield part, sums, powers


def _add_prefixes(
    sums: DoubleArray,
    values: DoubleArray,
    carry: DoubleArray,
    first: IntArray,
    stop: IntArray,
    low: int,
) -> DoubleArray:
    """Add to each window's sum the prefix sums at its ends that lie in rows [low, low + n).

    `carry` is the sum of all rows before; returned is that of all rows up to here.
    """
    prefix = np.empty((len(values) + 1, values.shape[1]))
    prefix[0] = carry
    for row, value in enumerate(values):  # np.cumsum along rows takes nine times as long
        np.add(prefix[row], value, out=prefix[row + 1])
    begin = slice(*np.searchsorted(first, [low, low + len(values)]))
    end = slice(*np.searchsorted(stop, [low, low + len(values)], side="right"))
    sums[begin] -= prefix[first[begin] - low]
    sums[end] += prefix[stop[end] - low]
    total: DoubleArray = prefix[-1].copy()
    return total
