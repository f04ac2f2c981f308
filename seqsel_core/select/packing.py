"""Where sequences lie in their videos, and how many fit in without lying too near."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seqsel_core.select.kcenter import IntArray

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Places:
    """Where S sequences lie; sorted by video, then by first frame, then by last.

    Attributes:
        video: Position of the video, shape (S,), int64.
        start: First frame, shape (S,), int64.
        stop: Frame after the last, shape (S,), int64.
    """

    video: IntArray
    start: IntArray
    stop: IntArray

    @property
    def lengths(self) -> IntArray:
        """Frames of each, shape (S,), int64."""
        return self.stop - self.start

    def near(self, position: int, apart: int) -> IntArray:
        """Return the sequences with fewer than `apart` frames between them and this one.

        Those that share a frame with it are among them, itself included.
        """
        return self.within(
            int(self.video[position]),
            int(self.start[position]) - apart,
            int(self.stop[position]) + apart,
        )

    def within(self, video: int, start: int, stop: int) -> IntArray:
        """Return the sequences that share a frame with frames `[start, stop)` of a video."""
        low, high = np.searchsorted(self.video, [video, video + 1])
        first = low + np.searchsorted(self.stop[low:high], start, side="right")
        last = low + np.searchsorted(self.start[low:high], stop, side="left")
        return np.arange(first, last, dtype=np.int64)


def most_apart(places: Places, allowed: BoolArray, apart: int) -> IntArray:
    """Return as many allowed sequences as fit with at least `apart` frames between them.

    Always the one that ends first of those that still fit: no other choice holds more
    (interval scheduling).
    """
    found = [
        int(part[at])
        for part in _by_video(places, allowed)
        for at in _earliest(places.start[part], places.stop[part], apart)
    ]
    return np.array(found, np.int64)


def room_around(places: Places, allowed: BoolArray, apart: int) -> IntArray:
    """Return how many allowed sequences fit if this one is picked, itself included.

    Args:
        places: Where the sequences lie.
        allowed: Which may be picked, shape (S,), bool.
        apart: Least number of frames between two.

    Returns:
        Shape (S,), int64; -1 stands for what is not allowed.
    """
    parts = list(_by_video(places, allowed))
    best = [len(_earliest(places.start[part], places.stop[part], apart)) for part in parts]
    room = np.full(len(places.start), -1, np.int64)
    for part, most in zip(parts, best, strict=True):
        start, stop = places.start[part], places.stop[part]
        ends = stop[_earliest(start, stop, apart)]
        mirrored = -stop[::-1], -start[::-1]  # time running backwards
        begins = mirrored[1][_earliest(*mirrored, apart)]
        before = np.searchsorted(ends, start - apart, side="right")
        after = np.searchsorted(begins, -stop - apart, side="right")
        room[part] = before + 1 + after + sum(best) - most
    return room


def _by_video(places: Places, allowed: BoolArray) -> Iterator[IntArray]:
    positions = np.flatnonzero(allowed)
    borders = np.flatnonzero(np.diff(places.video[positions])) + 1
    return (part for part in np.split(positions, borders) if len(part))


def _earliest(start: IntArray, stop: IntArray, apart: int) -> list[int]:
    """Return which of these, both ascending, to pick so that the most fit."""
    found = []
    at = 0
    while at < len(start):
        found.append(at)
        at = int(np.searchsorted(start, stop[at] + apart, side="left"))
    return found
