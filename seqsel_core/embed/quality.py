"""What the measures of a video's frames (`measures.py`) say about each of them.

A frame is judged against the rest of its video where that is more honest than a fixed limit:
a foggy or a soft video is no damage, a single foggy frame may be.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

BoolArray = npt.NDArray[np.bool_]

_ALL_ROWS = 0.99  # share of one-coloured rows from which nothing is left to see


def corruptness(
    uniform: npt.NDArray[np.floating[Any]], damaged: BoolArray
) -> npt.NDArray[np.float64]:
    """Return a score from 0 (whole) to 1 (nothing there) for every frame of one video.

    A frame has 1 if the decoder reported damage, or if nearly every row has one colour.
    Otherwise it is the share of one-coloured rows above the video's median share, so that
    black bars, title bars and flat backgrounds, which all frames have, do not count.

    Args:
        uniform: `Measures.uniform_rows` of the frames, shape (N,); NaN counts as 0.
        damaged: What the decoder said, shape (N,).
    """
    if not len(uniform):
        return np.empty(0)
    share = np.nan_to_num(uniform.astype(np.float64))
    score = np.clip(share - np.median(share), 0, 1)
    score[(share > _ALL_ROWS) | damaged] = 1
    return score


def blank(contrast: npt.NDArray[np.floating[Any]], limit: float) -> BoolArray:
    """Return which frames have one colour all over: black between two shots, for example.

    Args:
        contrast: `Measures.contrast` of the frames, shape (N,).
        limit: A contrast of at most this is blank, in levels of 255.
    """
    return contrast <= limit


def blurred(
    sharpness: npt.NDArray[np.floating[Any]],
    contrast: npt.NDArray[np.floating[Any]],
    *,
    ratio: float,
    floor: float,
) -> BoolArray:
    """Return which frames of one video are blurred.

    Sharpness falls with blur, but also where a scene is dark or has little in it. So it is
    looked at twice, as it is and divided by the variance of the brightness: a frame is
    blurred if both are below the share `ratio` of the video's medians. One whose divided
    sharpness is below `floor` is blurred in any video.

    Args:
        sharpness: `Measures.sharpness` of the frames, shape (N,).
        contrast: `Measures.contrast` of the frames, shape (N,). Frames without any are never
            blurred; the medians are those of the others.
        ratio: Share of the median.
        floor: Of the sharpness divided by the squared contrast.
    """
    seen = contrast > 0
    found = np.zeros(len(sharpness), np.bool_)
    if not seen.any():
        return found
    sharp = sharpness[seen].astype(np.float64)
    detail = sharp / contrast[seen].astype(np.float64) ** 2
    below = (sharp < ratio * np.median(sharp)) & (detail < ratio * np.median(detail))
    found[seen] = below | (detail < floor)
    return found


def frozen(
    difference: npt.NDArray[np.floating[Any]], *, limit: float, ratio: float, least: int
) -> BoolArray:
    """Return which frames of one video repeat the picture before, in a longer run of such.

    A camera or a connection that stalls shows one picture for a while. A quiet scene does
    not: its noise, or what compression leaves of it, still changes from frame to frame. So
    only a difference far below the video's usual one counts.

    Args:
        difference: `Measures.difference` of the frames, shape (N,).
        limit: The difference is at most this, in levels of 255,
        ratio: and at most this share of the median difference; frames that are equal to the
            one before are left out of that median.
        least: Length of the shortest run that counts, in frames.
    """
    moving = difference[difference > 0]
    usual = float(np.median(moving)) if len(moving) else 0.0
    still = difference <= min(limit, ratio * usual)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], still, [False]]).astype(np.int8)))
    found = np.zeros(len(still), np.bool_)
    for start, stop in edges.reshape(-1, 2):
        found[start:stop] = stop - start >= least
    return found
