"""In which order the frames of a folder follow each other."""

from __future__ import annotations

import streamlit as st

from seqsel_core.video.discover import FRAME_ORDERS


def frame_order_control(key: str) -> str:
    """Draw the choice and return it: 'alphabetical' or 'natural'."""
    chosen = st.radio(
        "Order of frames in a folder",
        FRAME_ORDERS,
        format_func={"alphabetical": "1, 10, 2", "natural": "1, 2, 10"}.__getitem__,
        horizontal=True,
        key=key,
        help="Matters for folders of frames only. 1, 10, 2 is alphabetical; 1, 2, 10 natural.",
    )
    return str(chosen)
