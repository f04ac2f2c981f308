"""What the checks found in every frame of a dataset: corrupt, blank, blurred, frozen, repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from seqsel_core.embed import quality as judge
from seqsel_core.option_groups import Quality

Flags = tuple[npt.NDArray[np.bool_], ...]
"""One array of flags per video, shape (N,) each."""


@dataclass(frozen=True)
class Checks:
    """What the checks found, one flag per readable frame.

    Attributes:
        corrupt: The corruptness score is above the threshold: damaged, blank or partly blank.
        duplicate: The picture equals one earlier in the dataset, pixel by pixel.
        damaged: The decoder says that parts of the picture are missing, or of one that it is
            built on.
        blank: The picture has one colour all over.
        partly_blank: Corrupt, and neither damaged nor blank: rows of one colour that the rest
            of the video does not have.
        blurred: Edges are much softer than in the rest of the video. Never a blank frame.
        frozen: One of several frames in a row that repeat the picture before. Never a blank
            frame.
        near_duplicate: The picture looks like one earlier in the dataset (the same perceptual
            hash), and is neither equal to one nor blank.
    """

    corrupt: Flags
    duplicate: Flags
    damaged: Flags
    blank: Flags
    partly_blank: Flags
    blurred: Flags
    frozen: Flags
    near_duplicate: Flags


def check_frames(
    tables: Sequence[npt.NDArray[Any]], threshold: float, quality: Quality | None = None
) -> Checks:
    """Judge the frames of a dataset.

    Args:
        tables: Frame tables (`FRAME_DTYPE`) of the videos, in order.
        threshold: A score above this is corrupt; see `embed.quality.corruptness`.
        quality: Where a frame begins to be blank, blurred or frozen.
    """
    limits = quality or Quality()
    blank = tuple(judge.blank(table["contrast"], limits.blank_contrast) for table in tables)
    duplicate = _repeated(tables, "pixel_hash")
    alike = _repeated(tables, "perceptual_hash")
    damaged = tuple(table["damaged"] for table in tables)
    pairs = list(zip(tables, blank, strict=True))
    corrupt = tuple(_corrupt(table, empty, threshold) for table, empty in pairs)
    return Checks(
        corrupt=corrupt,
        duplicate=duplicate,
        damaged=damaged,
        blank=blank,
        partly_blank=tuple(
            any_of_them & ~broken & ~empty
            for any_of_them, broken, empty in zip(corrupt, damaged, blank, strict=True)
        ),
        blurred=tuple(_blurred(table, empty, limits) for table, empty in pairs),
        frozen=tuple(_frozen(table, limits) & ~empty for table, empty in pairs),
        near_duplicate=tuple(
            similar & ~equal & ~empty
            for similar, equal, empty in zip(alike, duplicate, blank, strict=True)
        ),
    )


def _corrupt(
    table: npt.NDArray[Any], blank: npt.NDArray[np.bool_], threshold: float
) -> npt.NDArray[np.bool_]:
    score = judge.corruptness(table["uniform_rows"], table["damaged"])
    score[blank] = 1
    found: npt.NDArray[np.bool_] = score > threshold
    return found


def _blurred(
    table: npt.NDArray[Any], blank: npt.NDArray[np.bool_], limits: Quality
) -> npt.NDArray[np.bool_]:
    found = np.zeros(len(table), np.bool_)
    seen = table[~blank]
    found[~blank] = judge.blurred(
        seen["sharpness"], seen["contrast"], ratio=limits.blur_ratio, floor=limits.blur_floor
    )
    return found


def _frozen(table: npt.NDArray[Any], limits: Quality) -> npt.NDArray[np.bool_]:
    return judge.frozen(
        table["difference"],
        limit=limits.frozen_difference,
        ratio=limits.frozen_ratio,
        least=limits.frozen_frames,
    )


def _repeated(tables: Sequence[npt.NDArray[Any]], column: str) -> Flags:
    """Return which frames have a hash that an earlier frame has, too."""
    if not tables:
        return ()
    sizes = [len(table) for table in tables]
    hashes = np.concatenate([table[column] for table in tables])
    repeated = np.ones(len(hashes), np.bool_)
    repeated[np.unique(hashes, return_index=True)[1]] = False
    return tuple(np.split(repeated, np.cumsum(sizes)[:-1]))
