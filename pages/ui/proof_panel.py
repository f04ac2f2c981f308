"""The panel of the proof: the curve, the distances, and what a second network says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from pages.ui import loaders, proof
from pages.ui.parameters import Parameters
from pages.ui.second_opinion import second_opinion
from seqsel_core.choosing import Pool
from seqsel_core.dataset import Dataset
from seqsel_core.evaluate.judge import Judge, Verdict
from seqsel_core.select.selection import Selection
from seqsel_core.store.datasets import DatasetRecord


def proof_panel(
    record: DatasetRecord,
    dataset: Dataset,
    values: Parameters,
    pool: Pool,
    selection: Selection,
    near: npt.NDArray[np.float32],
    judge: Judge,
    verdict: Verdict,
) -> None:
    """Draw the panel; closed, it costs nothing.

    Args:
        record: The dataset.
        dataset: Its videos.
        values: What is selected, and how.
        pool: What it was selected from.
        selection: The selected sequences, at least one.
        near: Distance of every sequence to the nearest selected one, shape (S,).
        judge: Judges by the network that selected.
        verdict: What it says.
    """
    with st.expander(
        "How many are enough, how near is everything, and what does a second network say",
        icon=":material/query_stats:",
        on_change="rerun",
        key="proof",
    ) as panel:
        if not panel.open:
            return
        left, right = st.columns(2)
        with left:
            _curve(dataset, values, len(selection), judge)
        with right:
            sets: dict[str, npt.NDArray[Any]] = {
                "random": loaders.load_random_distances(dataset, values),
                "selected": near[pool.candidates],
            }
            _histogram("From every sequence to the nearest of the set: near is good", sets)
        left, right = st.columns(2)
        with left:
            _histogram(
                "From a sequence to the nearest other of its set: far apart is good",
                loaders.load_within(dataset, values, selection),
            )
        with right:
            second_opinion(record, dataset, values, selection, verdict)


def _histogram(title: str, sets: Mapping[str, npt.NDArray[Any]]) -> None:
    st.markdown(f"**{title}**")
    if sets:
        st.plotly_chart(
            proof.histogram_figure(sets, "distance"),
            key=title,
            config={"displayModeBar": False},
            alt=f"{title}: {', '.join(sets)}",
        )


def _curve(dataset: Dataset, values: Parameters, count: int, judge: Judge) -> None:
    figure, elbow = proof.curve_figure(loaders.load_radii(dataset, values), count, judge)
    st.markdown("**Covering radius by number of sequences**")
    st.plotly_chart(
        figure,
        key="curve",
        on_select=lambda: proof.take_count("curve", values.length),
        selection_mode="points",
        config={"displayModeBar": False},
        alt="The covering radius falls with the number of sequences",
    )
    if elbow:
        st.caption(
            f"Click on the curve to take that many. Beyond {elbow} sequences, each further one "
            "brings much less."
        )
