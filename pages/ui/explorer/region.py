"""What the user drew around on a map, or marked in a lane: which sequences lie inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from seqsel_core.project.map_set import MapSet
from seqsel_core.sequences import Sequences

_MOST_CORNERS = 2_000
_MOST_FRAMES = 2**40


@dataclass(frozen=True)
class Region:
    """A polygon on a map.

    Attributes:
        map: Name of the map.
        polygon: Its corners, shape (corners, 2).
    """

    map: str
    polygon: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Stretch:
    """A stretch of one video, marked in its lane.

    Attributes:
        video: Position of the video.
        start: First frame.
        stop: The frame after the last.
    """

    video: int
    start: int
    stop: int


def parse_region(sent: Any) -> Region | Stretch | None:
    """Return the region that the browser sent, or None if it sent none, or nonsense."""
    try:
        if "video" in sent:
            stretch = Stretch(int(sent["video"]), int(sent["start"]), int(sent["stop"]))
            known = stretch.video >= 0 and 0 <= stretch.start < stretch.stop <= _MOST_FRAMES
            return stretch if known else None
        corners = tuple((float(x), float(y)) for x, y in sent["polygon"])
        name = str(sent["map"])
    except (TypeError, KeyError, ValueError, OverflowError):
        return None
    if not 3 <= len(corners) <= _MOST_CORNERS or not np.isfinite(corners).all():
        return None
    return Region(name, corners)


def inside(region: Region | Stretch, sequences: Sequences, maps: MapSet) -> npt.NDArray[np.bool_]:
    """Return which sequences lie inside, shape (S,), bool, as the browser finds it for points.

    On a map by their middle frame (the even-odd rule); in a lane by any frame.
    """
    if isinstance(region, Stretch):
        begun = (sequences.video == region.video) & (sequences.start < region.stop)
        held: npt.NDArray[np.bool_] = begun & (sequences.stop > region.start)
        return held
    held = np.zeros(len(sequences), np.bool_)
    if region.map not in maps.coordinates:
        return held
    xy = np.empty((len(sequences), 2), np.float32)
    for video in np.unique(sequences.video):
        of_video = sequences.video == video
        middle = sequences.row[of_video] + sequences.length // 2
        xy[of_video] = maps.at(region.map, int(video), middle)
    x, y = xy[:, 0].astype(np.float64), xy[:, 1].astype(np.float64)
    before = region.polygon[-1]
    for corner in region.polygon:
        (ax, ay), (bx, by) = corner, before
        if ay != by:
            crosses = (ay > y) != (by > y)
            held ^= crosses & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
        before = corner
    return held
