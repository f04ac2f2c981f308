"""How welcome each sequence is: the product of its scores, each to the power of its strength.

A score is above 0 and up to 1. A strength of 0 leaves it out, 1 takes it as it is; the larger
the strength, the more the score decides.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from seqsel_core.config import Config
from seqsel_core.dataset import Dataset
from seqsel_core.select.typicality import typicality
from seqsel_core.sequences import Sequences

FloatArray = npt.NDArray[np.float32]

_LEAST = 1e-3  # of a score or a weight: what is blurred can still be picked, last


def weights_of(
    dataset: Dataset,
    config: Config,
    sequences: Sequences,
    points: FloatArray,
    candidates: npt.NDArray[np.bool_],
) -> FloatArray | None:
    """Return the weights that the options typicality and sharpness ask for.

    Args:
        dataset: The videos.
        config: The options.
        sequences: S of them.
        points: Their representations, shape (S, D), float32.
        candidates: Among which neighbours are sought, shape (S,), bool.

    Returns:
        Shape (S,), float32, above 0 and up to 1; None where both strengths are 0.
    """
    if not config.typicality and not config.sharpness:
        return None
    weights = np.ones(len(points))
    if config.typicality:
        weights *= typicality(points, candidates).astype(np.float64) ** config.typicality
    if config.sharpness:
        weights *= sharpness(dataset, sequences).astype(np.float64) ** config.sharpness
    return np.maximum(weights, _LEAST).astype(np.float32)


def sharpness(dataset: Dataset, sequences: Sequences) -> FloatArray:
    """Return the sharpness of each sequence as a share of what is usual in its video.

    The mean of its frames divided by the median of the video's sequences, at most 1: what is
    sharper than usual is not more welcome, as sharpness hangs on what is seen, too. What was
    not measured counts as usual.

    Returns:
        Shape (S,), float32, from 0.001 to 1.
    """
    scores = np.ones(len(sequences), np.float32)
    for video in np.unique(sequences.video):
        own = np.flatnonzero(sequences.video == video)
        measured = dataset.videos[video].frames["sharpness"].astype(np.float64)
        sums = np.concatenate([[0], np.cumsum(np.nan_to_num(measured))])
        known = np.concatenate([[0], np.cumsum(~np.isnan(measured))])
        first, stop = sequences.row[own], sequences.row[own] + sequences.lengths[own]
        frames = known[stop] - known[first]
        mean = (sums[stop] - sums[first]) / np.maximum(frames, 1)
        seen = frames > 0
        if seen.any() and (usual := np.median(mean[seen])) > 0:
            scores[own[seen]] = np.clip(mean[seen] / usual, _LEAST, 1)
    return scores
