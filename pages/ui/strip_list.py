"""Sequences as strips of frames, a page at a time: the selected ones, or those in a lasso."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import streamlit as st

from pages.ui import steering, text, view
from pages.ui.explorer.explorer import look_at
from pages.ui.parameters import Parameters
from pages.ui.places import frame_range, start_seconds
from pages.ui.player import play
from pages.ui.strips import MOST_FRAMES, strip
from seqsel_core.dataset import Dataset
from seqsel_core.palette import video_colour
from seqsel_core.select.selection import Selection
from seqsel_core.sequences import Sequences, SequenceSpan

_PER_PAGE = 8
_PER_PAGE_SINGLE = 30
_LONGEST_NAME = 200  # letters of a video's name


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
        elif single:
            with st.grid(6, gap="small"):
                for position in shown:
                    with st.container():
                        picture(strips, position, "stretch")
                        heading(strips, position)
        else:
            for position in shown:
                _row(strips, position)
            if strips.sequences.length > MOST_FRAMES:
                st.caption(
                    f"{MOST_FRAMES} of the {strips.sequences.length} frames of each are shown."
                )
        if pages > 1:
            if st.session_state.get("strip_page", 1) > pages:
                st.session_state["strip_page"] = pages
            st.pagination(pages, key="strip_page", width="stretch")


def picture(
    strips: Strips, position: int, width: int | Literal["stretch", "content"] = "content"
) -> None:
    """Show the frames of one sequence side by side; `width` in pixels, or as `st.image` has it."""
    span = strips.sequences[position]
    name = text.plain(strips.dataset.videos[span.video].video.name)
    st.image(
        strip(strips.dataset, span, int(strips.sequences.row[position])),
        width=width,
        alt=f"Frames {span.start} to {span.stop - 1} of {name}",
    )


def heading(strips: Strips, position: int) -> None:
    """Show rank and name of a sequence in one line; below it frames, time, distance, a button.

    A name that is longer than the line ends in an ellipsis, and is shown whole on pointing at it.
    """
    name, place, picked = words(strips, position)
    with st.container(gap=None):
        st.markdown(name, wrap=False)
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
            st.markdown(f":small[{place}]  \n:small[{picked}]", width="stretch")
            _look(strips.sequences[position])


def words(strips: Strips, position: int) -> tuple[str, str, str]:
    """Return rank and name of a sequence, its frames and time, and its distance, as Markdown."""
    span = strips.sequences[position]
    name = text.for_markdown(strips.dataset.videos[span.video].video.name, _LONGEST_NAME)
    frames = frame_range(span.start, strips.sequences.length)
    row = int(strips.sequences.row[position])
    time = text.seconds(start_seconds(strips.dataset, span.video, row))
    place = f"{frames} · {time}" if time else frames
    rank = strips.rank(position)
    if rank is None:
        mark, picked = "", f"{strips.near[position]:.2f} from the nearest selected"
    else:
        mark = f":color[●]{{foreground={video_colour(span.video)!r}}} {rank} "
        distance = float(strips.selection.distances[rank - 1])
        picked = f"+{distance:.2f} from all before" if np.isfinite(distance) else "first pick"
    return f"{mark}**{name}**", place, f":gray[{picked}]"


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


def _row(strips: Strips, position: int) -> None:
    """Show a sequence: its words and buttons in a line, below it the frames as large as can be."""
    name, place, picked = words(strips, position)
    with st.container(gap=None):
        left, middle, right = st.columns([10, 9, 3], vertical_alignment="center")
        left.markdown(name, wrap=False)
        middle.markdown(f":small[{place} · {picked}]", wrap=False)
        with right.container(horizontal=True, gap="xsmall", horizontal_alignment="right"):
            _actions(strips, position)
        picture(strips, position)


def _actions(strips: Strips, position: int) -> None:
    span = strips.sequences[position]
    dataset, values = strips.dataset, strips.values
    unique = _unique(span)
    _look(span)
    st.button(
        "Play",
        icon=":material/play_arrow:",
        key=f"play_{unique}",
        type="tertiary",
        help="Play these frames",
        on_click=play,
        args=(span.video, span.start, span.stop),
    )
    pinned = steering.is_pinned(dataset, values, span)
    st.button(
        "Unpin" if pinned else "Pin",
        icon=":material/keep_off:" if pinned else ":material/keep:",
        key=f"pin_{unique}",
        type="tertiary",
        help="Unpin: leave it to the strategy" if pinned else "Pin: select it in any case",
        on_click=steering.unpin if pinned else steering.pin,
        args=(dataset, values, span),
    )
    if strips.rank(position) is not None:
        st.button(
            "Replace",
            icon=":material/sync:",
            key=f"replace_{unique}",
            type="tertiary",
            help="Replace: take the best other sequence instead; all others stay",
            on_click=_replace,
            args=(dataset, values, span),
        )


def _look(span: SequenceSpan) -> None:
    """Draw the button that looks at a sequence, as a click on it in a map does."""
    st.button(
        "Show in all views",
        icon=":material/center_focus_strong:",
        key=f"look_{_unique(span)}",
        type="tertiary",
        help="Show in all views",
        on_click=look_at,
        args=(span.video, span.start),
    )


def _unique(span: SequenceSpan) -> str:
    return f"list_{span.video}_{span.start}_{span.stop}"


def _replace(dataset: Dataset, values: Parameters, span: SequenceSpan) -> None:
    steering.replace(dataset, values, span)
