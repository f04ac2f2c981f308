"""The selected sequences as strips of frames, by rank, a page at a time."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st

from pages.ui import text
from pages.ui.charts import frame_range, start_seconds
from pages.ui.strips import MOST_FRAMES, strip
from seqsel_core.dataset import Dataset
from seqsel_core.palette import video_colour
from seqsel_core.select.selection import Selection
from seqsel_core.sequences import Sequences

_PER_PAGE = 8
_PER_PAGE_SINGLE = 30


def strip_list(dataset: Dataset, sequences: Sequences, selection: Selection) -> None:
    """Show the selected sequences: rank, video, frame range, time, distance, frames."""
    single = sequences.length == 1
    per_page = _PER_PAGE_SINGLE if single else _PER_PAGE
    pages = max(1, math.ceil(len(selection) / per_page))
    with st.container(border=True):
        left, right = st.columns([1, 1], vertical_alignment="center")
        left.markdown("**Selected frames**" if single else "**Selected sequences**")
        page = 1
        if pages > 1:
            if st.session_state.get("strip_page", 1) > pages:
                st.session_state["strip_page"] = pages
            with right.container(horizontal=True, horizontal_alignment="right"):
                page = st.pagination(pages, key="strip_page")
        first = (page - 1) * per_page
        shown = range(first, min(first + per_page, len(selection)))
        if single:
            with st.grid(6, gap="small"):
                for at in shown:
                    with st.container():
                        _picture(dataset, sequences, selection, at)
                        st.caption(_where(dataset, sequences, selection, at, 22))
        else:
            for at in shown:
                _row(dataset, sequences, selection, at)
            if sequences.length > MOST_FRAMES:
                st.caption(f"{MOST_FRAMES} of the {sequences.length} frames of each are shown.")


def _row(dataset: Dataset, sequences: Sequences, selection: Selection, at: int) -> None:
    left, right = st.columns([3, 10], vertical_alignment="center")
    left.markdown(_where(dataset, sequences, selection, at, 26))
    with right:
        _picture(dataset, sequences, selection, at)


def _picture(dataset: Dataset, sequences: Sequences, selection: Selection, at: int) -> None:
    position = int(selection.order[at])
    span = sequences[position]
    name = text.plain(dataset.videos[span.video].video.name)
    st.image(
        strip(dataset, span, int(sequences.row[position])),
        width="stretch" if sequences.length == 1 else "content",
        alt=f"Frames {span.start} to {span.stop - 1} of {name}",
    )


def _where(dataset: Dataset, sequences: Sequences, selection: Selection, at: int, most: int) -> str:
    """Return rank, name, frames, time and distance, as Markdown."""
    position = int(selection.order[at])
    span = sequences[position]
    name = text.for_markdown(dataset.videos[span.video].video.name, most)
    frames = frame_range(span.start, sequences.length)
    time = text.seconds(start_seconds(dataset, span.video, int(sequences.row[position])))
    distance = float(selection.distances[at])
    picked = f"+{distance:.2f} from all before" if np.isfinite(distance) else "first pick"
    rank = f":color[**{at + 1}**]{{foreground={video_colour(span.video)!r}}}"
    where = f"{frames} · {time}" if time else frames
    return f"{rank} **{name}**  \n:small[{where}]  \n:small[:gray[{picked}]]"
