"""Sequences in rows or, of single frames, in a grid: each with words, its frames and buttons.

One component: as Streamlit's own elements the rows were most of what a move cost, at the server
and in the browser.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from seqsel_core.sequences import SequenceSpan

_HERE = Path(__file__)
_KEY = "strip_rows"


@dataclass(frozen=True)
class Row:
    """One sequence; texts are plain.

    Attributes:
        span: Which sequence.
        name: Of its video.
        rank: When it was picked, from 1 on; None: it was not.
        colour: Of its video.
        place: Its frames and time.
        picked: How far it is from others.
        pinned: Whether a person pinned it.
        address: Where the picture of its frames is.
        size: Width and height of that, pixels.
        alt: What is on it.
    """

    span: SequenceSpan
    name: str
    rank: int | None
    colour: str
    place: str
    picked: str
    pinned: bool
    address: str
    size: tuple[int, int]
    alt: str


def strip_rows(
    rows: Sequence[Row], *, single: bool, on_press: Callable[[str, SequenceSpan], None]
) -> None:
    """Draw the rows.

    Args:
        rows: From top to bottom.
        single: They are single frames, drawn in a grid; only looking at one is offered.
        on_press: Called with 'look', 'play', 'pin', 'unpin' or 'replace', and the sequence of
            the row.
    """
    known = {tuple(row.span): row.span for row in rows}
    _component()(
        key=_KEY,
        data={"rows": [asdict(row) for row in rows], "single": single},
        on_pressed_change=lambda: _pressed(known, on_press),
    )


def _pressed(
    known: dict[tuple[int, ...], SequenceSpan], on_press: Callable[[str, SequenceSpan], None]
) -> None:
    """Do what was pressed, if the browser names a row that is there."""
    told: Any = st.session_state[_KEY].pressed
    try:
        what = str(told["what"])
        span = known[tuple(told["span"])]
    except (TypeError, KeyError):
        return
    if what in ("look", "play", "pin", "unpin", "replace"):
        on_press(what, span)


@cache
def _component() -> Any:
    return st.components.v2.component(
        "strip_rows",
        html='<div class="strip-rows"></div>',
        css=_HERE.with_suffix(".css").read_text("utf-8"),
        js=_HERE.with_suffix(".js").read_text("utf-8"),
        isolate_styles=False,
    )
