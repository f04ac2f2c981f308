"""Measures of a selection in a row, each beside that of random and of uniform selections."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from seqsel_core.evaluate.judge import Beside

_HERE = Path(__file__).with_suffix("")
_COMPONENT = st.components.v2.component(
    "measures",
    html='<div class="measures" role="list"></div>',
    css=_HERE.with_suffix(".css").read_text("utf-8"),
    js=_HERE.with_suffix(".js").read_text("utf-8"),
)
_HEIGHT = 64  # pixels, from the start: nothing below jumps when they come
_ROOM = 0.12  # left and right of what is drawn, as a share of its width


@dataclass(frozen=True)
class Measure:
    """One measure.

    Attributes:
        name: In a few words.
        value: Of the selection; NaN: it has none.
        beside: Where it lies beside those of others; None: nowhere.
        about: What it is, shown on pointing at it.
        digits: After the decimal point.
    """

    name: str
    value: float
    beside: Beside | None
    about: str
    digits: int = 3


def between(low: float, high: float, digits: int) -> str:
    """Return '0.40–0.50', or '0.40' where both ends read alike; `digits` after the point."""
    ends = [f"{end:,.{digits}f}" for end in (low, high)]
    return ends[0] if ends[0] == ends[1] else "–".join(ends)


def measures(every: Sequence[Measure]) -> None:
    """Draw measures, each as its number and a line with the values of the others."""
    data = {"measures": [_told(measure) for measure in every]}
    _COMPONENT(key="measures", data=data, height=_HEIGHT)


def _told(measure: Measure) -> dict[str, object]:
    """Return what the browser draws: places from 0 (left) to 1."""
    beside = measure.beside
    if beside is None:
        return {"name": measure.name, "value": _number(measure), "about": measure.about}
    low, high = beside.random.low, beside.random.high
    every = [beside.value, beside.uniform, low, high]
    width = max(every) - min(every)

    def place(value: float) -> float:
        share = (value - min(every)) / width if width else 0.5
        return round(_ROOM + (1 - 2 * _ROOM) * share, 3)

    few = max(0, measure.digits - 1)
    return {
        "name": measure.name,
        "value": _number(measure),
        "about": measure.about,
        "random": between(low, high, few),
        "uniform": f"{beside.uniform:,.{few}f}",
        "at": {
            "value": place(beside.value),
            "uniform": place(beside.uniform),
            "low": place(low),
            "high": place(high),
        },
    }


def _number(measure: Measure) -> str:
    return "–" if math.isnan(measure.value) else f"{measure.value:,.{measure.digits}f}"
