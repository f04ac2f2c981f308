"""A place for parts of a page that show nothing: code, styles, data."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def unseen() -> DeltaGenerator:
    """Return a container for parts that show nothing.

    While such a part loads, Streamlit reserves 80 pixels for it, and what stands below jumps up
    when it is there.
    """
    return st.container(height=1, border=False, gap=None)
