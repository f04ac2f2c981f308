"""Touch up what Streamlit draws, where its theme has no word for it; see `touch_up.css`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

STYLES = Path(__file__).with_suffix(".css")


def touch_up() -> None:
    """Let the styles hold on this page; nothing is shown."""
    _component()(key="touch_up")


@cache
def _component() -> Any:
    return st.components.v2.component(
        "touch_up", css=STYLES.read_text("utf-8"), isolate_styles=False
    )
