"""Every sequence with its measures, as a table: sort it, click a row, download it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from pages.ui import text
from pages.ui.explorer.colours import middle_frames
from pages.ui.explorer.explorer import look_at
from pages.ui.strip_list import Strips

MOST_ROWS = 20_000
"""More are not sent to the browser; those nearest to a blind spot and the selected ones are."""


def sequence_table(strips: Strips) -> None:
    """Show the table; a click on a row looks at that sequence in all views."""
    frame, positions = table_of(strips)
    st.dataframe(
        frame,
        key="sequence_table",
        hide_index=True,
        height=360,
        on_select=lambda: _clicked(strips, positions),
        selection_mode="single-row",
        column_config={
            name: st.column_config.NumberColumn(format="%.3f")
            for name in ("Seconds", "Distance to the nearest selected", "Picked at distance")
        },
    )
    if len(frame) < len(strips.sequences):
        st.caption(
            f"{len(frame):,} of {len(strips.sequences):,} sequences: the selected ones, and those "
            "farthest from them."
        )


def table_of(strips: Strips) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the table and the position of each row's sequence."""
    dataset, sequences, order = strips.dataset, strips.sequences, strips.selection.order
    positions = np.arange(len(sequences))
    if len(positions) > MOST_ROWS:
        rest = np.setdiff1d(positions, order)
        far = rest[np.argsort(-strips.near[rest], kind="stable")[: MOST_ROWS - len(order)]]
        positions = np.sort(np.concatenate([order, far]))
    rank = np.full(len(sequences), np.nan)
    rank[order] = np.arange(1, len(order) + 1)
    distance = np.full(len(sequences), np.nan)
    distance[order] = np.where(
        np.isfinite(strips.selection.distances), strips.selection.distances, np.nan
    )
    names = np.array([text.plain(video.video.name) for video in dataset.videos])
    seconds = middle_frames("seconds", dataset, sequences)
    frame = pd.DataFrame(
        {
            "Rank": pd.array(rank[positions], "Int64"),
            "Video": names[sequences.video[positions]],
            "First frame": sequences.start[positions],
            "Last frame": sequences.stop[positions] - 1,
            "Seconds": seconds[positions],
            "Distance to the nearest selected": strips.near[positions],
            "Picked at distance": distance[positions],
            "Sharpness": middle_frames("sharpness", dataset, sequences)[positions],
            "Brightness": middle_frames("brightness", dataset, sequences)[positions],
        }
    )
    return frame, positions


def _clicked(strips: Strips, positions: np.ndarray) -> None:
    rows = st.session_state["sequence_table"].selection.rows
    if rows and rows[0] < len(positions):
        span = strips.sequences[int(positions[rows[0]])]
        look_at(span.video, span.start)
