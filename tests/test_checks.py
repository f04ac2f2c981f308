"""Corrupt and duplicate frames of a whole dataset."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from seqsel_core.checks import check_frames
from seqsel_core.store.shards import FRAME_DTYPE


def table(
    hashes: list[int], uniform: list[float] | None = None, damaged: list[bool] | None = None
) -> npt.NDArray[Any]:
    """Return a frame table."""
    frames = np.zeros(len(hashes), FRAME_DTYPE)
    frames["index"] = np.arange(len(hashes))
    frames["pixel_hash"] = hashes
    frames["uniform_rows"] = uniform or 0
    frames["damaged"] = damaged or False
    return frames


def test_only_later_copies_are_duplicates() -> None:
    """Catches the first of equal frames flagged too, so that none of them is left."""
    checks = check_frames([table([5, 7, 5, 5]), table([7, 8]), table([5])], 0.1)
    assert [flags.tolist() for flags in checks.duplicate] == [
        [False, False, True, True],
        [True, False],
        [True],
    ]


def test_hashes_use_all_their_bits() -> None:
    """Catches 64-bit hashes compared as floats, which know only 53 bits."""
    checks = check_frames([table([2**64 - 1, 2**64 - 2, 2**63])], 0.1)
    assert not checks.duplicate[0].any()


def test_a_score_above_the_threshold_is_corrupt() -> None:
    """Catches `>=`: a threshold of 0 must keep whole frames, one of 1 must keep all."""
    frames = table([1, 2, 3], uniform=[0, 0, 0.5], damaged=[False, True, False])
    found = {level: check_frames([frames], level).corrupt[0].tolist() for level in (0, 0.4, 0.5, 1)}
    assert found[0] == [False, True, True]
    assert found[0.4] == [False, True, True]
    assert found[0.5] == [False, True, False]
    assert found[1] == [False, False, False]


def test_every_video_is_judged_by_itself() -> None:
    """Catches the usual share of rows taken over all videos: one may be letterboxed."""
    checks = check_frames([table([1, 2], [0.25, 0.25]), table([3, 4, 5], [0, 0, 0])], 0.1)
    assert not any(flags.any() for flags in checks.corrupt)


def test_nothing_is_neither_corrupt_nor_duplicate() -> None:
    """Catches an error without videos, or with one that has no frame."""
    assert check_frames([], 0.1).duplicate == ()
    checks = check_frames([table([]), table([1])], 0.1)
    assert [len(flags) for flags in checks.duplicate] == [0, 1]
    assert [len(flags) for flags in checks.corrupt] == [0, 1]
