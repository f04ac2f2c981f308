"""Which frames are corrupt, and which repeat an earlier one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from seqsel_core.embed.quality import corruptness

Flags = tuple[npt.NDArray[np.bool_], ...]
"""One array of flags per video, shape (N,) each."""


@dataclass(frozen=True)
class Checks:
    """What the checks found, one flag per readable frame.

    Attributes:
        corrupt: The corruptness score is above the threshold.
        duplicate: The picture equals one earlier in the dataset, pixel by pixel.
    """

    corrupt: Flags
    duplicate: Flags


def check_frames(tables: Sequence[npt.NDArray[Any]], threshold: float) -> Checks:
    """Find corrupt and duplicate frames.

    Args:
        tables: Frame tables (`FRAME_DTYPE`) of the videos, in order.
        threshold: A score above this is corrupt; see `embed.quality.corruptness`.
    """
    corrupt = tuple(
        corruptness(table["uniform_rows"], table["damaged"]) > threshold for table in tables
    )
    sizes = [len(table) for table in tables]
    repeated = np.ones(sum(sizes), np.bool_)
    if tables:
        hashes = np.concatenate([table["pixel_hash"] for table in tables])
        _, first = np.unique(hashes, return_index=True)
        repeated[first] = False
    return Checks(corrupt, tuple(np.split(repeated, np.cumsum(sizes)[:-1])) if tables else ())
