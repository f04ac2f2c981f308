"""What the points of the maps can be coloured by."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import numpy.typing as npt

from pages.ui.explorer.points import Points
from seqsel_core.dataset import Dataset
from seqsel_core.palette import VIDEO_COLOURS
from seqsel_core.sequences import Sequences

MODES = (
    "Nothing",
    "Blind spots",
    "Rank picked",
    "Video",
    "Folder",
    "Time",
    "Sharpness",
    "Brightness",
    "Contrast",
    "Change",
)
"""What the points can be coloured by. Blind spots: distance to the nearest selected one."""

_COLUMNS = {
    "Sharpness": ("sharpness", "blurred", "sharp"),
    "Brightness": ("brightness", "dark", "bright"),
    "Contrast": ("contrast", "flat", "rich in contrast"),
    "Change": ("difference", "still", "much changes from frame to frame"),
}
_SHADES = 15  # the brightest; a point's value is half a byte

FloatArray = npt.NDArray[np.float32]


def colour(
    mode: str, dataset: Dataset, points: Points, near: FloatArray, full: float
) -> dict[str, Any]:
    """Return the colours of the points, and their legend, as `explorer.js` draws them.

    Args:
        mode: One of `MODES`.
        dataset: The videos.
        points: What is drawn.
        near: Distance of every sequence to the nearest selected one, shape (S,).
        full: The distance that is drawn brightest.
    """
    if mode == "Blind spots":
        values = np.where(points.sequence >= 0, near[points.sequence] if len(near) else 0, full)
        return _scale(values, 0, full, "well covered", f"blind spot ({full:.2f})")
    if mode == "Rank picked":
        return {"kind": "scale", "by_rank": True, "low": "picked first", "high": "picked last"}
    if mode in ("Video", "Folder"):
        return {"kind": "groups", "column": mode.lower(), "colours": list(VIDEO_COLOURS)}
    if mode == "Time":
        ends = np.array([int(video.frames["index"][-1]) + 1 for video in dataset.videos])
        values = at_points("index", dataset, points) / ends[points.video]
        return _scale(values, 0, 1, "beginning", "end of its video")
    if mode in _COLUMNS:
        column, low, high = _COLUMNS[mode]
        values = at_points(column, dataset, points)
        known = values[np.isfinite(values)]
        least, most = np.percentile(known, [2, 98]) if len(known) else (0.0, 1.0)
        words = f"{low} ({least:.3g})", f"{high} ({most:.3g})"
        return _scale(values, float(least), float(most), *words)
    return {"kind": "none"}


def at_points(column: str, dataset: Dataset, points: Points) -> npt.NDArray[np.float64]:
    """Return a column of the frame tables at every point, shape (P,)."""
    values = np.empty(len(points.video))
    for video in np.unique(points.video):
        of_video = points.video == video
        values[of_video] = dataset.videos[video].frames[column][points.row[of_video]]
    return values


def middle_frames(column: str, dataset: Dataset, sequences: Sequences) -> FloatArray:
    """Return a column of the frame tables at the middle frame of every sequence, shape (S,)."""
    rows = sequences.row + sequences.length // 2
    every = Points(sequences.video, rows, np.arange(len(sequences)))
    return at_points(column, dataset, every).astype(np.float32)


def _scale(
    values: npt.NDArray[Any], least: float, most: float, low: str, high: str
) -> dict[str, Any]:
    """Return values, one per point, from dark (`least`) to bright (`most`), two in a byte.

    `low` and `high` are the words for these two in the legend.
    """
    share = (np.nan_to_num(values.astype(np.float64)) - least) / (most - least or 1)
    shades = (np.clip(share, 0, 1) * _SHADES).round().astype(np.uint8)
    shades = np.append(shades, np.zeros(len(shades) % 2, np.uint8))
    packed = base64.b64encode((shades[::2] | shades[1::2] << 4).tobytes()).decode()
    return {"kind": "scale", "values": packed, "low": low, "high": high}
