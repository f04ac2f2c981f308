"""Which frames look as if parts of them were missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from seqsel_core.embed.quality import corruptness, uniform_rows
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


def test_rows_of_one_colour_are_counted() -> None:
    """Catches columns taken for rows, and channels that must be equal: green has one colour."""
    picture = noise()
    assert uniform_rows(picture) == 0
    picture[80:] = (0, 200, 0)
    assert uniform_rows(picture) == pytest.approx(0.2)
    assert uniform_rows(picture.transpose(1, 0, 2)) == 0


def test_a_trace_of_compression_still_is_one_colour() -> None:
    """Catches black bars that a lossy codec does not keep exactly black."""
    picture = noise()
    picture[:50] = 16
    picture[:50, ::7] += 3
    assert uniform_rows(picture) == pytest.approx(0.5)
    picture[:50, ::7] += 1
    assert uniform_rows(picture) == 0


def test_dark_and_bright_do_not_wrap_around() -> None:
    """Catches differences taken in eight bits, where 255 and 0 are neighbours."""
    picture = np.zeros((10, 10, 3), np.uint8)
    picture[:, 5:] = 255
    assert uniform_rows(picture) == 0


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
