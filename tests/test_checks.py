"""What the checks find in the frames of a whole dataset."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageFilter

from seqsel_core.checks import check_frames
from seqsel_core.embed.measures import FrameMeter
from seqsel_core.option_groups import Quality
from seqsel_core.store.shards import FRAME_DTYPE
from seqsel_core.video.pyav import PyAVDecoder
from seqsel_core.video.types import ReadResult, Video


def table(
    hashes: list[int], uniform: list[float] | None = None, damaged: list[bool] | None = None
) -> npt.NDArray[Any]:
    """Return a frame table."""
    frames = np.zeros(len(hashes), FRAME_DTYPE)
    frames["contrast"] = 50
    frames["sharpness"] = 400
    frames["difference"] = 3
    frames["perceptual_hash"] = hashes
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


def test_a_blank_frame_is_corrupt_and_not_damaged() -> None:
    """Catches blank frames that are selected, or that a person reads about as damage."""
    frames = table([1, 2, 3, 4], damaged=[False, False, True, False])
    frames["contrast"][1] = 1
    checks = check_frames([frames], 0.1)
    assert checks.corrupt[0].tolist() == [False, True, True, False]
    assert checks.blank[0].tolist() == [False, True, False, False]
    assert checks.damaged[0].tolist() == [False, False, True, False]
    assert not checks.partly_blank[0].any()
    assert not check_frames([frames], 1).corrupt[0].any()


def test_rows_of_one_colour_are_no_damage_that_a_decoder_told() -> None:
    """Catches black gaps with a line of text, told to a person as damage of the file."""
    frames = table([1, 2, 3, 4, 5], uniform=[0, 0, 0.9, 0.9, 0], damaged=[False] * 3 + [True] * 2)
    checks = check_frames([frames], 0.1)
    assert checks.corrupt[0].tolist() == [False, False, True, True, True]
    assert checks.partly_blank[0].tolist() == [False, False, True, False, False]
    assert not check_frames([frames], 0.95).partly_blank[0].any()


def test_a_blank_frame_is_nothing_else() -> None:
    """Catches a black gap that is called blurred, frozen, or similar to another one."""
    frames = table(list(range(20)))
    frames["contrast"][4:12] = 0
    for name in ("sharpness", "difference", "perceptual_hash"):
        frames[name][4:12] = 0
    checks = check_frames([frames], 0.1)
    assert np.flatnonzero(checks.blank[0]).tolist() == list(range(4, 12))
    for flags in (checks.blurred, checks.frozen, checks.near_duplicate):
        assert not flags[0].any()


def test_blurred_and_frozen_are_found_by_their_options() -> None:
    """Catches options that nobody reads, and numbers of one measure given to another."""
    frames = table(list(range(12)))
    frames["sharpness"][3] = 80
    frames["difference"][6:9] = 0
    assert not check_frames([frames], 0.1).frozen[0].any()
    checks = check_frames([frames], 0.1, Quality(frozen_frames=3))
    assert np.flatnonzero(checks.blurred[0]).tolist() == [3]
    assert np.flatnonzero(checks.frozen[0]).tolist() == [6, 7, 8]
    assert not check_frames([frames], 0.1, Quality(blur_ratio=0.1)).blurred[0].any()


def test_black_frames_do_not_count_as_usual_for_sharpness() -> None:
    """Catches a film that is half black, in which no frame is softer than the median."""
    frames = table(list(range(9)))
    frames["contrast"][:6] = frames["sharpness"][:6] = 0.5
    frames["sharpness"][8] = 40
    assert np.flatnonzero(check_frames([frames], 0.1).blurred[0]).tolist() == [8]


def test_near_duplicates_look_alike_and_are_not_equal() -> None:
    """Catches a copy counted twice, as equal and as alike, and videos looked at one by one."""
    frames, others = table([1, 2, 2]), table([5])
    frames["perceptual_hash"] = [7, 8, 8]
    others["perceptual_hash"] = [7]
    checks = check_frames([frames, others], 0.1)
    assert [flags.tolist() for flags in checks.near_duplicate] == [[False] * 3, [True]]
    assert [flags.tolist() for flags in checks.duplicate] == [[False, False, True], [False]]


@pytest.mark.parametrize("fault", ["black", "blurred", "frozen"])
def test_a_fault_put_into_a_real_video_is_found(shared_data: Path, fault: str) -> None:
    """Catches limits that fit made-up numbers, and not what a camera and a codec give."""
    path = shared_data / "videos/opencv/vtest.avi"
    frames = itertools.islice(PyAVDecoder().frames(Video("v", path, 1), 224, ReadResult()), 60)
    pictures = [frame.picture for frame in frames]
    for at in range(20, 30):
        if fault == "black":
            pictures[at] = np.full_like(pictures[at], 16)
        elif fault == "blurred":
            image = Image.fromarray(pictures[at]).filter(ImageFilter.GaussianBlur(2))
            pictures[at] = np.asarray(image)
        else:
            pictures[at] = pictures[19]
    meter = FrameMeter()
    rows = [
        (index, index, index / 10, index, False, *meter.measure(picture))
        for index, picture in enumerate(pictures)
    ]
    checks = check_frames([np.array(rows, FRAME_DTYPE)], 0.1)
    names = {"black": "blank", "blurred": "blurred", "frozen": "frozen"}
    for name in names.values():
        expected = list(range(20, 30)) if name == names[fault] else []
        assert np.flatnonzero(getattr(checks, name)[0]).tolist() == expected, name
