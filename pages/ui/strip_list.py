"""Sequences as strips of frames, a page at a time: the selected ones, or those in a lasso."""

from __future__ import annotations

import math
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import numpy.typing as npt
import streamlit as st
from PIL import Image

from pages.ui import steering, text, view
from pages.ui._compat import address_of
from pages.ui.explorer.explorer import look_at
from pages.ui.parameters import Parameters
from pages.ui.places import frame_range, start_seconds
from pages.ui.player import play
from pages.ui.strip_rows import Row, strip_rows
from pages.ui.strips import MOST_FRAMES, strip
from seqsel_core.dataset import Dataset
from seqsel_core.palette import video_colour
from seqsel_core.select.selection import Selection
from seqsel_core.sequences import Sequences, SequenceSpan

_PER_PAGE = 8
_PER_PAGE_SINGLE = 30


@dataclass(frozen=True)
class Strips:
    """What strips are made of.

    Attributes:
        dataset: The videos.
        sequences: All sequences.
        selection: The selected ones.
        near: Distance of every sequence to the nearest selected one, shape (S,).
        values: What is selected, and how.
    """

    dataset: Dataset
    sequences: Sequences
    selection: Selection
    near: npt.NDArray[np.float32]
    values: Parameters

    def rank(self, position: int) -> int | None:
        """Return when a sequence was picked, from 1 on; None: it was not."""
        found = np.flatnonzero(self.selection.order == position)
        return int(found[0]) + 1 if len(found) else None


def strip_list(strips: Strips, inside: npt.NDArray[np.bool_] | None, around: str = "lasso") -> None:
    """Show the selected sequences, or those that lie inside a region.

    Args:
        strips: What they are made of.
        inside: Which sequences lie in the region, shape (S,); None: there is no region.
        around: What the region is called.
    """
    single = strips.sequences.length == 1
    per_page = _PER_PAGE_SINGLE if single else _PER_PAGE
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{_title(strips, inside, around)}**")
            st.space("stretch")
            order = view.select(
                "Order of the strips", "strip_order", width=140, label_visibility="collapsed"
            )
        positions = positions_of(strips, inside, order)
        pages = max(1, math.ceil(len(positions) / per_page))
        page = min(st.session_state.get("strip_page", 1), pages)
        shown = positions[(page - 1) * per_page : page * per_page].tolist()
        if not shown:
            st.caption("No sequence lies there.")
        strip_rows(
            [_row(strips, position) for position in shown],
            single=single,
            on_press=lambda what, span: _do(strips, what, span),
        )
        if shown and strips.sequences.length > MOST_FRAMES:
            st.caption(f"{MOST_FRAMES} of the {strips.sequences.length} frames of each are shown.")
        if pages > 1:
            if st.session_state.get("strip_page", 1) > pages:
                st.session_state["strip_page"] = pages
            st.pagination(pages, key="strip_page", width="stretch")


def picture(strips: Strips, position: int) -> bytes:
    """Return the frames of one sequence side by side, as JPEG."""
    return strip(strips.dataset, strips.sequences[position], int(strips.sequences.row[position]))


def alt(strips: Strips, span: SequenceSpan) -> str:
    """Say what is on the picture of a sequence."""
    name = text.plain(strips.dataset.videos[span.video].video.name)
    return f"Frames {span.start} to {span.stop - 1} of {name}"


def place(strips: Strips, position: int) -> str:
    """Return the frames and the time of a sequence in words."""
    span = strips.sequences[position]
    frames = frame_range(span.start, strips.sequences.length)
    row = int(strips.sequences.row[position])
    time = text.seconds(start_seconds(strips.dataset, span.video, row))
    return f"{frames} · {time}" if time else frames


def distance(strips: Strips, position: int) -> str:
    """Say how far a sequence was from all that were picked before; or from the nearest picked."""
    rank = strips.rank(position)
    if rank is None:
        return f"{strips.near[position]:.2f} from the nearest selected"
    far = float(strips.selection.distances[rank - 1])
    return f"+{far:.2f} from all before" if np.isfinite(far) else "first pick"


def _title(strips: Strips, inside: npt.NDArray[np.bool_] | None, around: str) -> str:
    if inside is None:
        return "Selected frames" if strips.sequences.length == 1 else "Selected sequences"
    chosen = int(inside[strips.selection.order].sum())
    return f"In the {around}: {text.count(int(inside.sum()), 'sequence')}, {chosen:,} selected"


def positions_of(
    strips: Strips, inside: npt.NDArray[np.bool_] | None, order: str
) -> npt.NDArray[np.int64]:
    """Return the sequences to show; among equals the selected ones first, by rank."""
    ranked = strips.selection.order
    if inside is not None:
        held = np.flatnonzero(inside)
        ranked = np.concatenate([ranked[inside[ranked]], held[~np.isin(held, ranked)]])
    if order == "By video":
        return ranked[np.lexsort((strips.sequences.start[ranked], strips.sequences.video[ranked]))]
    if order == "By time":
        return ranked[np.argsort(strips.sequences.start[ranked], kind="stable")]
    return ranked


def _row(strips: Strips, position: int) -> Row:
    span = strips.sequences[position]
    shown = picture(strips, position)
    return Row(
        span=span,
        name=text.plain(strips.dataset.videos[span.video].video.name),
        rank=strips.rank(position),
        colour=video_colour(span.video),
        place=place(strips, position),
        picked=distance(strips, position),
        pinned=steering.is_pinned(strips.dataset, strips.values, span),
        address=address_of(shown, f"strip {span.video} {span.start} {span.stop}"),
        size=Image.open(BytesIO(shown)).size,
        alt=alt(strips, span),
    )


def _do(strips: Strips, what: str, span: SequenceSpan) -> None:
    """Do what a button of a row says."""
    if what == "look":
        look_at(span.video, span.start)
    elif what == "play":
        play(span.video, span.start, span.stop)
    elif what == "pin":
        steering.pin(strips.dataset, strips.values, span)
    elif what == "unpin":
        steering.unpin(strips.dataset, strips.values, span)
    elif what == "replace":
        steering.replace(strips.dataset, strips.values, span)
