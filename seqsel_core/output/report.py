"""The report of a run: `report.json` for programs, `report.pdf` for people."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from seqsel_core.choice import Choice
from seqsel_core.evaluate.distances import Statistics
from seqsel_core.evaluate.proof import Proof
from seqsel_core.output.report_json import report_data
from seqsel_core.output.report_pdf import report_pdf
from seqsel_core.output.text import json_bytes, write_new
from seqsel_core.progress import Progress
from seqsel_core.project.map_set import MapSet


def write_report(
    choice: Choice,
    statistics: Statistics,
    proof: Proof | None,
    maps: MapSet,
    started: datetime,
    folder: Path,
    progress: Progress,
) -> None:
    """Write `report.json` and `report.pdf`.

    Args:
        choice: The selection.
        statistics: Its distances.
        proof: How good it is; None where nothing is selected.
        maps: The maps to show.
        started: When the run began; the report says that it ended now.
        folder: Where the two files are written; must exist.
        progress: Told of every section.

    Raises:
        OSError: A file exists, or cannot be written.
    """
    ended = datetime.now(started.tzinfo)
    data = report_data(choice, statistics, proof, started, ended)
    write_new(folder / "report.json", json_bytes(data))
    pdf = report_pdf(choice, statistics, proof, maps, started, ended, progress)
    write_new(folder / "report.pdf", pdf)
