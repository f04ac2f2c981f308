"""What is selected, and how: plain values, kept in the URL and in the session.

One owner: `st.session_state["parameters"]`, what the user asked for. Widgets are set from it
before they are drawn, and only their callbacks write to it. What is shown is `fitted` to the
dataset. The URL holds what is shown, and is read once a session.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import streamlit as st

from pages.ui._compat import went_back_or_forward

_KEY = "parameters"

MOST_DISTANCE = 1.5  # unit vectors of pictures are hardly ever farther apart


@dataclass(frozen=True)
class Parameters:
    """The parameters of Explore; names as in the URL."""

    length: int = 10
    n_samples: int = 200
    method: str = "coreset"
    corrupt: bool = True
    duplicates: bool = True
    min_distance: float = 0.0

    @property
    def n_sequences(self) -> int:
        """Sequences asked for."""
        return self.n_samples // self.length

    def overrides(self) -> dict[str, Any]:
        """Return the options of the engine that these values mean."""
        return {
            "selected_sequence_length": self.length,
            "stopping_condition.n_samples": self.n_samples,
            "stopping_condition.min_distance": self.min_distance or -1.0,
            "method": self.method,
            "enable_corruptness_check": self.corrupt,
            "remove_exact_duplicates": self.duplicates,
        }


def current() -> Parameters:
    """Return the parameters of this session; a new session takes them from the URL."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = asdict(from_query(dict(st.query_params)))
    return Parameters(**st.session_state[_KEY])


def follow_url() -> bool:
    """Take the parameters from the URL if the browser went to another one (Back, Forward).

    Returns whether it did.
    """
    query = dict(st.query_params)
    if not query or not went_back_or_forward():
        return False
    st.session_state[_KEY] = asdict(from_query(query))
    return True


def show_in_url(query: dict[str, str]) -> None:
    """Make this the query of the URL."""
    if dict(st.query_params) != query:
        st.query_params.from_dict(query)


def change(**values: Any) -> None:
    """Change some parameters."""
    st.session_state[_KEY] = asdict(replace(current(), **values))


def from_query(query: dict[str, str]) -> Parameters:
    """Return the parameters in a URL; what is missing or makes no sense has its default."""
    values: dict[str, Any] = {}
    for item in fields(Parameters):
        text = query.get(item.name)
        if text is None or len(text) > 20:
            continue
        kind = type(item.default)
        try:
            values[item.name] = {"1": True, "0": False}[text] if kind is bool else kind(text)
        except (ValueError, KeyError):
            continue
    given = replace(Parameters(), **values)
    length = max(1, given.length)
    distance = given.min_distance
    return replace(
        given,
        length=length,
        n_samples=nearest_multiple(given.n_samples, length),
        method=given.method if given.method in ("coreset", "random") else "coreset",
        min_distance=distance
        if math.isfinite(distance) and 0 <= distance <= MOST_DISTANCE
        else 0.0,
    )


def to_query(parameters: Parameters) -> dict[str, str]:
    """Return the parameters as they stand in a URL."""
    return {
        name: str(int(value))
        if isinstance(value, bool)
        else f"{value:g}"
        if name == "min_distance"
        else str(value)
        for name, value in asdict(parameters).items()
    }


def nearest_multiple(n_samples: int, length: int) -> int:
    """Return the multiple of `length`, at least one, that is nearest to `n_samples`."""
    return max(1, (2 * n_samples + length) // (2 * length)) * length


def fitted(parameters: Parameters, longest: int, available: int | None = None) -> Parameters:
    """Return the parameters made possible for a dataset.

    Args:
        parameters: What is wished.
        longest: Frames of the longest video.
        available: Sequences of that length that can be selected; None: not known yet.
    """
    length = min(parameters.length, longest)
    n_samples = nearest_multiple(parameters.n_samples, length)
    if available is not None:
        n_samples = min(n_samples, max(1, available) * length)
    return replace(parameters, length=length, n_samples=n_samples)
