"""How good the choice is: beside random and uniform selections, and against its size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
import streamlit as st

from pages.ui import loaders, parameters
from pages.ui.measures import Measure, measures
from pages.ui.parameters import Parameters
from seqsel_core.choosing import Pool
from seqsel_core.dataset import Dataset
from seqsel_core.evaluate.elbow import coverage_curve
from seqsel_core.evaluate.judge import Beside, Judge, Verdict
from seqsel_core.select.selection import Selection

_ACCENT = "#3f6fdf"
_GREY = "rgba(128, 136, 150, 0.9)"
_BAND = "rgba(128, 136, 150, 0.25)"
_SETS = {"input": "#e69f00", "random": _GREY, "selected": _ACCENT}


class Judging:
    """The place of the verdict at the top, filled when all below is on its way to the browser.

    Until then it shows the last verdict. Only the first of a session is there at once: nothing
    below jumps when it comes.
    """

    def __init__(
        self,
        dataset: Dataset,
        values: Parameters,
        pool: Pool,
        selection: Selection,
        near: npt.NDArray[np.float32],
    ) -> None:
        """Reserve the place.

        Args:
            dataset: The videos.
            values: What is selected, and how.
            pool: What it was selected from.
            selection: The selected sequences.
            near: Distance of every sequence to the nearest selected one, shape (S,).
        """
        self._what = dataset, values
        self._order, self._distances = selection.order, near[pool.candidates]
        self._place = st.container()
        self._found: tuple[Judge, Verdict] | None = None
        if len(selection) and not st.session_state.get("judged"):
            self.finish()

    def finish(self) -> tuple[Judge, Verdict]:
        """Judge the selection, at least one sequence, and show the verdict."""
        if self._found is None:
            judge = loaders.load_judge(*self._what)
            self._found = judge, judge.verdict(self._order, self._distances)
            with self._place:
                headline(self._found[1])
            st.session_state["judged"] = True
        return self._found


def headline(verdict: Verdict) -> None:
    """Show the verdict in one sentence, and the numbers it rests on."""
    st.header(verdict.sentence, anchor=False)
    own = verdict.selection
    # Where all are selected, random and uniform selections are the same one.
    others = {} if own.count == verdict.candidates else {**verdict.versus, **verdict.beside}
    measures(
        [
            _measure(
                "Worst covered",
                own.radius,
                others.get("radius"),
                "The largest distance of any sequence to the nearest selected one (the covering "
                "radius), 0 to 2. Smaller is better: nothing is far from what you label.",
            ),
            _measure(
                "95 of 100 within",
                own.p95,
                others.get("p95"),
                "95 of 100 sequences are at most this far from the nearest selected one. Smaller "
                "is better.",
            ),
            _measure(
                "On average",
                own.mean,
                others.get("mean"),
                "The mean distance of all sequences to the nearest selected one. Smaller is "
                "better.",
            ),
            _measure(
                "9 of 10 apart by",
                own.p10_within,
                others.get("p10_within"),
                "Nine of ten selected sequences are at least this far from every other selected "
                "one. Larger is better: nothing is labelled twice.",
            ),
            _measure(
                "Videos",
                own.videos,
                others.get("videos"),
                "Videos of which a sequence is selected. More is better.",
                digits=0,
            ),
        ]
    )


def _measure(
    name: str, value: float, beside: Beside | None, about: str, digits: int = 3
) -> Measure:
    if beside is not None:
        about += " Grey: where 95 of 100 random selections lie. ◇: uniform in time."
    return Measure(name, value, beside, about, digits)


def curve_figure(radii: npt.NDArray[Any], count: int, judge: Judge) -> tuple[go.Figure, int | None]:
    """Draw the covering radius against the number of sequences; return its elbow too.

    Args:
        radii: Covering radius after each pick, shape (K,).
        count: Sequences selected now.
        judge: For the band of random selections.
    """
    curve = coverage_curve(radii.tolist())
    figure = go.Figure()
    randoms = judge.randoms_to(len(radii))
    sizes = randoms.sizes[randoms.sizes <= len(radii)]
    low, middle, high = np.percentile(
        randoms.curves["radius"][:, : len(sizes)], [2.5, 50, 97.5], axis=0
    )
    around = [*sizes.tolist(), *sizes[::-1].tolist()]
    figure.add_scatter(
        x=around,
        y=[*high.tolist(), *low[::-1].tolist()],
        mode="lines",
        fill="toself",
        fillcolor=_BAND,
        line={"width": 0},
        hoverinfo="skip",
        name="random, 95 of 100",
    )
    figure.add_scatter(
        x=sizes,
        y=middle,
        line={"color": _GREY, "dash": "dot"},
        name="random, median",
        hovertemplate="%{x:,} at random: covering radius %{y:.3f} (median)<extra></extra>",
    )
    figure.add_scatter(
        x=curve.counts,
        y=curve.radii,
        mode="lines+markers",
        marker={"size": 5},
        line={"color": _ACCENT},
        name="this order",
        hovertemplate="%{x:,} selected: covering radius %{y:.3f}<extra></extra>",
    )
    if curve.elbow is not None:
        figure.add_scatter(
            x=[curve.elbow],
            y=[curve.radii[curve.elbow - 1]],
            mode="markers+text",
            text=["elbow"],
            textposition="bottom left",
            marker={"size": 10, "symbol": "diamond-open", "color": _ACCENT, "line": {"width": 2}},
            showlegend=False,
            hoverinfo="skip",
        )
    if 0 < count <= len(radii):
        figure.add_scatter(
            x=[count],
            y=[curve.radii[count - 1]],
            mode="markers",
            marker={"size": 12, "color": _ACCENT},
            name="now",
            hoverinfo="skip",
        )
    figure.update_layout(
        height=300,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        xaxis={"title": "sequences", "rangemode": "tozero"},
        yaxis={"title": "covering radius"},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
        dragmode=False,
        clickmode="event+select",
        hovermode="closest",
    )
    return figure, curve.elbow


def take_count(key: str, length: int) -> None:
    """Take as many sequences as the point of the curve that was clicked."""
    points = st.session_state[key].selection.points
    if points:
        parameters.change(n_samples=max(1, round(points[0]["x"])) * length)


def histogram_figure(sets: Mapping[str, npt.NDArray[Any]], title: str) -> go.Figure:
    """Draw how distances are distributed, in percent, of sets of sequences above each other.

    Args:
        sets: Distances by the name of the set: 'input', 'random', 'selected'.
        title: Of their axis.
    """
    top = max(float(distances.max(initial=0)) for distances in sets.values()) or 1.0
    bins = {"start": 0, "end": 1.0001 * top, "size": top / 40}
    figure = go.Figure()
    for name, distances in sets.items():
        figure.add_histogram(
            x=distances,
            xbins=bins,
            histnorm="percent",
            name=name,
            marker={"color": _SETS[name]},
            opacity=0.65,
            hovertemplate=f"{name}: %{{y:.1f}} % at distance %{{x:.2f}}<extra></extra>",
        )
    figure.update_layout(
        height=300,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        barmode="overlay",
        xaxis={"title": title},
        yaxis={"title": "sequences, %"},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
        dragmode=False,
    )
    return figure
