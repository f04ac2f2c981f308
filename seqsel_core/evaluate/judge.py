"""Is a selection better than chance? Measured where it was made and where a judge looks.

The representations that selected are no fair judge: k-center wins at its own game. Make one
`Judge` for them and one for the representations of the same sequences by another encoder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seqsel_core.evaluate.coverage import (
    Coverage,
    FloatArray,
    IntArray,
    apart,
    coverage,
    distance_to_nearest,
    distances_within,
)
from seqsel_core.evaluate.randoms import (
    FIRST,
    LARGEST,
    SELECTIONS,
    Band,
    Randoms,
    band_of,
    random_selections,
)

MEASURES = ("radius", "p95", "mean")
"""Measures of `Coverage` that random selections are compared by; smaller is better."""

_FEW = 60
"""Up to so many, random selections are measured by `p10_within` in some 40 ms, up to `FIRST`
in ten times that, and not beyond."""


@dataclass(frozen=True)
class Beside:
    """A measure of a selection beside that of others of the same size.

    Attributes:
        value: Of the selection.
        uniform: Of one that is evenly spread over all videos.
        random: Of random ones.
    """

    value: float
    uniform: float
    random: Band


@dataclass(frozen=True)
class Versus(Beside):
    """A selection against random ones, by one measure, at the candidates of `Randoms`.

    Attributes:
        better_than: Share of random ones of the same size whose value is larger, 0 to 1.
        random_needed: How many random sequences do as well; inf for more than `LARGEST`.
    """

    better_than: float
    random_needed: Band


@dataclass(frozen=True)
class Verdict:
    """What a judge says of a selection.

    Attributes:
        selection: Its measures, over all candidates.
        versus: For 'radius', 'p95' and 'mean', the comparison with random selections.
        beside: For 'p10_within' (of 2 to `FIRST` sequences) and 'videos' (of up to
            `LARGEST`) of `Coverage`, of which larger is better, those of others.
        candidates: How many could be selected.
        sampled: Distances of the comparison are measured from so many evenly spaced
            candidates; None: from all.
    """

    selection: Coverage
    versus: dict[str, Versus]
    beside: dict[str, Beside]
    candidates: int
    sampled: int | None

    @property
    def sentence(self) -> str:
        """The verdict by the mean distance and by the covering radius, in one sentence."""
        count = self.selection.count
        if count == self.candidates:
            if count == 1:
                return "The only sequence that can be selected is selected."
            return f"All {count:,} sequences that can be selected are selected."
        these = "This 1 sequence covers" if count == 1 else f"These {count:,} sequences cover"
        needed = self.versus["mean"].random_needed.median
        average = f"{_as_many(needed)} random {'one' if needed < 1.5 else 'ones'}"
        worst = _as_many(self.versus["radius"].random_needed.median)
        return f"{these} the dataset {average} on average, its rarest part {worst}."


class Judge:
    """Judges selections from one set of candidates, in one space.

    What does not depend on the selection is computed once; a verdict then follows a slider.
    Random selections of more than some hundred are measured when they are first needed.
    """

    def __init__(
        self,
        points: FloatArray,
        candidates: npt.NDArray[np.bool_],
        videos: IntArray,
        *,
        selections: int = SELECTIONS,
        seed: int = 0,
    ) -> None:
        """Measure the random selections.

        Args:
            points: Representations by which to judge, shape (S, D), float32.
            candidates: Which could be selected and are to be covered, at least one, shape
                (S,), bool.
            videos: Which video each sequence is of, shape (S,), int64.
            selections: Number of random selections.
            seed: Of the random selections.
        """
        self._points = points
        self._candidates = np.flatnonzero(candidates)
        self._videos = videos
        self._selections, self._seed = selections, seed
        self._randoms = self._measured(FIRST)
        self._apart: dict[int, npt.NDArray[np.float64]] = {}

    @property
    def n_bytes(self) -> int:
        """Memory it holds, that of the representations included, about."""
        curves = sum(curve.nbytes for curve in self._randoms.curves.values())
        return self._points.nbytes + self._candidates.nbytes + self._randoms.orders.nbytes + curves

    @property
    def randoms(self) -> Randoms:
        """Random selections of every size."""
        return self.randoms_to(LARGEST)

    def randoms_to(self, size: int) -> Randoms:
        """Return random selections of the sizes up to this one, and maybe of more."""
        if size > FIRST and not self._whole:
            self._randoms = self._measured(LARGEST)
        return self._randoms

    def look_ahead(self, verdict: Verdict) -> Iterator[None]:
        """Measure what a verdict on some more sequences may need, in steps."""
        needed = max(versus.random_needed.high for versus in verdict.versus.values())
        if not self._whole and needed > 2 * FIRST / 3:
            self._randoms = self._measured(LARGEST)
            yield
        if verdict.selection.count > 2 * _FEW / 3:
            self._apart_of(FIRST)

    @property
    def _whole(self) -> bool:
        return int(self._randoms.sizes[-1]) == min(LARGEST, len(self._candidates))

    def _measured(self, largest: int) -> Randoms:
        return random_selections(
            self._points,
            self._candidates,
            selections=self._selections,
            largest=largest,
            seed=self._seed,
        )

    def verdict(self, selected: IntArray, distances: FloatArray | None = None) -> Verdict:
        """Judge a selection.

        Args:
            selected: Positions of the selected sequences, at least one, shape (K,), int64;
                candidates all.
            distances: Of every candidate to the nearest selected one in these
                representations, shape (C,), where they are known already; saves most of the
                time.
        """
        points, candidates = self._points, self._candidates
        if distances is None:
            distances = distance_to_nearest(points, candidates, selected)
        randoms = self.randoms_to(len(selected))
        queries = randoms.queries
        even = ((np.arange(len(selected)) + 0.5) * len(candidates) / len(selected)).astype(np.int64)
        own = _measures(distances[queries])
        uniform = _measures(distance_to_nearest(points, candidates[queries], candidates[even]))
        if not all(randoms.reach(name, own[name]) for name in MEASURES):
            randoms = self.randoms
        measured = coverage(points, candidates, selected, self._videos, distances)
        return Verdict(
            selection=measured,
            versus={
                name: _versus(randoms, name, len(selected), own[name], uniform[name])
                for name in MEASURES
            },
            beside=self._beside(measured, even),
            candidates=len(candidates),
            sampled=len(queries) if len(queries) < len(candidates) else None,
        )

    def _beside(self, own: Coverage, even: IntArray) -> dict[str, Beside]:
        """Compare what a uniform selection, given by its places, and random ones reach, too."""
        points, count, orders = self._points, own.count, self._randoms.orders
        found: dict[str, Beside] = {}
        if count <= orders.shape[1]:
            reached = _videos(self._videos[self._candidates[orders[:, :count]]])
            of_uniform = _videos(self._videos[self._candidates[even]][None])
            found["videos"] = Beside(own.videos, float(of_uniform[0]), band_of(reached))
        if 1 < count <= FIRST:
            uniform = np.percentile(distances_within(points, self._candidates[even]), 10)
            random = band_of(self._apart_of(count)[:, count])
            found["p10_within"] = Beside(own.p10_within, float(uniform), random)
        return found

    def _apart_of(self, count: int) -> npt.NDArray[np.float64]:
        """Return `p10_within` of random selections of up to `count` sequences, at most `FIRST`."""
        most = _FEW if count <= _FEW else FIRST
        if most not in self._apart:
            picks = self._candidates[self._randoms.orders[:, :most]]
            self._apart[most] = apart(self._points, picks)
        return self._apart[most]


def _videos(of_picks: IntArray) -> npt.NDArray[np.float64]:
    """Return how many videos selections reach, given the video of each pick, shape (R, K)."""
    ordered = np.sort(of_picks, axis=1)
    reached: npt.NDArray[np.float64] = 1.0 + (np.diff(ordered, axis=1) > 0).sum(axis=1)
    return reached


def _versus(randoms: Randoms, name: str, count: int, value: float, uniform: float) -> Versus:
    return Versus(
        value=value,
        uniform=uniform,
        random=randoms.band(name, count),
        better_than=float((randoms.at(name, count) > value).mean()),
        random_needed=randoms.as_good_as(name, value),
    )


def _as_many(needed: float) -> str:
    return f"better than {LARGEST:,}" if np.isinf(needed) else f"as well as about {needed:,.0f}"


def _measures(distances: FloatArray) -> dict[str, float]:
    return {
        "radius": float(distances.max()),
        "p95": float(np.percentile(distances, 95)),
        "mean": float(distances.mean()),
    }
