"""Fields that show a value which the page owns: only what the user does to them changes it.

Streamlit sends a widget's new value once. A browser that never drew that message (the next run
began before it was sent, or before it was drawn) shows the value with which the widget was
made, and sends it back as if the user had chosen it. And what the browser sent before it heard
of a new value would take it back.

So each widget here is made with the value that it is to show, under a key of its own: another
value than the user's own last one comes with another widget. What a browser sends of a widget
that is no longer shown has another key, and changes nothing.
"""

from __future__ import annotations

import secrets

import streamlit as st

from pages.ui._compat import was_sent

_KEYS = "field_keys"  # name of a field -> key of the widget that shows it


def key_for(name: str, value: object) -> str:
    """Return the key of the widget that shows a value; it is to be made with that value.

    It stays the same while the user's own moves alone change the value, so that the widget
    keeps the focus.
    """
    keys: dict[str, str] = st.session_state.get(_KEYS, {})
    key = keys.get(name, "")
    if not key or key not in st.session_state or st.session_state[key] != value:
        key = f"{name}_{secrets.token_hex(4)}"
        st.session_state[_KEYS] = {**keys, name: key}
    return key


def set_until_drawn(key: str, value: object) -> None:
    """Set the value of a widget that cannot be made with it, until the browser has drawn it.

    A field that is made with a number cannot be emptied.
    """
    if not was_sent(key):
        st.session_state[key] = value


def is_shown(name: str, key: str) -> bool:
    """Return whether a widget is the one that shows a field now; others have no say."""
    return bool(st.session_state.get(_KEYS, {}).get(name) == key)
