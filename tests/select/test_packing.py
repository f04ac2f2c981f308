"""How many sequences fit in a video, against trying every subset."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from seqsel_core.select.packing import Places, most_apart, room_around


def places_of(*videos: list[tuple[int, int]]) -> Places:
    """Return the places of sequences (start, stop) of videos."""
    rows = [(video, *span) for video, spans in enumerate(videos) for span in sorted(spans)]
    columns = np.array(rows, np.int64).reshape(-1, 3).T
    return Places(*columns)


def fits(places: Places, chosen: tuple[int, ...], apart: int) -> bool:
    """Return whether these lie far enough from each other."""
    return all(
        places.video[one] != places.video[two] or places.start[two] - places.stop[one] >= apart
        for one, two in pairwise(sorted(chosen))
    )


def most(places: Places, allowed: list[int], apart: int) -> int:
    """Return the size of the largest subset that fits, by trying all."""
    return max(
        size
        for size in range(len(allowed) + 1)
        for chosen in combinations(allowed, size)
        if fits(places, chosen, apart)
    )


_windows = st.lists(st.integers(0, 12), max_size=5, unique=True)


def test_what_is_near_is_what_overlaps_or_lies_within_the_gap() -> None:
    """Catches neighbours that only touch taken for overlapping, and those of other videos."""
    spans = [(0, 4), (2, 6), (4, 8), (9, 13)]
    places = places_of(spans, spans)
    assert places.near(0, 0).tolist() == [0, 1]
    assert places.near(5, 0).tolist() == [4, 5, 6]
    assert places.near(6, 1).tolist() == [4, 5, 6]
    assert places.near(6, 2).tolist() == [4, 5, 6, 7]
    assert places.within(1, 6, 9).tolist() == [6]
    assert places.within(2, 0, 99).tolist() == []


@given(_windows, _windows, st.integers(1, 4), st.integers(0, 3), st.integers(0, 1023))
def test_as_many_fit_as_the_largest_subset_has(
    one: list[int], two: list[int], length: int, apart: int, mask: int
) -> None:
    """Catches a count that is too high, which promises too much, or too low, which refuses."""
    places = places_of(*([(start, start + length) for start in starts] for starts in (one, two)))
    size = len(places.start)
    allowed = np.array([mask >> bit & 1 for bit in range(size)], np.bool_)
    free = np.flatnonzero(allowed).tolist()
    chosen = most_apart(places, allowed, apart)
    assert fits(places, tuple(chosen), apart)
    assert set(chosen.tolist()) <= set(free)
    assert len(chosen) == most(places, free, apart)
    room = room_around(places, allowed, apart)
    for at in range(size):
        if at in free:
            rest = [other for other in free if fits(places, (at, other), apart) and other != at]
            assert room[at] == 1 + most(places, rest, apart)
        else:
            assert room[at] == -1
