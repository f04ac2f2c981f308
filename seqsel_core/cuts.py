"""Find scene cuts from what is stored: embeddings, and how much each frame differs from the last.

No video is read again. A cut is where the embedding jumps and does not come back: far more than
it moves around there (as PySceneDetect's adaptive detector compares pixels), and to a scene that
is another one some frames on, too. So a camera that shakes or pans is no cut, nor is a flash.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from seqsel_core.dataset import Dataset
from seqsel_core.halves import as_float32
from seqsel_core.sequences import IntArray

DoubleArray = npt.NDArray[np.float64]

# Measured with efficientnet-lite0, see benchmarks/cuts.py: at cuts the embedding moves by 0.79 or
# more, at least 3.2 times as much as around them; the shakiest hand-held video moves by 0.75, but
# 1.6 times, and comes back.
_STEP = 0.5  # distance from the frame before to this one
_TIMES = 2.5  # as large as the median step around
_ACROSS = 0.6  # distance from the mean of the frames before to that of the frames after
# Between scenes that look alike to the network, the pixels decide.
_LEVELS = 15.0  # mean absolute difference of brightness to the frame before
_TIMES_LEVELS = 4.0
_ACROSS_LEVELS = 0.3

_APART = 5  # no shot is shorter than this: what is back by then was a flash
_AROUND = 15  # frames to each side that tell how much moves here anyway
_PIECE = 4096  # frames read at once


def cuts_of(dataset: Dataset) -> tuple[IntArray, ...]:
    """Return for every video the indices of the frames that begin a new shot, ascending."""
    return tuple(cuts_in(dataset, video) for video in range(len(dataset.videos)))


def cuts_in(dataset: Dataset, video: int) -> IntArray:
    """Return the indices of the frames of one video that begin a new shot, ascending."""
    item = dataset.videos[video]
    embeddings = dataset.given[video] if dataset.given else item.shard.embeddings
    rows = find_cuts(embeddings, item.frames["difference"])
    found: IntArray = item.frames["index"][rows].astype(np.int64)
    return found


def find_cuts(
    embeddings: npt.NDArray[Any], difference: npt.NDArray[np.floating] | None = None
) -> IntArray:
    """Return the rows of the frames that begin a new shot, ascending, shape (C,), int64.

    Gradual changes that take more than a few frames are not found; a change through black is.

    Args:
        embeddings: Unit vectors of the frames of one video, shape (N, D), any float type; may
            be memory-mapped.
        difference: Mean absolute difference of every frame to the one before, in levels of
            brightness from 0 to 255, shape (N,); NaN where it is not known.
    """
    if len(embeddings) < 2:
        return np.empty(0, np.int64)
    steps = _steps(embeddings)
    found = [row for row in _peaks(steps, _STEP, _TIMES) if _across(embeddings, row) >= _ACROSS]
    if difference is not None:
        levels = np.nan_to_num(difference.astype(np.float64))
        found = [_refined(row, steps, levels) for row in found]
        found += [
            row
            for row in _peaks(levels, _LEVELS, _TIMES_LEVELS)
            if _across(embeddings, row) >= _ACROSS_LEVELS
        ]
    cuts = np.unique(np.array(found, np.int64))
    # Where both saw the same cut some frames apart, the first counts.
    return cuts[np.diff(cuts, prepend=-_APART - 1) > _APART]


def _refined(row: int, steps: DoubleArray, levels: DoubleArray) -> int:
    """Return where the pixels change most among frames that share the embedding before `row`.

    With embed_every=n only every n-th frame has an embedding of its own, so the cut may lie up
    to n - 1 frames before the jump.
    """
    moved = np.flatnonzero(steps[1:row])
    low = int(moved[-1]) + 2 if len(moved) else 1
    return low + int(levels[low : row + 1].argmax())


def _steps(embeddings: npt.NDArray[Any]) -> DoubleArray:
    """Return the distance of every frame to the one before, shape (N,); 0 for the first."""
    steps = np.zeros(len(embeddings))
    for low in range(0, len(embeddings) - 1, _PIECE):
        part = as_float32(embeddings[low : low + _PIECE + 1])
        steps[low + 1 : low + len(part)] = np.linalg.norm(np.diff(part, axis=0), axis=1)
    return steps


def _peaks(values: DoubleArray, least: float, times: float) -> list[int]:
    """Return where a value is the largest of those near, and stands out from those around."""
    padded = np.pad(values, _APART)
    near = np.lib.stride_tricks.sliding_window_view(padded, 2 * _APART + 1)
    high = np.flatnonzero(values >= least)
    high = high[near[high].argmax(axis=1) == _APART]
    offsets = np.r_[-_AROUND:0, 1 : _AROUND + 1]
    rows = high[:, None] + offsets
    around = values[np.clip(rows, 0, len(values) - 1)]
    # The first frame has no step, nor has one that shares the embedding of the one before.
    around[(rows < 1) | (rows >= len(values)) | (around == 0)] = np.nan
    around[np.isnan(around).all(axis=1)] = 0
    peaks: list[int] = high[values[high] >= times * np.nanmedian(around, axis=1)].tolist()
    return peaks


def _across(embeddings: npt.NDArray[Any], row: int) -> float:
    """Return the distance between the mean directions right before and from a row on."""
    sides = embeddings[max(0, row - _APART) : row], embeddings[row : row + _APART]
    means = [np.asarray(side, np.float64).mean(axis=0) for side in sides]
    before, after = (mean / max(float(np.linalg.norm(mean)), 1e-12) for mean in means)
    return float(np.linalg.norm(before - after))
