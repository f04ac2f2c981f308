"""What is wrong with the frames of one video, in words, with the places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from seqsel_core.checks import Checks

KINDS = {
    "damaged": ("is damaged", "are damaged"),
    "blank": ("is blank", "are blank"),
    "partly_blank": ("is partly blank", "are partly blank"),
    "blurred": ("is blurred", "are blurred"),
    "frozen": ("is frozen", "are frozen"),
    "duplicate": ("equals an earlier one", "equal an earlier one"),
    "near_duplicate": ("looks like an earlier one", "look like an earlier one"),
}
"""What `Checks` tells of a frame, by the name of its flags, in words for one and for more."""

_NAMED = 3  # places that are listed one by one
_GAP = 0.5  # seconds; what is closer together is one place
_GAP_FRAMES = 5  # the same for folders of frames, which have no time


@dataclass(frozen=True)
class Finding:
    """Frames of one video that have one thing in common.

    Attributes:
        kind: A key of `KINDS`.
        frames: How many they are.
        total: Frames of the video.
        where: Their places: 'at 3.2 to 4.0 s'; for folders of frames 'frames 12 to 40'.
    """

    kind: str
    frames: int
    total: int
    where: str

    @property
    def sentence(self) -> str:
        """'12 of 300 frames are damaged (at 3.2 to 4.0 s)'."""
        verb = KINDS[self.kind][self.total > 1 and self.frames > 1]
        if self.frames == self.total:
            return f"all {self.total:,} frames {verb}" if self.total > 1 else f"its frame {verb}"
        return f"{self.frames:,} of {self.total:,} frames {verb} ({self.where})"


def findings(
    checks: Checks, position: int, table: npt.NDArray[Any], kinds: tuple[str, ...] = tuple(KINDS)
) -> list[Finding]:
    """Return what the checks found in one video, in the order of `kinds`.

    Args:
        checks: Of the dataset.
        position: Of the video in it.
        table: The video's frame table (`FRAME_DTYPE`), shape (N,).
        kinds: What to look for, of `KINDS`.
    """
    found = []
    for kind in kinds:
        flags = getattr(checks, kind)[position]
        if flags.any():
            where = places(table, flags)
            found.append(Finding(kind, int(flags.sum()), len(table), where))
    return found


def places(table: npt.NDArray[Any], flags: npt.NDArray[np.bool_]) -> str:
    """Return where the flagged frames lie: 'at 3.2 to 4.0 s', 'in 12 places from 1:05 to 2:10'.

    Args:
        table: The video's frame table, shape (N,).
        flags: At least one is set, shape (N,).
    """
    timed = bool(np.isfinite(table["seconds"]).all())
    at = table["seconds" if timed else "index"][flags]
    breaks = np.flatnonzero(np.diff(at) > (_GAP if timed else _GAP_FRAMES))
    first = at[np.concatenate([[0], breaks + 1])].tolist()
    last = at[np.concatenate([breaks, [len(at) - 1]])].tolist()
    if len(first) > _NAMED:
        return f"in {len(first):,} places from {_span(first[0], last[-1], timed)}"
    spans = [_span(*ends, timed) for ends in zip(first, last, strict=True)]
    listed = ", ".join(spans[:-1]) + " and " + spans[-1] if len(spans) > 1 else spans[0]
    if timed:
        return f"at {listed}"
    return f"frames {listed}" if len(at) > 1 else f"frame {listed}"


def moment(seconds: float) -> str:
    """Return a point in time as '3.2 s' or, from a minute on, '1:03.2'."""
    tenths = round(seconds * 10)
    if abs(tenths) < 600:
        return f"{tenths / 10:.1f} s"
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f"{clock}:{rest / 10:04.1f}"


def _span(first: float, last: float, timed: bool) -> str:
    if not timed:
        return f"{first}" if first == last else f"{first} to {last}"
    start, end = moment(first), moment(last)
    if start == end:
        return start
    return f"{start.removesuffix(' s') if end.endswith(' s') else start} to {end}"
