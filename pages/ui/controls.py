"""The controls of Explore: what they show, and that they keep to the rules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import streamlit as st

from pages.ui import loaders, parameters
from pages.ui.number_slider import number_slider
from pages.ui.parameters import Parameters
from seqsel_core.dataset import Dataset

_LONGEST_BY_SLIDER = 100  # frames; more by number
_MOST_BY_SLIDER = 300  # sequences; more by number
_METHODS = {"coreset": "Diverse", "random": "Random"}


@dataclass(frozen=True)
class Chosen:
    """What the controls say, made possible for the dataset.

    Attributes:
        parameters: The values.
        candidates: Which sequences may be selected, shape (S,).
    """

    parameters: Parameters
    candidates: npt.NDArray[np.bool_]


def controls(dataset: Dataset) -> Chosen:
    """Draw the controls and return what they say."""
    longest = max(int(video.frames["index"][-1]) + 1 for video in dataset.videos)
    wished = parameters.fitted(parameters.current(), longest)
    _length(wished, longest)
    candidates = loaders.load_candidates(dataset, wished.length, wished.corrupt, wished.duplicates)
    available = int(candidates.sum())
    values = parameters.fitted(wished, longest, available)
    _n_samples(values, available)
    _notice()
    _rest(dataset, values)
    return Chosen(values, candidates)


def show(key: str, value: object) -> None:
    """Make a widget show a value.

    Nothing is set where it shows it already: what is set is sent back to the browser, and
    would undo what the user did there in the meantime.
    """
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _length(values: Parameters, longest: int) -> None:
    number_slider(
        "Sequence length",
        values.length,
        key="length",
        least=1,
        most=longest,
        most_by_slider=min(longest, _LONGEST_BY_SLIDER),
        step=1,
        units=("frame per sequence", "frames per sequence"),
        # The number of frames that was asked for stays, so that going through many lengths and
        # back ends where it began; `fitted` makes it a multiple of each.
        on_move=lambda frames, _: parameters.change(length=max(1, frames)),
    )


def _n_samples(values: Parameters, available: int) -> None:
    number_slider(
        "Samples",
        values.n_samples,
        key="n_samples",
        least=values.length,
        most=max(1, available) * values.length,
        most_by_slider=min(max(1, available), _MOST_BY_SLIDER) * values.length,
        step=values.length,
        units=("frames = {} sequence", "frames = {} sequences"),
        on_move=_take_n_samples,
    )


def _take_n_samples(asked: int, length: int) -> None:
    used = parameters.nearest_multiple(asked, length)
    if used != asked:
        below = asked // length * length
        st.session_state["notice"] = (
            f"{asked:,} is not a multiple of the length {length}; "
            f"{used:,} is used (possible: {max(length, below):,} or {below + length:,})."
        )
    parameters.change(n_samples=used)


def _notice() -> None:
    notice = st.session_state.pop("notice", None)
    if notice:
        st.markdown(f":orange[:material/info:] :small[{notice}]")


def _rest(dataset: Dataset, values: Parameters) -> None:
    show("method", values.method)
    st.segmented_control(
        "Method",
        list(_METHODS),
        format_func=_METHODS.get,
        key="method",
        required=True,
        width="stretch",
        on_change=_set,
        args=("method",),
        help="Diverse picks what is farthest from everything picked before (greedy k-center). "
        "Random is for comparison.",
    )
    checks = loaders.load_checks(dataset)
    corrupt = sum(int(flags.sum()) for flags in checks.corrupt)
    repeated = sum(int(flags.sum()) for flags in checks.duplicate)
    show("corrupt", values.corrupt)
    st.checkbox(
        f"Leave out bad frames ({corrupt:,})",
        key="corrupt",
        on_change=_set,
        args=("corrupt",),
        help="Blank and damaged frames. A sequence that holds one is not selected.",
    )
    show("duplicates", values.duplicates)
    st.checkbox(
        f"Leave out exact duplicates ({repeated:,})",
        key="duplicates",
        on_change=_set,
        args=("duplicates",),
        help="Frames equal to an earlier one, pixel by pixel. A sequence that holds one is "
        "not selected.",
    )
    show("min_distance", values.min_distance)
    st.slider(
        "Least distance between picks",
        0.0,
        parameters.MOST_DISTANCE,
        step=0.01,
        key="min_distance",
        on_change=_set,
        args=("min_distance",),
        help="The selection ends before a sequence that is closer than this to one picked "
        "before. 0: no limit.",
    )


def _set(name: str) -> None:
    parameters.change(**{name: st.session_state[name]})
