"""The keys of the Explore page, and the button (or the key '?') that shows them."""

from __future__ import annotations

from functools import cache
from typing import Any

import streamlit as st

from pages.ui.review import SHORTCUTS

_OTHERS = (
    ("Ctrl Z", "Undo the last move"),
    ("Ctrl Y", "Make it again"),
    ("← →", "Move the slider that has the focus; go along legend and timeline"),
    ("Tab", "Go to the next control; Enter or space presses it"),
    ("?", "Show this list"),
)
# Streamlit's own shortcuts know no punctuation. Keys that are typed into a field are left alone.
_SCRIPT = """
const seen = new WeakSet();
export default function () {
  if (seen.has(document)) return;
  seen.add(document);
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input:not([type=range]), textarea, [contenteditable]");
    if (event.key !== "?" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    document.querySelector(".st-key-shortcuts button")?.click();
  });
}
"""


def shortcuts_button() -> None:
    """Draw the button that shows the keys."""
    st.button(
        "Keyboard shortcuts",
        icon=":material/keyboard:",
        key="shortcuts",
        type="tertiary",
        help="Keyboard shortcuts (key: ?)",
        on_click=_open,
    )


def listen() -> None:
    """Listen to the key '?', and show the keys where they are asked for."""
    _listener()(key="shortcuts_listener")
    if st.session_state.get("shortcuts_open"):
        _shown()


def _open() -> None:
    st.session_state["shortcuts_open"] = True


def _close() -> None:
    st.session_state["shortcuts_open"] = False


@st.dialog("Keyboard shortcuts", on_dismiss=_close)
def _shown() -> None:
    for title, keys in (("Review one sequence after the other", SHORTCUTS), ("All", _OTHERS)):
        st.markdown(f"**{title}**")
        for key, what in keys:
            left, right = st.columns([1, 4], vertical_alignment="center")
            left.markdown(f"`{key}`")
            right.markdown(what)


@cache
def _listener() -> Any:
    return st.components.v2.component("shortcuts", js=_SCRIPT, isolate_styles=False)
