"""Every sequence with its measures, as a table: sort it, click a row, download it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from pages.ui import text
from pages.ui.explorer.colours import at_points, middle_frames
from pages.ui.explorer.explorer import look_at
from pages.ui.explorer.points import Points
from pages.ui.strip_list import Strips
from seqsel_core.dataset import Dataset
from seqsel_core.output.text import cell
from seqsel_core.sequences import Sequences

MOST_ROWS = 20_000
"""More are not sent to the browser; those nearest to a blind spot and the selected ones are."""


def sequence_table(
    strips: Strips, inside: npt.NDArray[np.bool_] | None = None, focused: int | None = None
) -> None:
    """Show the table; a click on a row looks at that sequence in all views, and the other way.

    Args:
        strips: What the rows are made of.
        inside: Which sequences lie in a region, shape (S,); None: there is no region.
        focused: The sequence that is looked at, whose row is marked.
    """
    frame, positions = table_of(strips, inside)
    rows = np.flatnonzero(positions == focused).tolist() if focused is not None else []
    _mark(rows)
    st.download_button(
        "Download as csv",
        lambda: csv_of(frame),
        "sequences.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
    st.dataframe(
        frame,
        key="sequence_table",
        hide_index=True,
        height=360,
        placeholder="",
        on_select=lambda: _clicked(strips, positions),
        selection_mode="single-row",
        column_config=_columns(),
    )
    count = len(strips.sequences) if inside is None else int(inside.sum())
    if len(frame) < count:
        st.caption(
            f"{len(frame):,} of {count:,} sequences: the selected ones, and those farthest from "
            "them."
        )


def csv_of(frame: pd.DataFrame) -> bytes:
    """Return the table as csv; a name that a spreadsheet would take for a formula is quoted."""
    safe = frame.assign(Video=[cell(name) for name in frame["Video"]])
    return safe.to_csv(index=False).encode("utf-8", "backslashreplace")


def table_of(
    strips: Strips, inside: npt.NDArray[np.bool_] | None = None
) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the table and the position of each row's sequence."""
    dataset, sequences, order = strips.dataset, strips.sequences, strips.selection.order
    positions = np.arange(len(sequences)) if inside is None else np.flatnonzero(inside)
    if len(positions) > MOST_ROWS:
        picked = order[np.isin(order, positions)]
        rest = np.setdiff1d(positions, picked)
        far = rest[np.argsort(-strips.near[rest], kind="stable")[: MOST_ROWS - len(picked)]]
        positions = np.sort(np.concatenate([picked, far]))
    rank = np.full(len(sequences), np.nan)
    rank[order] = np.arange(1, len(order) + 1)
    distance = np.full(len(sequences), np.nan)
    distance[order] = np.where(
        np.isfinite(strips.selection.distances), strips.selection.distances, np.nan
    )
    names = np.array([text.plain(video.video.name) for video in dataset.videos])
    frame = pd.DataFrame(
        {
            "Rank": pd.array(rank[positions], "Int64"),
            "Video": names[sequences.video[positions]],
            "First frame": sequences.start[positions],
            "Last frame": sequences.stop[positions] - 1,
            "Seconds": _starts(dataset, sequences)[positions],
            "Distance to the nearest selected": strips.near[positions],
            "Picked at distance": distance[positions],
            "Sharpness": middle_frames("sharpness", dataset, sequences)[positions],
            "Brightness": middle_frames("brightness", dataset, sequences)[positions],
        }
    )
    return frame, positions


def _starts(dataset: Dataset, sequences: Sequences) -> npt.NDArray[np.float32]:
    """Return when every sequence begins, in seconds, as its strip says it; shape (S,)."""
    points = Points(sequences.video, sequences.row, np.arange(len(sequences)))
    first = np.array([video.frames["seconds"][0] for video in dataset.videos])
    seconds = at_points("seconds", dataset, points) - first[sequences.video]
    begin: npt.NDArray[np.float32] = seconds.astype(np.float32)
    return begin


def _columns() -> dict[str, ColumnConfig]:
    """Return how the columns are shown: short enough for all of them to be seen at once."""
    number = st.column_config.NumberColumn
    return {
        "Rank": number(width=52, help="When it was picked, from 1 on; empty: it was not."),
        "Video": st.column_config.TextColumn(width=140),
        "First frame": number("First", width=58, help="First frame of the sequence."),
        "Last frame": number("Last", width=58, help="Last frame of the sequence."),
        "Seconds": number(
            format="%.2f", width=70, help="Where it begins in the video, in seconds."
        ),
        "Distance to the nearest selected": number(
            "To nearest", format="%.3f", width=80, help="Distance to the nearest selected sequence."
        ),
        "Picked at distance": number(
            "Picked at",
            format="%.3f",
            width=75,
            help="Distance to all picked before it; the first pick has none.",
        ),
        "Sharpness": number(format="%.1f", width=84, help="Of the middle frame."),
        "Brightness": number(format="%.1f", width=86, help="Of the middle frame."),
    }


def _clicked(strips: Strips, positions: np.ndarray) -> None:
    rows = st.session_state["sequence_table"].selection.rows
    if not rows:
        st.session_state.pop("focus", None)
    elif rows[0] < len(positions):
        span = strips.sequences[int(positions[rows[0]])]
        look_at(span.video, span.start)


def _mark(rows: list[int]) -> None:
    """Mark these rows, where others are marked now."""
    state = st.session_state.get("sequence_table")
    if list(state["selection"]["rows"] if state else []) != rows:
        st.session_state["sequence_table"] = {
            "selection": {"rows": rows, "columns": [], "cells": []}
        }
