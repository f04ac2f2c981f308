"""Is a picture whole? Measured on the small picture that the network sees."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from seqsel_core.video.types import Picture

_FLAT = 3  # largest minus smallest value of a row that counts as one colour


def uniform_rows(picture: Picture) -> float:
    """Return the share of rows that have one colour from edge to edge.

    What a decoder could not decode, it fills with grey, green or black; so rows of one colour
    that the rest of the video does not have are the trace of missing data.

    Args:
        picture: Shape (height, width, 3), uint8.
    """
    spread = picture.max(axis=1).astype(np.int16) - picture.min(axis=1)
    return float((spread.max(axis=1) <= _FLAT).mean())


def corruptness(
    uniform: npt.NDArray[np.floating], damaged: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Return a score from 0 (whole) to 1 (nothing there) for every frame of one video.

    A frame has 1 if the decoder reported damage, or if nearly every row has one colour.
    Otherwise it is the share of one-coloured rows above the video's median share, so that
    black bars, title bars and flat backgrounds, which all frames have, do not count.

    Args:
        uniform: `uniform_rows` of the frames, shape (N,).
        damaged: What the decoder said, shape (N,).
    """
    if not len(uniform):
        return np.empty(0)
    share = uniform.astype(np.float64)
    score = np.clip(share - np.median(share), 0, 1)
    score[(share > 0.99) | damaged] = 1
    return score
