"""Numbers of single frames."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PIL import Image, ImageFilter

from seqsel_core.embed.measures import FrameMeter, Measures, perceptual_hash, uniform_rows
from seqsel_core.video.types import Picture


def noise(seed: int = 0) -> Picture:
    """Return a picture without any row of one colour."""
    return np.random.default_rng(seed).integers(0, 256, (100, 100, 3), np.uint8)


def scene(seed: int = 0, size: int = 224) -> Picture:
    """Return a picture with coarse and fine structure, as real ones have."""
    random = np.random.default_rng(seed)
    layers = [
        np.asarray(
            Image.fromarray(random.integers(0, 256, (n, n, 3), np.uint8)).resize((size,) * 2)
        )
        for n in (4, 16, 64)
    ]
    return np.mean(layers, axis=0).astype(np.uint8)


def measured(*pictures: Picture) -> list[Measures]:
    """Return the measures of the frames of one video."""
    meter = FrameMeter()
    return [meter.measure(picture) for picture in pictures]


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


@pytest.mark.parametrize("width", [1, 2, 3, 5, 99, 224, 260])
def test_every_column_of_a_row_counts(width: int) -> None:
    """Catches columns that are passed over where the width is no power of two."""
    for column in range(width):
        picture = np.full((2, width, 3), 100, np.uint8)
        picture[0, column, 1] = 110
        assert uniform_rows(picture) == (0.5 if width > 1 else 1)


def test_brightness_and_contrast_are_those_of_the_picture() -> None:
    """Catches other units, and channels that count alike: green is the brightest."""
    half = np.zeros((10, 10, 3), np.uint8)
    half[:5] = 200
    (found,) = measured(half)
    assert (found.brightness, found.contrast) == (100, 100)
    primaries = [np.full((9, 9, 3), np.eye(3)[at] * 255, np.uint8) for at in range(3)]
    red, green, blue = (item.brightness for item in measured(*primaries))
    assert green > red > blue > 0


def test_sharpness_of_a_known_picture() -> None:
    """Catches another kernel, or pixels at the edge that have no neighbour."""
    picture = np.zeros((5, 5, 3), np.uint8)
    picture[2, 2] = 9  # the Laplacian is -36 there, 9 at four places, and 0 at four
    (found,) = measured(picture)
    assert found.sharpness == pytest.approx(np.var([-36, 9, 9, 9, 9, 0, 0, 0, 0]))


def test_sharpness_falls_with_blur_and_contrast_stays() -> None:
    """Catches a sharpness that says nothing of blur."""
    sharp = scene()
    blurred = np.asarray(Image.fromarray(sharp).filter(ImageFilter.GaussianBlur(3)))
    before, after = measured(sharp, blurred)
    assert after.sharpness < 0.1 * before.sharpness
    assert after.contrast > 0.7 * before.contrast


def test_the_difference_is_to_the_frame_before() -> None:
    """Catches a difference to the first frame, of another video, or without its sign's removal."""
    dark, bright = np.zeros((8, 8, 3), np.uint8), np.full((8, 8, 3), 30, np.uint8)
    found = [item.difference for item in measured(dark, bright, bright, dark)]
    assert math.isnan(found[0])
    assert found[1:] == [30, 0, 30]
    assert math.isnan(measured(bright)[0].difference)


def test_pictures_that_look_alike_have_hashes_that_are_close() -> None:
    """Catches a hash of the exact pixels, and one that is the same for all."""
    picture = scene(1)
    codec = np.clip(picture + np.random.default_rng(0).normal(0, 4, picture.shape), 0, 255)
    hashes = [
        perceptual_hash(Image.fromarray(pixels).convert("L"))
        for pixels in (picture, codec.astype(np.uint8), scene(2))
    ]
    assert all(0 <= value < 2**64 for value in hashes)
    assert (hashes[0] ^ hashes[1]).bit_count() <= 4
    assert (hashes[0] ^ hashes[2]).bit_count() >= 16


@pytest.mark.parametrize("size", [1, 2, 31, 32, 63, 224, 260])
def test_any_size_of_the_network_can_be_measured(size: int) -> None:
    """Catches an input size at which a measure cannot be taken."""
    found = measured(np.zeros((size, size, 3), np.uint8))[0]
    assert (found.brightness, found.contrast, found.uniform_rows) == (0, 0, 1)
    assert math.isnan(found.sharpness) == (size < 3)
