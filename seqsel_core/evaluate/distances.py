"""How good a selection is: its distances, beside those of the input and of a random selection.

All distances are Euclidean, between representations of sequences.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seqsel_core.choice import Choice
from seqsel_core.evaluate.counts import Counts, count
from seqsel_core.evaluate.neighbours import nearest

QUERY_LIMIT = 20_000
"""Sequences at most whose neighbour in the input is searched: all pairs would take too long."""

BINS = 25
"""Bins of every histogram."""

IntArray = npt.NDArray[np.int64]
Distances = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Distribution:
    """Some distances, summed up.

    Attributes:
        count: How many.
        mean: Their mean.
        std: Their standard deviation (of these values, not an estimate for others).
        minimum: The smallest.
        p10: 10th percentile.
        median: 50th percentile.
        p90: 90th percentile.
        maximum: The largest.
        histogram: How many lie in each bin, `BINS` numbers.
        edges: Limits of the bins, `BINS` + 1 ascending numbers; the same for all
            distributions that are compared.
    """

    count: int
    mean: float
    std: float
    minimum: float
    p10: float
    median: float
    p90: float
    maximum: float
    histogram: tuple[int, ...]
    edges: tuple[float, ...]


@dataclass(frozen=True)
class Decision:
    """A sequence that was not selected, beside the selected one nearest to it.

    Attributes:
        removed: Position in the sequences.
        retained: Position in the sequences.
        distance: Between the two.
    """

    removed: int
    retained: int
    distance: float


@dataclass(frozen=True)
class Statistics:
    """What can be said about a selection.

    Attributes:
        counts: Frames, sequences and videos.
        within: Distance of every sequence to the nearest other one of the same set, for the
            sets 'input' (all that could be selected), 'selected' and 'random' (as many as are
            selected, drawn from the input). A set of fewer than two sequences is missing.
        coverage: Distance of every sequence of the input to the nearest of the set, for the
            sets 'selected' and 'random'. Empty where nothing is selected.
        sampled_queries: The distribution 'input' in `within` is taken from this many evenly
            spaced sequences; None: from all.
        decisions: Examples of what was not selected, from the nearest to a selected sequence
            to the farthest; as many as the option `n_example_images` says.
        seed: Of the random selection.
    """

    counts: Counts
    within: dict[str, Distribution]
    coverage: dict[str, Distribution]
    sampled_queries: int | None
    decisions: tuple[Decision, ...]
    seed: int


def evaluate(choice: Choice, *, seed: int = 0) -> Statistics:
    """Measure a selection, and an equally large random one beside it.

    Args:
        choice: The selection.
        seed: Of the random selection.
    """
    points = choice.representations
    candidates = np.flatnonzero(choice.candidates)
    selected = choice.selection.order
    # The second number keeps it apart from what method=random draws with the same seed.
    generator = np.random.default_rng([seed, 1])
    random = np.sort(generator.choice(candidates, len(selected), replace=False))
    queries = _evenly_spaced(candidates, QUERY_LIMIT)
    searches = {
        "input": (queries, candidates),
        "selected": (selected,) * 2,
        "random": (random,) * 2,
    }
    within = {
        name: nearest(points, searching, among, exclude_self=True)[0]
        for name, (searching, among) in searches.items()
        if len(among) > 1
    }
    coverage: dict[str, Distances] = {}
    decisions: tuple[Decision, ...] = ()
    if len(selected):
        distances, found = nearest(points, candidates, selected)
        coverage = {"selected": distances, "random": nearest(points, candidates, random)[0]}
        decisions = _decisions(
            candidates, selected, found, distances, choice.config.n_example_images
        )
    return Statistics(
        counts=count(choice),
        within=_distributions(within),
        coverage=_distributions(coverage),
        sampled_queries=len(queries) if len(queries) < len(candidates) else None,
        decisions=decisions,
        seed=seed,
    )


def _evenly_spaced(positions: IntArray, limit: int) -> IntArray:
    if len(positions) <= limit:
        return positions
    return positions[np.linspace(0, len(positions) - 1, limit).round().astype(np.int64)]


def _distributions(samples: dict[str, Distances]) -> dict[str, Distribution]:
    top = max((float(distances.max()) for distances in samples.values()), default=0)
    edges = np.linspace(0, top or 1, BINS + 1)
    return {name: _distribution(distances, edges) for name, distances in samples.items()}


def _distribution(distances: Distances, edges: Distances) -> Distribution:
    p10, median, p90 = np.percentile(distances, [10, 50, 90])
    return Distribution(
        count=len(distances),
        mean=float(distances.mean()),
        std=float(distances.std()),
        minimum=float(distances.min()),
        p10=float(p10),
        median=float(median),
        p90=float(p90),
        maximum=float(distances.max()),
        histogram=tuple(np.histogram(distances, edges)[0].tolist()),
        edges=tuple(edges.tolist()),
    )


def _decisions(
    candidates: IntArray, selected: IntArray, found: IntArray, distances: Distances, limit: int
) -> tuple[Decision, ...]:
    """Return examples spread evenly over the sequences ordered by distance."""
    removed = np.flatnonzero(~np.isin(candidates, selected))
    order = _evenly_spaced(removed[np.argsort(distances[removed], kind="stable")], limit)
    return tuple(
        Decision(int(candidates[at]), int(found[at]), float(distances[at])) for at in order
    )
