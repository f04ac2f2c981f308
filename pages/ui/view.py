"""How Explore shows the selection: plain choices, kept in the session and in the URL.

They change nothing of what is selected; that is `parameters.py`.
"""

from __future__ import annotations

from typing import Literal

import streamlit as st

from pages.ui import fields
from pages.ui.explorer.colours import MODES
from pages.ui.explorer.lanes import SORTS
from pages.ui.explorer.points import KINDS

_KEY = "view"
AXES = ("2-D", "3-D")
"""How many axes the PCA map has."""

ORDERS = ("By rank", "By video", "By time")
"""Orders of the strips."""

CHOICES = {
    "colour_by": MODES,
    "points": KINDS,
    "axes": AXES,
    "sort_lanes": SORTS,
    "strip_order": ORDERS,
}
"""Names as in the URL, with what can be chosen; the first is the default."""


def chosen(name: str) -> str:
    """Return what is chosen, one of `CHOICES[name]`; a new session takes it from the URL."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = {
            one: st.query_params[one]
            for one, known in CHOICES.items()
            if st.query_params.get(one) in known
        }
    kept: dict[str, str] = st.session_state[_KEY]
    return kept.get(name, CHOICES[name][0])


def select(
    label: str,
    name: str,
    *,
    width: int,
    label_visibility: Literal["visible", "collapsed"] = "visible",
) -> str:
    """Draw a box with the choices and return what is chosen."""
    key = fields.key_for(name, chosen(name))
    st.selectbox(
        label,
        CHOICES[name],
        CHOICES[name].index(chosen(name)),
        key=key,
        width=width,
        on_change=_take,
        args=(name, key),
        label_visibility=label_visibility,
    )
    return chosen(name)


def forget() -> None:
    """Take the choices from the URL again."""
    st.session_state.pop(_KEY, None)


def to_query() -> dict[str, str]:
    """Return the choices as they stand in a URL: those that are not the default."""
    return {name: chosen(name) for name, known in CHOICES.items() if chosen(name) != known[0]}


def _take(name: str, key: str) -> None:
    if fields.is_shown(name, key):
        st.session_state[_KEY] = {**st.session_state.get(_KEY, {}), name: st.session_state[key]}
