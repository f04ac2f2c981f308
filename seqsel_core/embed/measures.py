"""What is measured of every frame, on the small picture that the network sees.

Measured in the thread that decodes, once per frame; what the numbers mean for a frame is
decided later and can be decided again (`quality.py`).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import imagehash
import numpy as np
import numpy.typing as npt
from PIL import Image

from seqsel_core.video.types import Picture

_FLAT = 3  # largest minus smallest value of a row that counts as one colour
_HASHED = 32  # pixels: the side of what the perceptual hash looks at

Grey = npt.NDArray[np.float32]
"""Brightness of every pixel, shape (height, width), 0 (black) to 255 (white)."""


class Measures(NamedTuple):
    """Numbers of one frame; NaN stands for what was not measured.

    Attributes:
        uniform_rows: Share of rows that have one colour from edge to edge.
        sharpness: Variance of the Laplacian of the brightness, in levels².
        brightness: Mean brightness, 0 (black) to 255 (white).
        contrast: Standard deviation of the brightness, in levels.
        difference: Mean absolute difference of the brightness to the frame before, in
            levels; NaN for the first frame.
        perceptual_hash: 64 bits; pictures that look alike differ in few of them.
    """

    uniform_rows: float = math.nan
    sharpness: float = math.nan
    brightness: float = math.nan
    contrast: float = math.nan
    difference: float = math.nan
    perceptual_hash: int = 0


class FrameMeter:
    """Measures the frames of one video, in order."""

    def __init__(self) -> None:
        """Begin before the first frame."""
        self._before: Grey | None = None

    def measure(self, picture: Picture) -> Measures:
        """Measure the next frame; its picture has the same shape as the ones before."""
        image = Image.fromarray(picture).convert("L")
        grey = np.asarray(image, np.float32)
        before, self._before = self._before, grey
        return Measures(
            uniform_rows=uniform_rows(picture),
            sharpness=sharpness(grey),
            brightness=float(grey.mean()),
            contrast=float(grey.std()),
            difference=math.nan if before is None else float(np.abs(grey - before).mean()),
            perceptual_hash=perceptual_hash(image),
        )


def uniform_rows(picture: Picture) -> float:
    """Return the share of rows that have one colour from edge to edge.

    What a decoder could not decode, it fills with grey, green or black; so rows of one colour
    that the rest of the video does not have are the trace of missing data.

    Args:
        picture: Shape (height, width, 3), uint8.
    """
    high = low = picture
    while high.shape[1] > 1:  # halves on each other: 50 times as fast as max(axis=1)
        half = (high.shape[1] + 1) // 2
        high = np.maximum(high[:, :half], high[:, -half:])
        low = np.minimum(low[:, :half], low[:, -half:])
    return float(((high - low).max(axis=(1, 2)) <= _FLAT).mean())


def sharpness(grey: Grey) -> float:
    """Return the variance of the Laplacian (four neighbours), without the outermost pixels.

    It falls when edges are blurred. Pech-Pacheco et al., "Diatom autofocusing in brightfield
    microscopy: a comparative study", ICPR 2000.
    """
    inner = grey[1:-1, 1:-1]
    around = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    return float((around - 4 * inner).var()) if inner.size else math.nan


def perceptual_hash(image: Image.Image) -> int:
    """Return the 64-bit hash of a grey picture by its lowest frequencies (`imagehash.phash`)."""
    # Averaged first: the library would filter the large picture, which costs ten times as much.
    small = image.reduce(max(1, min(image.size) // _HASHED))
    bits = imagehash.phash(small).hash
    return int.from_bytes(np.packbits(bits).tobytes(), "big")
