"""Reject one selected sequence: its best replacement at once, without disturbing the others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from seqsel_core.choice import Choice
from seqsel_core.earlier import load_earlier
from seqsel_core.errors import InputError
from seqsel_core.select.constraints import Rules
from seqsel_core.select.kcenter import KCenter
from seqsel_core.select.replacement import Replacement, Replacer, allowed_instead
from seqsel_core.select.selection import Selection
from seqsel_core.sequences import FloatArray, IntArray
from seqsel_core.wishes import describe, places_of, read_spans, rejected_mask


class Rejecting:
    """Replaces selected sequences of one choice, as often as asked.

    Making it costs one product of all representations with the selected ones; `replacement`
    is quick then (see benchmarks/steering.py).
    """

    def __init__(self, choice: Choice) -> None:
        """Prepare for a choice.

        Raises:
            ConfigError, StoreError: Its datapool cannot be used any more; see `load_earlier`.
        """
        self._choice = choice
        self._centres = load_earlier(choice.dataset, choice.config).vectors
        self._replacer = Replacer(
            choice.representations, choice.selection.order, centres=self._centres
        )

    def replacement(self, rank: int) -> Replacement:
        """Return what best takes the place of the sequence of a rank, counted from 0.

        What shares frames with the rejected one is out, too. Its `position` is -1 where
        nothing is left.
        """
        candidates = self._remaining(rank)
        order = self._choice.selection.order
        covered = candidates.copy()
        covered[np.delete(order, rank)] = True
        rules = self._choice.rules or Rules(places_of(self._choice.sequences))
        allowed = allowed_instead(candidates, rules, order, rank)
        return self._replacer.best(rank, allowed, covered)

    def replaced(self, rank: int) -> Choice:
        """Return the choice with the replacement in the place of the rejected one.

        All others keep their rank. The configuration of the new choice rejects the one and
        pins all others, so that a run with it selects the same.

        Raises:
            InputError: Nothing is left that could take its place.
        """
        choice = self._choice
        found = self.replacement(rank)
        names = [describe(choice.dataset, span) for span in choice.selected]
        if found.position < 0:
            raise InputError(
                f"Nothing can replace '{names[rank]}': no other sequence is left that may be "
                f"selected beside the other {len(names) - 1}."
            )
        order = choice.selection.order.copy()
        order[rank] = found.position
        candidates = self._remaining(rank)
        rejected = names[rank]
        names[rank] = describe(choice.dataset, choice.sequences[found.position])
        config = replace(
            choice.config,
            pinned=",".join(names),
            rejected=",".join([*self._rejected(), rejected]),
        )
        selection = _measured(choice.representations, order, candidates, self._centres)
        return replace(choice, config=config, candidates=candidates, selection=selection)

    def _rejected(self) -> list[str]:
        """Return what was rejected before, also where a file names it."""
        dataset, value = self._choice.dataset, self._choice.config.rejected
        spans = read_spans(dataset, "rejected", value) if value else []
        return [describe(dataset, span) for span in spans]

    def _remaining(self, rank: int) -> npt.NDArray[np.bool_]:
        """Return what may be selected once this one is rejected, shape (S,), bool."""
        choice = self._choice
        span = choice.sequences[int(choice.selection.order[rank])]
        remaining = choice.candidates & ~rejected_mask(choice.sequences, [span])
        remaining[np.delete(choice.selection.order, rank)] = True
        return remaining


def _measured(
    points: FloatArray,
    order: IntArray,
    candidates: npt.NDArray[np.bool_],
    centres: FloatArray | None,
) -> Selection:
    """Return a selection in a given order with its distances and radii."""
    cover = KCenter(points, candidates, centres=centres)
    for position in order.tolist():
        cover.take(position)
    return Selection(
        order, np.array(cover.distances, np.float32), np.array(cover.radii, np.float32)
    )
