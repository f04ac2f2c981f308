"""What people see of a sequence: a few of its thumbnails, and where it lies in its video."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from seqsel_core.choice import Choice
from seqsel_core.dataset import EmbeddedVideo
from seqsel_core.output.readable import clock


def sequence_rows(choice: Choice, position: int) -> npt.NDArray[np.int64]:
    """Return the rows of a sequence's frames in its video's frame table, shape (length,)."""
    first = int(choice.sequences.row[position])
    return np.arange(first, first + int(choice.sequences.lengths[position]))


def strip(choice: Choice, position: int, most: int) -> list[bytes]:
    """Return thumbnails (JPEG) of at most `most` evenly spaced frames of a sequence.

    The first and the last frame are among them; of one alone it is the middle frame.
    """
    rows = sequence_rows(choice, position)
    if most == 1:
        rows = rows[len(rows) // 2 :][:1]
    elif len(rows) > most:
        rows = rows[np.linspace(0, len(rows) - 1, most).round().astype(np.int64)]
    return _video(choice, position).shard.thumbnails(rows.tolist())


def video_name(choice: Choice, position: int) -> str:
    """Return the name of a sequence's video; it may hold any character."""
    return _video(choice, position).video.name


def frame_range(choice: Choice, position: int) -> str:
    """Return 'frames 80–89', or 'frame 80' for a single one."""
    span = choice.sequences[position]
    if span.stop - span.start == 1:
        return f"frame {span.start:,}"
    return f"frames {span.start:,}–{span.stop - 1:,}"


def time_range(choice: Choice, position: int) -> str:
    """Return '0:02.67–0:02.97', a single time, or '' for a folder of frames."""
    table = _video(choice, position).frames
    rows = sequence_rows(choice, position)
    first, last = (clock(float(table["seconds"][row])) for row in (rows[0], rows[-1]))
    return first if first == last else f"{first}–{last}"


def _video(choice: Choice, position: int) -> EmbeddedVideo:
    return choice.dataset.videos[int(choice.sequences.video[position])]
