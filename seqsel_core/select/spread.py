"""Orders that do not look at the sequences: evenly spread over the videos, and random.

They are what a selection must beat, and honest choices where nothing is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seqsel_core.select.greedy import Ordered
from seqsel_core.select.kcenter import FloatArray, IntArray


@dataclass(frozen=True)
class Before:
    """What was selected before, in an earlier run.

    Attributes:
        places: Sequences that are no candidates only because they were selected before, or lie
            too near to one that was, shape (S,), bool.
        counts: How many of each video were selected before, shape (V,), int64.
    """

    places: npt.NDArray[np.bool_]
    counts: IntArray


class Random(Ordered):
    """Candidates in random order, without replacement."""

    def __init__(
        self,
        points: FloatArray,
        candidates: npt.NDArray[np.bool_],
        *,
        seed: int = 0,
        centres: FloatArray | None = None,
        min_distance: float = -1,
    ) -> None:
        """Shuffle.

        Args:
            points: Shape (S, D), float32.
            candidates: Which points may be picked and must be covered, shape (S,), bool.
            seed: Of the order.
            centres: As `Ordered`.
            min_distance: As `Ordered`; what is too close is passed over.

        Raises:
            ValueError: A point holds NaN or infinity.
        """
        super().__init__(points, candidates, centres=centres, min_distance=min_distance)
        shuffled = np.random.default_rng(seed).permutation(np.flatnonzero(candidates))
        self._coming = iter(shuffled.tolist())

    def _next(self) -> int | None:
        return next((pick for pick in self._coming if self._free[pick]), None)


class Uniform(Ordered):
    """Candidates spread evenly: every video by its length, and within each over its time.

    The next video is the one that lacks most (Sainte-Laguë: length / (2 picks + 1), so that
    the shares follow the lengths at every number of picks). Within a video the picks go to
    the middle, the quarters, the eighths: van der Corput's sequence, evenly spread at every
    number. Nested; and what was selected before counts: two runs of five are one run of ten.
    """

    def __init__(
        self,
        points: FloatArray,
        candidates: npt.NDArray[np.bool_],
        *,
        videos: IntArray,
        before: Before | None = None,
        centres: FloatArray | None = None,
        min_distance: float = -1,
    ) -> None:
        """Prepare to select.

        Args:
            points: Shape (S, D), float32.
            candidates: Which points may be picked and must be covered, shape (S,), bool.
            videos: Which video each is of, in the order of time within a video, shape (S,),
                int64.
            before: What was selected before; None: nothing.
            centres: As `Ordered`.
            min_distance: As `Ordered`; what is too close is passed over.

        Raises:
            ValueError: A point holds NaN or infinity.
        """
        super().__init__(points, candidates, centres=centres, min_distance=min_distance)
        positions = np.flatnonzero(candidates if before is None else candidates | before.places)
        numbers = np.unique(videos[positions])
        self._members = [positions[videos[positions] == video] for video in numbers]
        self._lengths = np.array([len(members) for members in self._members], np.float64)
        self._visits = np.zeros(len(numbers), np.int64)
        if before is not None:
            self._visits += before.counts[numbers]

    def _next(self) -> int | None:
        while self._free.any():
            video = int(np.argmax(self._lengths / (2 * self._visits + 1)))
            fraction = _van_der_corput(int(self._visits[video]) + 1)
            self._visits[video] += 1
            pick = _nearest_free(self._members[video], self._free, fraction)
            if pick is not None:
                return pick
            self._lengths[video] = 0
        return None


def _nearest_free(
    members: Sequence[int] | IntArray, free: npt.NDArray[np.bool_], fraction: float
) -> int | None:
    """Return the free member nearest to this fraction of the way; ties go to the earlier."""
    places = np.flatnonzero(free[members])
    if not len(places):
        return None
    wanted = fraction * len(members) - 0.5
    return int(members[places[np.argmin(np.abs(places - wanted))]])


def _van_der_corput(number: int) -> float:
    """Return 1/2, 1/4, 3/4, 1/8 and so on for 1, 2, 3, 4 and so on."""
    fraction, step = 0.0, 0.5
    while number:
        fraction += step * (number % 2)
        number //= 2
        step /= 2
    return fraction
