"""Is this selection better than chance, and large enough? As the report and the terminal tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from seqsel_core.choice import Choice
from seqsel_core.evaluate.coverage import FloatArray
from seqsel_core.evaluate.elbow import coverage_curve
from seqsel_core.evaluate.judge import Judge, Verdict
from seqsel_core.evaluate.randoms import Band, Randoms


@dataclass(frozen=True)
class Opinion:
    """What one encoder says of a selection.

    Attributes:
        encoder: Its key.
        selecting: Whether the selection was made with it: then it is no fair judge.
        verdict: What it says.
    """

    encoder: str
    selecting: bool
    verdict: Verdict


@dataclass(frozen=True)
class Proof:
    """What speaks for a selection, and against it.

    Attributes:
        opinions: That of the selecting encoder first, then of every judge.
        videos: Videos of which a sequence could be selected.
        radii: Covering radius after each pick, as the selecting encoder sees it.
        random_radii: (size, covering radius of random selections of this size), up to the
            size of the selection, as the selecting encoder sees them.
        elbow: Number of sequences after which another brings much less; None where the curve
            of `radii` does not bend.
    """

    opinions: tuple[Opinion, ...]
    videos: int
    radii: tuple[float, ...]
    random_radii: tuple[tuple[int, Band], ...]
    elbow: int | None

    @property
    def sentences(self) -> list[str]:
        """The verdicts, one sentence per encoder."""
        if len(self.opinions) == 1:
            return [self.opinions[0].verdict.sentence]
        return [
            f"Seen by {opinion.encoder}, which {'selected' if opinion.selecting else 'did not'}: "
            f"{opinion.verdict.sentence}"
            for opinion in self.opinions
        ]


def prove(
    choice: Choice, judges: Mapping[str, FloatArray] | None = None, *, seed: int = 0
) -> Proof | None:
    """Judge a selection with the encoder that made it, and with others.

    Args:
        choice: The selection.
        judges: {key of another encoder: representations of the same sequences by it, shape
            (S, D), float32}.
        seed: Of the random selections.

    Returns:
        None where nothing is selected.
    """
    if not len(choice.selection):
        return None
    spaces = {choice.dataset.encoder: choice.representations, **(judges or {})}
    opinions, first = [], None
    for encoder, points in spaces.items():
        judge = Judge(points, choice.candidates, choice.sequences.video, seed=seed)
        verdict = judge.verdict(choice.selection.order)
        opinions.append(Opinion(encoder, first is None, verdict))
        first = first or judge.randoms_to(len(choice.selection))
    assert first is not None
    radii = [float(radius) for radius in choice.selection.radii]
    return Proof(
        opinions=tuple(opinions),
        videos=len(np.unique(choice.sequences.video[choice.candidates])),
        radii=tuple(radii),
        random_radii=_bands(first, len(radii)),
        elbow=coverage_curve(radii).elbow,
    )


def _bands(randoms: Randoms, largest: int) -> tuple[tuple[int, Band], ...]:
    sizes = [int(size) for size in randoms.sizes if size <= largest]
    return tuple((size, randoms.band("radius", size)) for size in sizes)
