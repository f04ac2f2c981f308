"""Which frames look as if parts of them were missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from seqsel_core.embed.measures import uniform_rows
from seqsel_core.embed.quality import blank, blurred, corruptness, frozen
from seqsel_core.video.pyav import PyAVDecoder
from seqsel_core.video.types import Picture, ReadResult, Video

THRESHOLD = 0.1  # the default of corruptness_check.corruption_threshold


def noise(seed: int = 0) -> Picture:
    """Return a picture without any row of one colour."""
    return np.random.default_rng(seed).integers(0, 256, (100, 100, 3), np.uint8)


def scores(pictures: list[Picture], damaged: list[bool] | None = None) -> npt.NDArray[np.float64]:
    """Return the scores of the frames of one video."""
    uniform = np.array([uniform_rows(picture) for picture in pictures], np.float32)
    return corruptness(uniform, np.array(damaged or [False] * len(pictures)))


def test_black_bars_do_not_count() -> None:
    """Catches every frame of a letterboxed film called corrupt."""
    pictures = [noise(seed) for seed in range(10)]
    for picture in pictures:
        picture[:20] = picture[-20:] = 0
    assert scores(pictures).tolist() == [0] * 10


def test_a_grey_block_in_one_frame_is_found() -> None:
    """Catches the usual damage, grey from somewhere down to the bottom, missed."""
    pictures = [noise(seed) for seed in range(10)]
    pictures[4][60:] = 128
    found = scores(pictures)
    assert found[4] == pytest.approx(0.4)
    assert (np.flatnonzero(found > THRESHOLD) == [4]).all()


def test_a_grey_block_below_black_bars_is_found() -> None:
    """Catches bars subtracted from every frame but its own video's."""
    pictures = [noise(seed) for seed in range(10)]
    for picture in pictures:
        picture[:20] = 0
    pictures[7][70:] = 128
    assert np.flatnonzero(scores(pictures) > THRESHOLD).tolist() == [7]


@pytest.mark.parametrize("level", [0, 128, 255])
def test_frames_of_one_colour_are_found_even_if_all_are(level: int) -> None:
    """Catches a wholly black video that has 'nothing unusual' in any frame."""
    empty = np.full((100, 100, 3), level, np.uint8)
    assert scores([empty] * 5).tolist() == [1] * 5
    assert scores([noise(), noise(1), empty]).tolist() == [0, 0, 1]


def test_what_the_decoder_calls_damaged_is_corrupt() -> None:
    """Catches the decoder's word ignored where the picture looks whole."""
    assert scores([noise(), noise(1)], [False, True]).tolist() == [0, 1]


def test_fewer_bars_than_usual_are_no_damage() -> None:
    """Catches a negative score, or its absolute value."""
    pictures = [noise(seed) for seed in range(5)]
    for picture in pictures[:4]:
        picture[:30] = 0
    assert scores(pictures).tolist() == [0] * 5


def test_no_frame_has_no_score() -> None:
    """Catches a warning or NaN from the median of nothing."""
    assert len(scores([])) == 0


def test_real_damage_is_found(shared_data: Path) -> None:
    """Catches a decoder's report of damage that is lost on its way to the score."""
    path = shared_data / "broken/derived-from-intel-car/bitflips_400.mp4"
    frames = list(PyAVDecoder().frames(Video(path.name, path, 1), 112, ReadResult()))
    found = scores([frame.picture for frame in frames], [frame.damaged for frame in frames])
    assert (found > THRESHOLD).sum() > 50
    whole = shared_data / "videos/intel-sample-videos/car-detection.mp4"
    frames = list(PyAVDecoder().frames(Video(whole.name, whole, 1), 112, ReadResult()))
    found = scores([frame.picture for frame in frames], [frame.damaged for frame in frames])
    assert (found > THRESHOLD).sum() == 0


RATIO, FLOOR = 0.25, 0.003  # the defaults of quality.blur_ratio and quality.blur_floor


def blurs(sharpness: list[float], contrast: list[float]) -> list[int]:
    """Return the positions of the blurred frames of one video."""
    found = blurred(np.array(sharpness), np.array(contrast), ratio=RATIO, floor=FLOOR)
    return np.flatnonzero(found).tolist()


def stills(difference: list[float], least: int = 3) -> list[int]:
    """Return the positions of the frozen frames of one video."""
    found = frozen(np.array(difference, np.float32), limit=0.05, ratio=0.05, least=least)
    return np.flatnonzero(found).tolist()


def test_blank_is_without_contrast() -> None:
    """Catches a limit that is not included: 0 must find pictures of one colour."""
    assert blank(np.array([0, 1.9, 2, 2.1, np.nan]), 2).tolist() == [1, 1, 1, 0, 0]
    assert blank(np.array([0, 0.1]), 0).tolist() == [True, False]


def test_a_frame_much_softer_than_its_video_is_blurred() -> None:
    """Catches a fixed limit: 80 is sharp in one video and blurred in another."""
    assert blurs([400, 410, 80, 390], [50, 50, 48, 51]) == [2]
    assert blurs([80, 82, 81, 79], [50, 50, 48, 51]) == []


def test_a_dark_or_an_empty_scene_is_not_blurred() -> None:
    """Catches fades and plain walls: they have little sharpness, as they have little contrast."""
    assert blurs([400, 410, 40, 390], [50, 50, 15, 51]) == []


def test_more_contrast_is_not_blur() -> None:
    """Catches a sharp frame beside frames of low contrast."""
    assert blurs([100, 100, 120], [10, 10, 60]) == []


def test_a_video_that_is_soft_throughout_is_blurred() -> None:
    """Catches a camera out of focus from the first frame to the last."""
    assert blurs([5, 5, 5], [50, 50, 50]) == [0, 1, 2]


def test_without_contrast_nothing_is_blurred() -> None:
    """Catches a division by zero, and NaN in the medians."""
    assert blurs([0, 400, 0, 400], [0, 50, 0, 50]) == []
    assert blurs([], []) == blurs([0], [0]) == blurs([np.nan], [np.nan]) == []


def test_a_picture_that_stands_still_is_frozen() -> None:
    """Catches the first of equal frames flagged, which shows something new, and short runs."""
    assert stills([np.nan, 2, 3, 0, 0, 0, 2, 0, 0, 2]) == [3, 4, 5]
    assert stills([np.nan, 2, 3, 0, 0, 0, 2, 0, 0, 2], least=1) == [3, 4, 5, 7, 8]
    assert stills([np.nan, 2, 2, 2, 2, 0.04, 0.04, 0.04]) == [5, 6, 7]


def test_a_quiet_scene_is_not_frozen() -> None:
    """Catches a camera that watches an empty room: noise is all that changes there."""
    assert stills([np.nan, *[0.04] * 20]) == []
    assert stills([np.nan, *[0.04] * 20, 0, 0, 0]) == [21, 22, 23]


def test_a_film_of_one_picture_is_frozen() -> None:
    """Catches a median of nothing where no frame differs."""
    assert stills([np.nan, 0, 0, 0]) == [1, 2, 3]
    assert stills([np.nan]) == stills([]) == []
