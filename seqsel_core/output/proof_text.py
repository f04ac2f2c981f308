"""The proof of a selection in words and rows, for the terminal and the report."""

from __future__ import annotations

import math

from seqsel_core.evaluate.judge import Versus
from seqsel_core.evaluate.proof import Opinion, Proof
from seqsel_core.evaluate.randoms import LARGEST, Band
from seqsel_core.output.readable import plural

NAMES = {"radius": "covering radius", "p95": "95th percentile", "mean": "mean distance"}
"""What each measure of the distance to the nearest selected sequence is called."""

HEADER = ("", "seen by", "selected", "random", "95 of 100 random", "uniform", "random needed")
"""Header of `proof_rows`."""


def proof_rows(proof: Proof) -> list[list[str]]:
    """Return the rows of a table under `HEADER`; encoders lie below each other per measure."""
    return [
        _row(NAMES[name], opinion, opinion.verdict.versus[name])
        for name in NAMES
        for opinion in proof.opinions
    ]


def reach(proof: Proof) -> str:
    """Return how many videos the selection reaches, in one sentence."""
    selection = proof.opinions[0].verdict.selection
    return f"The selection reaches {selection.videos:,} of {plural(proof.videos, 'video')}."


def spread(proof: Proof) -> str:
    """Return how the selection lies over all videos and their time; '' for a single one."""
    selection = proof.opinions[0].verdict.selection
    if selection.count == 1:
        return ""
    return (
        f"Of {selection.count:,} equal stretches of the videos, "
        f"{round(selection.spread * selection.count):,} hold a selected sequence."
    )


def suggestion(proof: Proof) -> str:
    """Return how many sequences would do, in one sentence; '' where nothing says so."""
    if proof.elbow is None or proof.elbow == len(proof.radii):
        return ""
    return (
        f"Suggested number: {plural(proof.elbow, 'sequence')} of these; after that another one "
        "lowers the covering radius much less."
    )


def sampling(proof: Proof) -> str:
    """Return from how many sequences distances are measured, where not from all; else ''."""
    sampled = proof.opinions[0].verdict.sampled
    return f"Distances are those of {sampled:,} evenly spaced sequences." if sampled else ""


def proof_lines(proof: Proof) -> list[str]:
    """Return the proof as a few lines for a terminal."""
    lines = list(proof.sentences)
    for opinion in proof.opinions:
        if len(proof.opinions) > 1:
            lines.append(f"Distances as {opinion.encoder} sees them:")
        lines += [
            f"  {NAMES[name]:<15} {versus.value:.3f}   random {_around(versus.random)}   "
            f"uniform {versus.uniform:.3f}   as good as {_needed(versus)} random"
            for name, versus in opinion.verdict.versus.items()
        ]
    return [*lines, *filter(None, (sampling(proof), spread(proof), suggestion(proof)))]


def _row(measure: str, opinion: Opinion, versus: Versus) -> list[str]:
    return [
        measure,
        opinion.encoder,
        f"{versus.value:.3f}",
        f"{versus.random.median:.3f}",
        f"{versus.random.low:.3f}–{versus.random.high:.3f}",
        f"{versus.uniform:.3f}",
        _needed(versus),
    ]


def _needed(versus: Versus) -> str:
    needed = versus.random_needed.median
    return f"{round(needed):,}" if math.isfinite(needed) else f"> {LARGEST:,}"


def _around(band: Band) -> str:
    return f"{band.median:.3f} ({band.low:.3f}–{band.high:.3f})"
