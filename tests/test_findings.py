"""What is wrong with a video, in words."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from seqsel_core.checks import Checks, check_frames
from seqsel_core.findings import KINDS, findings, moment, places
from seqsel_core.store.shards import FRAME_DTYPE


def table(count: int = 300, rate: float = 10, *, timed: bool = True) -> npt.NDArray[Any]:
    """Return the frame table of a video in which nothing is wrong."""
    frames = np.zeros(count, FRAME_DTYPE)
    for name in ("index", "pixel_hash", "perceptual_hash"):
        frames[name] = np.arange(count)
    frames["seconds"] = frames["index"] / rate if timed else np.nan
    frames["contrast"], frames["sharpness"], frames["difference"] = 50, 400, 3
    return frames


def flags(count: int, *rows: int) -> npt.NDArray[np.bool_]:
    """Return flags that are set in these rows."""
    found = np.zeros(count, np.bool_)
    found[list(rows)] = True
    return found


def test_every_kind_is_one_that_the_checks_know() -> None:
    """Catches a kind that no check finds, or one of `Checks` that nobody is told of."""
    checks = check_frames([table()], 0.1)
    for kind in KINDS:
        assert len(getattr(checks, kind)) == 1
    assert {field.name for field in fields(Checks)} - {"corrupt"} == set(KINDS)


def test_damage_is_told_with_its_number_and_place() -> None:
    """Catches a sentence with the frames of another video, or at another time."""
    frames = table()
    frames["damaged"][32:41] = True
    frames["contrast"][100] = 0
    other = table(10)
    for name in ("pixel_hash", "perceptual_hash"):
        other[name] += 1000
    checks = check_frames([other, frames], 0.1)
    assert [finding.sentence for finding in findings(checks, 1, frames)] == [
        "9 of 300 frames are damaged (at 3.2 to 4.0 s)",
        "1 of 300 frames is blank (at 10.0 s)",
    ]
    assert findings(checks, 0, other) == []
    assert [finding.kind for finding in findings(checks, 1, frames, ("blank",))] == ["blank"]


def test_a_video_that_is_wrong_throughout_has_no_places() -> None:
    """Catches 'all 300 frames are blank (at 0.0 to 29.9 s)', which says it twice."""
    for count, words in ((300, "all 300 frames are damaged"), (1, "its frame is damaged")):
        frames = table(count)
        frames["damaged"] = True
        (found,) = findings(check_frames([frames], 0.1), 0, frames)
        assert found.sentence == words


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([7], "at 0.7 s"),
        ([7, 8, 9], "at 0.7 to 0.9 s"),
        ([7, 10], "at 0.7 to 1.0 s"),  # less than half a second apart: one place
        ([7, 20], "at 0.7 s and 2.0 s"),
        ([7, 20, 21, 40], "at 0.7 s, 2.0 to 2.1 s and 4.0 s"),
        ([7, 20, 40, 60], "in 4 places from 0.7 to 6.0 s"),
        ([590, 610], "at 59.0 s and 1:01.0"),
        ([599, 601], "at 59.9 s to 1:00.1"),
    ],
)
def test_places_in_time(rows: list[int], words: str) -> None:
    """Catches a line per frame, and gaps that hide in one long span."""
    assert places(table(700), flags(700, *rows)) == words


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([7], "frame 7"),
        ([7, 8], "frames 7 to 8"),
        ([7, 30, 31], "frames 7 and 30 to 31"),
        ([0, 20, 40, 60], "in 4 places from 0 to 60"),
    ],
)
def test_frames_of_folders_have_numbers_only(rows: list[int], words: str) -> None:
    """Catches 'at nan s' for pictures that have no time."""
    assert places(table(timed=False), flags(300, *rows)) == words


def test_moments_are_rounded_before_they_are_cut() -> None:
    """Catches '60.0 s' and '1:60.0'."""
    assert [moment(at) for at in (0, 59.94, 59.96, 119.97, 3600)] == [
        *("0.0 s", "59.9 s", "1:00.0", "2:00.0", "1:00:00.0")
    ]
