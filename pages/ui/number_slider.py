"""One number, moved by a slider or typed into a field beside it.

Streamlit's own slider and number field cannot hold one value together: each sends its value
with every move of the other, and a browser that is a move ahead brings the old one back. So
this is one component, which knows which of its moves the server has seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

_TAKEN = "moves_taken"  # key -> the last move that counted

_NO_MOVE = {"value": 0, "step": 0, "turn": 0}

_HERE = Path(__file__).with_suffix("")
_COMPONENT = st.components.v2.component(
    "number_slider",
    html="""
    <div class="number-slider">
      <div><div class="label"></div><div class="unit"></div>
        <select aria-label="Unit"></select></div>
      <input type="number" inputmode="decimal">
      <input type="range">
      <div class="others"></div>
      <div class="note" role="status"></div>
    </div>
    """,
    css=_HERE.with_suffix(".css").read_text("utf-8"),
    js=_HERE.with_suffix(".js").read_text("utf-8"),
)


@dataclass(frozen=True)
class Unit:
    """A unit in which the number can be typed.

    Attributes:
        name: As it stands beside the number.
        per: How much of the slider's own unit one of this unit is.
        exact: What is typed counts as it is. Otherwise it goes to the slider's nearest step.
    """

    name: str
    per: float = 1
    exact: bool = True


def number_slider(
    label: str,
    value: int,
    *,
    key: str,
    least: int,
    most: int,
    most_by_slider: int,
    step: int,
    units: Sequence[Unit],
    on_move: Callable[[int, int], None],
    note: str = "",
) -> None:
    """Draw the slider and its field.

    Args:
        label: What the number is.
        value: What to show.
        key: Unique in the page.
        least: The smallest possible number.
        most: The largest; nothing can be moved where it is not above the smallest.
        most_by_slider: The right end of the slider; larger ones are typed.
        step: The slider's step. A number that is no multiple of it can still be typed.
        units: In what it can be typed, and is told; the first is that of `value`.
        on_move: Called with the number that the user chose, however large or small, and the
            step that was shown then.
        note: What is to be said of the number; it stands in the place of the other units.
    """
    _COMPONENT(
        key=key,
        data={
            "label": label,
            "value": value,
            "least": least,
            "most": most,
            "most_by_slider": max(most_by_slider, value, least + step),
            "step": step,
            "units": [asdict(unit) for unit in units],
            "seen": max(_move(key)["turn"], _taken(key)["turn"]),
            "note": note,
        },
        on_move_change=lambda: _moved(key, on_move),
    )


def _moved(key: str, on_move: Callable[[int, int], None]) -> None:
    """Let a move count, once: a browser may send the last one of an earlier visit again."""
    move = _move(key)
    if move["step"] > 0 and move != _taken(key):
        st.session_state[_TAKEN] = {**st.session_state.get(_TAKEN, {}), key: move}
        on_move(move["value"], move["step"])


def _taken(key: str) -> dict[str, int]:
    taken: dict[str, int] = st.session_state.get(_TAKEN, {}).get(key, _NO_MOVE)
    return taken


def _move(key: str) -> dict[str, int]:
    """Return the last move that the browser sent; zeros if there is none, or if it is nonsense."""
    state = st.session_state.get(key)
    move: Any = state.get("move") if state else None
    try:
        return {name: round(move[name]) for name in ("value", "step", "turn")}
    except (TypeError, KeyError, ValueError, OverflowError):
        return _NO_MOVE
