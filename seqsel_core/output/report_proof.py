"""The part of the report that says whether the selection is better than chance."""

from __future__ import annotations

from seqsel_core.choice import Choice
from seqsel_core.evaluate.proof import Proof
from seqsel_core.output.colours import MUTED
from seqsel_core.output.document import Document
from seqsel_core.output.figures import png
from seqsel_core.output.proof_figure import radius_figure
from seqsel_core.output.proof_text import HEADER, proof_rows, reach, sampling, spread, suggestion


def draw_proof(document: Document, choice: Choice, proof: Proof | None) -> None:
    """Draw the table against random and uniform selections, and the curve of the radius.

    Args:
        document: To draw on.
        choice: The selection.
        proof: How good it is; None where nothing is selected.
    """
    document.heading("How good it is", follows=60)
    if proof is None:
        document.paragraph("No sequence is selected.")
        return
    document.paragraph(
        "How far it is from every sequence that could be selected to the nearest selected one: "
        "near is good. It is the Euclidean distance between averaged embeddings: 0 is the same, "
        "and what is far apart looks different. The covering radius is the largest of all."
    )
    document.table([HEADER, *proof_rows(proof)], [2, 2.4, 1, 1, 1.7, 1, 1.3], align="LLRRRRR")
    document.paragraph(_explanation(proof), size=7.5, colour=MUTED)
    sentences = (reach(proof), spread(proof), _nearest(proof), suggestion(proof))
    document.paragraph(" ".join(filter(None, sentences)))
    if choice.config.datapool.name:
        document.paragraph(
            "Earlier selections of the datapool count as selected when picking, and in the curve, "
            "but not in the table."
        )
    document.figure(png(radius_figure(proof)), 150)


def _explanation(proof: Proof) -> str:
    text = (
        "Random: median of 100 selections of the same size, and where 95 of them lie. Uniform: "
        "evenly over all videos. Random needed: how many random sequences cover as well."
    )
    if len(proof.opinions) > 1:
        text += (
            f" {proof.opinions[0].encoder} selected; {proof.opinions[1].encoder} had no part in "
            "it, so it is the fairer judge."
        )
    return f"{text} {sampling(proof)}".strip()


def _nearest(proof: Proof) -> str:
    selection = proof.opinions[0].verdict.selection
    if selection.count < 2:
        return ""
    return f"The two selected ones that are most alike are {selection.closest:.3f} apart."
