"""Pins and rejections in another cut than the one that they were made in."""

import numpy as np
import pytest

from seqsel_core.following import follow
from seqsel_core.sequences import SequenceSpan, cut

FRAMES = (np.arange(60), np.arange(25))


def followed(length, pinned=(), rejected=(), *, stride=None, apart=0, barred=()):
    """Follow spans of the first video, given as (start, stop)."""
    sequences = cut(FRAMES, length, stride=stride)
    allowed = np.array([one[:2] not in {(0, start) for start in barred} for one in sequences])
    found = follow(
        sequences,
        [SequenceSpan(0, *one) for one in pinned],
        [SequenceSpan(0, *one) for one in rejected],
        apart,
        lambda: allowed,
    )
    return (
        [one[1:] for one in found.pinned],
        [one[1:] for one in found.rejected],
        (found.pins_moved, found.rejections_moved, found.left_aside),
    )


def test_what_is_a_sequence_stays():
    """Pins would be counted as moved at every run, and their order be lost."""
    pinned, rejected = [(40, 50), (0, 10)], [(20, 30)]
    assert followed(10, pinned, rejected) == (pinned, rejected, (0, 0, 0))


@pytest.mark.parametrize(
    ("length", "pin", "now"),
    [(11, (30, 40), (33, 44)), (5, (30, 40), (30, 35)), (30, (30, 40), (30, 60))],
)
def test_a_pin_goes_where_its_middle_is(length, pin, now):
    """Another scene than the one that was pinned would be selected in any case."""
    assert followed(length, [pin]) == ([now], [], (1, 0, 0))


def test_pins_that_come_together_are_one():
    """A sequence would be selected twice, and the least number of frames be too high."""
    assert followed(30, [(30, 40), (50, 60)]) == ([(30, 60)], [], (2, 0, 0))


def test_a_pin_without_a_place_is_left_aside():
    """The page would be empty for one pin at the end of a video."""
    assert followed(11, [(50, 60), (56, 60)]) == ([(44, 55)], [], (1, 0, 1))
    assert followed(40, [(45, 55)]) == ([], [], (0, 0, 1))


def test_a_moved_pin_takes_no_bad_frame_along():
    """A pin counts whatever the checks say, but nobody pinned the frames beside it."""
    assert followed(11, [(30, 40)], barred=[33]) == ([], [], (0, 0, 1))
    assert followed(10, [(30, 40)], barred=[30]) == ([(30, 40)], [], (0, 0, 0))


def test_with_a_stride_the_one_in_the_same_place_is_meant():
    """The first of many that hold the middle begins far before it."""
    assert followed(11, [(30, 40)], stride=1) == ([(29, 40)], [], (1, 0, 0))


def test_a_rejection_takes_all_that_it_mostly_held():
    """Half of what was rejected would be offered again at half the length."""
    assert followed(5, rejected=[(30, 40)]) == ([], [(30, 35), (35, 40)], (0, 1, 0))
    assert followed(30, rejected=[(30, 40)]) == ([], [(30, 60)], (0, 1, 0))


def test_a_rejection_does_not_grow_where_sequences_overlap():
    """Every length that is gone through would keep more of the video out."""
    assert followed(11, rejected=[(30, 40)], stride=1)[1] == [(29, 40)]


def test_what_is_rejected_stays_out():
    """A pin beside it would bring it back, or both would empty the page."""
    assert followed(30, [(40, 50)], [(30, 40)]) == ([], [(30, 60)], (0, 1, 1))


def test_pins_keep_their_distance():
    """Two that come too near to each other would be refused, and nothing be shown."""
    assert followed(11, [(0, 10), (20, 30)], apart=20) == ([(0, 11)], [], (1, 0, 1))
