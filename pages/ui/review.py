"""The review loop: one sequence at a time at the foot of the page, by buttons or by keys."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import streamlit as st

from pages.ui import steering, text
from pages.ui.explorer.explorer import look_at
from pages.ui.player import play
from pages.ui.strip_list import Strips, alt, distance, picture, place
from seqsel_core.palette import video_colour

_FRAME = 240  # pixels, the width of a sequence of one frame
_LONGEST_NAME = 200  # letters of a video's name

SHORTCUTS = (
    ("J", "Next sequence"),
    ("K", "Previous sequence"),
    ("P", "Pin it, or unpin it"),
    ("X", "Replace it by the best other one"),
    ("V", "Play it"),
    ("Esc", "Close it"),
)
"""Keys of the review, with what they do."""


def review(strips: Strips, focused: int | None, listed: npt.NDArray[np.int64]) -> None:
    """Show the sequence that is looked at, with what can be done with it.

    Args:
        strips: What it is made of.
        focused: Its position; None: nothing is looked at.
        listed: Positions that next and previous go through, in order.
    """
    if focused is None:
        return
    at = int(np.flatnonzero(listed == focused)[0]) if focused in listed else -1
    span = strips.sequences[focused]
    with st.bottom, st.container(border=True, key="looked_at", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(
                f"{at + 1:,} of {len(listed):,}" if at >= 0 else "Looked at", width="content"
            )
            _step("Previous", "K", strips, listed, (at if at >= 0 else 1) - 1)
            _step("Next", "J", strips, listed, at + 1)
            st.space("stretch")
            _actions(strips, focused)
            st.button(
                "Close",
                key="look_close",
                type="tertiary",
                shortcut="Esc",
                on_click=lambda: st.session_state.pop("focus", None),
            )
        left, right = st.columns([10, 12], vertical_alignment="center")
        left.markdown(_name(strips, focused), wrap=False)
        words = f"{place(strips, focused)} · :gray[{distance(strips, focused)}]"
        right.markdown(f":small[{words}]", wrap=False)
        # One frame as wide as the card would hide the page behind it.
        width: int | Literal["content"] = _FRAME if strips.sequences.length == 1 else "content"
        st.image(picture(strips, focused), width=width, alt=alt(strips, span))


def _name(strips: Strips, position: int) -> str:
    """Return rank and name of a sequence as Markdown."""
    video = strips.sequences[position].video
    name = f"**{text.for_markdown(strips.dataset.videos[video].video.name, _LONGEST_NAME)}**"
    rank = strips.rank(position)
    dot = f":color[●]{{foreground={video_colour(video)!r}}}"
    return name if rank is None else f"{dot} {rank} {name}"


def begin(strips: Strips, focused: int | None, listed: npt.NDArray[np.int64]) -> None:
    """Draw the button that begins the review with the first sequence."""
    if focused is None and len(listed):
        _step("Review one by one", "J", strips, listed, 0)


def _step(label: str, key: str, strips: Strips, listed: npt.NDArray[np.int64], target: int) -> None:
    possible = 0 <= target < len(listed)
    span = strips.sequences[int(listed[target])] if possible else None
    st.button(
        label,
        key=f"look_{label}",
        type="tertiary",
        shortcut=key,
        disabled=span is None,
        on_click=look_at,
        args=(span.video, span.start) if span else (),
    )


def _actions(strips: Strips, position: int) -> None:
    span = strips.sequences[position]
    dataset, values = strips.dataset, strips.values
    pinned = steering.is_pinned(dataset, values, span)
    rank = strips.rank(position)
    st.button(
        "Unpin" if pinned else "Pin",
        key="look_pin",
        type="tertiary",
        shortcut="P",
        help="Leave it to the strategy" if pinned else "Select it in any case",
        on_click=steering.unpin if pinned else steering.pin,
        args=(dataset, values, span),
    )
    st.button(
        "Replace",
        key="look_replace",
        type="tertiary",
        shortcut="X",
        disabled=rank is None,
        help="Take the best other sequence instead; all others stay",
        on_click=_replace,
        args=(strips, position),
    )
    st.button(
        "Play",
        key="look_play",
        type="tertiary",
        shortcut="V",
        help="Play these frames",
        on_click=play,
        args=(span.video, span.start, span.stop),
    )


def _replace(strips: Strips, position: int) -> None:
    """Replace the sequence that is looked at, and look at what came in its place."""
    came = steering.replace(strips.dataset, strips.values, strips.sequences[position])
    if came is not None:
        look_at(came.video, came.start)
