"""The selection as one small table: a line per selected frame."""

from __future__ import annotations

import csv
import io
import math

from seqsel_core.choice import Choice
from seqsel_core.output.text import cell

_COLUMNS = ("rank", "video", "frame_index", "pts", "seconds", "frame_name", "distance")


def selection_csv(choice: Choice) -> bytes:
    """Return the selected frames as CSV in UTF-8, sequences in the order picked.

    Columns: `rank` of the sequence (from 1), `video`, `frame_index` (0-based, display order),
    `pts` (in units of the video's time base), `seconds` and `distance` (of the sequence to the
    nearest picked before it), both empty where there is none, and `frame_name`. Names are
    cells that no spreadsheet runs; see `text.cell`.
    """
    buffer = io.StringIO()
    table = csv.writer(buffer, lineterminator="\n")
    table.writerow(_COLUMNS)
    sequences, selection = choice.sequences, choice.selection
    for rank, position in enumerate(selection.order, start=1):
        item = choice.dataset.videos[sequences.video[position]]
        first = int(sequences.row[position])
        for frame in item.frames[first : first + int(sequences.lengths[position])]:
            table.writerow(
                (
                    *(rank, cell(item.video.name), int(frame["index"]), int(frame["pts"])),
                    _number(float(frame["seconds"])),
                    cell(item.frame_name(int(frame["index"]))),
                    _number(float(selection.distances[rank - 1])),
                )
            )
    return buffer.getvalue().encode("utf-8", "surrogateescape")


def _number(value: float) -> str:
    return f"{value:.6g}" if math.isfinite(value) else ""
