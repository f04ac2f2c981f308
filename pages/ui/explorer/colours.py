"""What the points of the maps can be coloured by."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import numpy.typing as npt

from pages.ui.explorer.points import shown_positions
from seqsel_core.dataset import Dataset
from seqsel_core.palette import VIDEO_COLOURS
from seqsel_core.sequences import Sequences

MODES = ("Nothing", "Blind spots", "Video", "Folder", "Time", "Sharpness", "Brightness")
"""What the points can be coloured by. Blind spots: distance to the nearest selected one."""

FloatArray = npt.NDArray[np.float32]


def colour(
    mode: str, dataset: Dataset, sequences: Sequences, near: FloatArray, full: float
) -> dict[str, Any]:
    """Return the colours of the points as `maps.js` draws them.

    Args:
        mode: One of `MODES`.
        dataset: The videos.
        sequences: All sequences.
        near: Distance of every sequence to the nearest selected one, shape (S,).
        full: The distance that is drawn brightest.
    """
    if mode == "Blind spots":
        return _scale(near, full, sequences)
    if mode in ("Video", "Folder"):
        return {"kind": "groups", "column": mode.lower(), "colours": list(VIDEO_COLOURS)}
    if mode == "Time":
        ends = np.array([int(video.frames["index"][-1]) + 1 for video in dataset.videos])
        return _scale(sequences.start / ends[sequences.video], 1, sequences)
    if mode in ("Sharpness", "Brightness"):
        values = middle_frames(mode.lower(), dataset, sequences)
        return _scale(values, float(np.percentile(values, 98)) if len(values) else 1, sequences)
    return {"kind": "none"}


def middle_frames(column: str, dataset: Dataset, sequences: Sequences) -> FloatArray:
    """Return a column of the frame tables at the middle frame of every sequence, shape (S,)."""
    values = np.empty(len(sequences), np.float32)
    for video in np.unique(sequences.video):
        of_video = sequences.video == video
        middle = sequences.row[of_video] + sequences.length // 2
        values[of_video] = dataset.videos[video].frames[column][middle]
    return values


def _scale(values: npt.NDArray[Any], full: float, sequences: Sequences) -> dict[str, Any]:
    """Return values, one per sequence, from dark (0) to bright (`full`)."""
    shown = np.nan_to_num(values[shown_positions(sequences)].astype(np.float64))
    scaled = (np.clip(shown / (full if full > 0 else 1), 0, 1) * 255).round().astype(np.uint8)
    return {"kind": "scale", "values": base64.b64encode(scaled.tobytes()).decode()}
