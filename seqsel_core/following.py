"""Where pinned and rejected sequences go when the videos are cut otherwise than before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seqsel_core.select.packing import Places
from seqsel_core.sequences import IntArray, Sequences, SequenceSpan
from seqsel_core.wishes import places_of


@dataclass(frozen=True)
class Followed:
    """Wishes that are sequences of the present cut, and do not contradict each other.

    Attributes:
        pinned: In the order in which they were pinned.
        rejected: In the order in which they were rejected.
        pins_moved: How many pins are on other frames now; some may share a sequence.
        rejections_moved: Likewise.
        left_aside: How many of both are on no sequence now.
    """

    pinned: tuple[SequenceSpan, ...]
    rejected: tuple[SequenceSpan, ...]
    pins_moved: int = 0
    rejections_moved: int = 0
    left_aside: int = 0


def follow(
    sequences: Sequences,
    pinned: Sequence[SequenceSpan],
    rejected: Sequence[SequenceSpan],
    apart: int | None,
    allowed: Callable[[], npt.NDArray[np.bool_]],
) -> Followed:
    """Move wishes to the sequences of another cut.

    A pin goes to the sequence that holds its middle, if that may be selected; a rejection to
    those of which it holds more than half as well. What is rejected stays out: a pin that
    shares frames with it is left aside, and so is one too near to a pin before it.

    Args:
        sequences: The present cut, S sequences.
        pinned: Sequences of any cut.
        rejected: Likewise.
        apart: Least number of frames between selected sequences; None: they may overlap.
        allowed: Tells which may be selected for their frames, shape (S,), bool; called where
            a pin has moved.
    """
    places = places_of(sequences)
    left = moved_out = moved = 0
    out: dict[int, None] = {}
    for span in rejected:
        found = _rejected_now(places, span)
        left += not len(found)
        moved_out += bool(len(found)) and sequences[int(found[0])] != span
        out.update(dict.fromkeys(found.tolist()))
    barred = np.zeros(len(sequences), np.bool_)
    for position in out:
        barred[places.near(position, 0)] = True
    pins: dict[int, None] = {}
    for span in pinned:
        at = _holding_middle(places, span)
        same = at >= 0 and sequences[at] == span
        possible = at >= 0 and not barred[at] and (same or allowed()[at])
        if possible and at not in pins and apart is not None:
            possible = not any(near in pins for near in places.near(at, apart).tolist())
        if not possible:
            left += 1
        else:
            moved += not same
            pins[at] = None
    return Followed(
        tuple(sequences[at] for at in pins),
        tuple(sequences[at] for at in out),
        *(moved, moved_out, left),
    )


def _rejected_now(places: Places, span: SequenceSpan) -> IntArray:
    """Return the positions that a rejection means, shape (R,); empty: none."""
    middle = _holding_middle(places, span)
    if middle >= 0 and (places.start[middle], places.stop[middle]) == span[1:]:
        return np.array([middle])
    near = places.within(*span)
    start, stop = places.start[near], places.stop[near]
    shared = np.minimum(stop, span.stop) - np.maximum(start, span.start)
    most = near[2 * shared > stop - start]
    if (places.start[most[1:]] < places.stop[most[:-1]]).any():
        most = most[:0]  # they overlap: together they would reach far beyond what was rejected
    return np.unique([*most, middle] if middle >= 0 else most)


def _holding_middle(places: Places, span: SequenceSpan) -> int:
    """Return the sequence that holds the middle frame, in its own middle if it can; or -1."""
    middle = (span.start + span.stop - 1) // 2
    near = places.within(span.video, middle, middle + 1)
    if not len(near):
        return -1
    beside = np.abs(places.start[near] + places.stop[near] - span.start - span.stop)
    lengths = np.abs(places.lengths[near] - (span.stop - span.start))
    return int(near[np.lexsort([lengths, beside])[0]])
