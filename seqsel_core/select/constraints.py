"""Rules that a selection keeps: what comes first, what lies too near, how many of each group.

`Steered` puts the rules around any greedy order: after every pick it forbids what the rules
now exclude. Forbidden sequences can no longer be picked, but are still to be covered.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from seqsel_core.select.greedy import Greedy
from seqsel_core.select.kcenter import FloatArray, IntArray
from seqsel_core.select.packing import Places, most_apart, room_around
from seqsel_core.select.selection import Advance, Selection, nested
from seqsel_core.select.service import Service

BoolArray = npt.NDArray[np.bool_]


def _none() -> IntArray:
    return np.empty(0, np.int64)


def _nobody(count: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Rules:
    """What a selection from S sequences has to keep, besides its strategy.

    Attributes:
        places: Where the sequences lie.
        apart: Least number of frames between two selected ones of a video; 0: they may
            touch. None: they may share frames.
        pinned: Positions that are picked first, in this order, shape (P,), int64.
        group: Number of the group of every sequence, shape (S,), int64; G groups.
        at_least: Fewest picks of each group, shape (G,), int64; empty: no limit.
        at_most: Most picks of each group, shape (G,), int64; empty: no limit.
        frames: Most frames that all picks have together; None: no limit.
    """

    places: Places
    apart: int | None = None
    pinned: IntArray = field(default_factory=_none)
    group: IntArray = field(default_factory=_none)
    at_least: IntArray = field(default_factory=_none)
    at_most: IntArray = field(default_factory=_none)
    frames: int | None = None


class Steered:
    """A greedy order that keeps rules; itself a `Greedy`.

    Required picks of groups are left to the end, as long as there are enough picks for them:
    until then the strategy has its way. What would leave a group too little room for its own
    is never picked.
    """

    def __init__(
        self, greedy: Greedy, candidates: BoolArray, rules: Rules, count: int | None = None
    ) -> None:
        """Take the pinned ones, and forbid what cannot be picked from the beginning.

        That the rules can be kept at all is for the caller to see to (`capacities`).

        Args:
            greedy: A new order, without picks.
            candidates: Which may be picked, shape (S,), bool; pinned ones among them.
            rules: What to keep.
            count: How many will be picked at most; None: no limit.
        """
        self._greedy, self._rules, self._count = greedy, rules, count
        self._free = candidates.copy()
        self._missing = rules.at_least.copy()
        self._left = rules.at_most.copy()
        self._frames = rules.frames
        self._pinned = rules.pinned.tolist()
        self._settle(np.unique(rules.group) if len(self._missing) else _none())
        if len(self._left):
            self.forbid(np.flatnonzero(self._left[rules.group] <= 0))
        for pick in self._pinned:
            self.take(pick)

    @property
    def order(self) -> list[int]:
        """Picks so far, in order; pinned ones first."""
        return self._greedy.order

    @property
    def distances(self) -> list[float]:
        """Distance of each pick to all centres before it; inf for the first of none."""
        return self._greedy.distances

    @property
    def radii(self) -> list[float]:
        """Covering radius after each pick."""
        return self._greedy.radii

    @property
    def nearest(self) -> FloatArray:
        """Distance of every point to its nearest centre, shape (S,), float32."""
        return self._greedy.nearest

    @property
    def nearest_centre(self) -> IntArray:
        """Which centre that is, as the order numbers them, shape (S,), int64."""
        return self._greedy.nearest_centre

    @property
    def free(self) -> BoolArray:
        """What can be picked next, shape (S,), bool."""
        return self._free

    @property
    def n_pinned(self) -> int:
        """How many of the first picks are pinned."""
        return len(self._pinned)

    @property
    def missing(self) -> IntArray:
        """How many picks each group still lacks, shape (G,), int64."""
        return np.maximum(self._missing, 0)

    def extend(self, count: int) -> None:
        """Pick until there are `count` picks, or the rules allow no more."""
        while len(self.order) < count:
            before = len(self.order)
            self._greedy.extend(before + 1)
            if len(self.order) == before:
                return
            self._keep_after(self.order[-1])

    def take(self, pick: int) -> None:
        """Make one sequence the next pick, whatever the strategy says."""
        self._greedy.take(pick)
        self._keep_after(pick)

    @property
    def n_bytes(self) -> int:
        """Memory of what the strategy keeps for later picks, about."""
        return self._greedy.n_bytes if isinstance(self._greedy, Service) else 0

    def prepare(self, count: int) -> bool:
        """Do a part of what `count` picks need; return whether there is more to do."""
        return isinstance(self._greedy, Service) and self._greedy.prepare(count)

    def forbid(self, positions: IntArray) -> None:
        """Let these never be picked from now on; they are still to be covered."""
        if len(positions):
            self._greedy.forbid(positions)
            self._free[positions] = False

    def _keep_after(self, pick: int) -> None:
        rules = self._rules
        self._free[pick] = False
        if rules.apart is not None:
            self.forbid(rules.places.near(pick, rules.apart))
        if self._frames is not None:
            self._frames -= int(rules.places.lengths[pick])
        if len(self._left):
            group = int(rules.group[pick])
            self._left[group] -= 1
            if self._left[group] <= 0:
                self.forbid(np.flatnonzero(rules.group == group))
        if len(self._missing):
            self._missing[rules.group[pick]] -= 1
        self._settle(rules.group[[pick]] if len(self._missing) else _none())

    def _settle(self, changed: IntArray) -> None:
        """Forbid what the budget no longer holds, and what required picks need for themselves."""
        rules = self._rules
        if self._frames is not None:
            self.forbid(np.flatnonzero(self._free & (rules.places.lengths > self._frames)))
        for group in changed:
            if rules.apart is not None and self._missing[group] > 0:
                room = room_around(rules.places, self._free & (rules.group == group), rules.apart)
                self.forbid(np.flatnonzero((room >= 0) & (room < self._missing[group])))
        picks = self._picks_left()
        if len(self._missing) and picks is not None and picks <= self.missing.sum():
            self.forbid(np.flatnonzero(self._free & (self._missing[rules.group] <= 0)))

    def _picks_left(self) -> int | None:
        if self._frames is not None:  # each may need as many frames as the longest has
            return self._frames // max(1, int(self._rules.places.lengths.max(initial=1)))
        return None if self._count is None else self._count - len(self.order)


def capacities(candidates: BoolArray, rules: Rules, n_groups: int) -> IntArray:
    """Return how many sequences of each group can be selected together, shape (G,), int64."""
    if rules.apart is None:
        return np.bincount(rules.group[candidates], minlength=n_groups)
    chosen = most_apart(rules.places, candidates, rules.apart)
    return np.bincount(rules.group[chosen], minlength=n_groups)


def most_selectable(candidates: BoolArray, rules: Rules) -> int:
    """Return how many sequences can be selected together, if picked with that in mind."""
    everything = Rules(rules.places, rules.apart, group=np.zeros_like(rules.places.video))
    if not len(rules.at_most):
        return int(capacities(candidates, everything, 1)[0])
    return int(np.minimum(rules.at_most, capacities(candidates, rules, len(rules.at_most))).sum())


def shares(total: int, capacity: IntArray, taken: IntArray) -> tuple[IntArray, IntArray]:
    """Return the fewest and the most picks of each group that make them as even as can be.

    Args:
        total: How many are picked.
        capacity: How many each group can give, shape (G,), int64.
        taken: How many of each group are pinned, shape (G,), int64.

    Returns:
        Two arrays of shape (G,): no group that can give more has two fewer than another.
    """
    low, high = 0, int(capacity.max(initial=0))
    while low < high:  # the highest level that does not need more than there are
        level = (low + high + 1) // 2
        if np.clip(level, taken, np.maximum(capacity, taken)).sum() <= total:
            low = level
        else:
            high = level - 1
    most = np.maximum(capacity, taken)
    at_least = np.clip(low, taken, most)
    return at_least, np.clip(low + 1, taken, most) if at_least.sum() < total else at_least


def steer(
    steered: Steered, count: int, min_distance: float = -1, advance: Advance = _nobody
) -> Selection:
    """Return up to `count` picks of a steered order; the pinned ones count.

    Args:
        steered: The order.
        count: Picks at most.
        min_distance: The first pick closer than this to those before ends the selection;
            pinned ones stay, however close. -1: off.
        advance: Told of every pick; what it raises ends the selection.
    """
    return nested(steered, count, min_distance, advance, pinned=steered.n_pinned)
