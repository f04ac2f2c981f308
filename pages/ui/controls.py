"""The controls of Explore: what they show, and that they keep to the rules."""

from __future__ import annotations

import streamlit as st

from pages.ui import loaders, parameters
from pages.ui.loaders import Fitted
from pages.ui.number_slider import Unit, number_slider
from pages.ui.parameters import Parameters
from pages.ui.presets import presets_panel
from seqsel_core.checks import Flags
from seqsel_core.choosing import Pool
from seqsel_core.dataset import Dataset

_LONGEST_BY_SLIDER = 100  # frames; more by number
_MOST_BY_SLIDER = 300  # sequences; more by number
_METHODS = {
    "balanced": "Balanced",
    "coreset": "Diverse",
    "representative": "Typical",
    "coreset-medoid": "Diverse, then central",
    "uniform": "Uniform in time",
    "random": "Random",
}
_SHOWN = "controls_shown"


def main_controls(dataset: Dataset) -> Fitted:
    """Draw the two sliders that matter most, and return what all controls say."""
    longest = max(int(video.frames["index"][-1]) + 1 for video in dataset.videos)
    _length(parameters.fitted(parameters.current(), longest), longest)
    fitted = loaders.fit(dataset, parameters.current())
    _n_samples(fitted.parameters, fitted.pool, dataset.n_frames)
    _notice()
    return fitted


def further_controls(dataset: Dataset, values: Parameters) -> None:
    """Draw the other controls, which can grow: what must be seen stands above them."""
    _strategy(values)
    _checks(dataset, values)
    _advanced(dataset, values)
    presets_panel(values)
    _history()


def show(key: str, value: object) -> None:
    """Make a widget show a value.

    Nothing is set where it shows it already: what is set is sent back to the browser, and
    would undo what the user did there in the meantime. But a run that draws a widget for the
    first time may be broken off by a click, and the browser may never hear of its value: it
    is set again until a run has come to its end, see `shown`.
    """
    if key not in st.session_state:
        st.session_state[_SHOWN] = False
    if not st.session_state.get(_SHOWN) or st.session_state[key] != value:
        st.session_state[key] = value


def shown() -> None:
    """Note that the page was drawn to its end: the browser knows what its widgets show."""
    st.session_state[_SHOWN] = True


def _length(values: Parameters, longest: int) -> None:
    number_slider(
        "Sequence length",
        values.length,
        key="length",
        least=1,
        most=longest,
        most_by_slider=min(longest, _LONGEST_BY_SLIDER),
        step=1,
        units=[Unit("frames per sequence")],
        # The number of frames that was asked for stays, so that going through many lengths and
        # back ends where it began; `fitted` makes it a multiple of each.
        on_move=lambda frames, _: parameters.change(length=max(1, frames)),
    )


def _n_samples(values: Parameters, pool: Pool | None, n_frames: int) -> None:
    available = pool.available if pool else 0
    pinned = len(pool.rules.pinned) if pool else 0
    number_slider(
        "Samples",
        values.n_samples,
        key="n_samples",
        least=max(1, pinned) * values.length,
        most=max(1, available) * values.length,
        most_by_slider=min(max(1, available), _MOST_BY_SLIDER) * values.length,
        step=values.length,
        units=[
            Unit("frames"),
            Unit("sequences", values.length),
            Unit("% of all frames", n_frames / 100, exact=False),
        ],
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


def _history() -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.button(
            "Undo",
            type="tertiary",
            shortcut="Ctrl+Z",
            on_click=parameters.undo,
            disabled=not parameters.can_undo(),
        )
        st.button(
            "Redo",
            type="tertiary",
            shortcut="Ctrl+Y",
            on_click=parameters.redo,
            disabled=not parameters.can_redo(),
        )
        st.button(
            "Reset",
            type="tertiary",
            on_click=parameters.reset,
            disabled=parameters.current() == Parameters(),
        )


def _notice() -> None:
    notice = st.session_state.pop("notice", None)
    if notice:
        st.markdown(f":orange[:material/info:] :small[{notice}]")


def _strategy(values: Parameters) -> None:
    _choice(
        "Strategy",
        "method",
        values.method,
        _METHODS,
        "Diverse takes what is farthest from everything picked before (greedy k-center): rare "
        "things come early. Typical takes what stands for most of the others (facility "
        "location). Balanced does both, as the slider below says. The rest is for comparison.",
    )
    if values.method == "balanced":
        number_slider(
            "Typical or rare",
            round(100 * values.balance),
            key="balance",
            least=0,
            most=100,
            most_by_slider=100,
            step=5,
            units=[Unit("% of picks for what is rare")],
            on_move=lambda percent, _: parameters.change(balance=min(percent, 100) / 100),
        )


def _checks(dataset: Dataset, values: Parameters) -> None:
    checks = loaders.load_checks(dataset)
    bad, repeated = _total(checks.corrupt), _total(checks.duplicate)
    _tick(
        f"Leave out bad frames ({bad:,})",
        "corrupt",
        values.corrupt,
        "Blank and damaged frames. A sequence that holds one is not selected.",
    )
    _tick(
        f"Leave out exact duplicates ({repeated:,})",
        "duplicates",
        values.duplicates,
        "Frames equal to an earlier one, pixel by pixel. A sequence that holds one is not "
        "selected.",
    )


def _advanced(dataset: Dataset, values: Parameters) -> None:
    with st.expander(
        "Advanced", icon=":material/tune:", on_change="rerun", key="advanced"
    ) as panel:
        if not panel.open:  # its fields are a tenth of what a move costs
            return
        checks = loaders.load_checks(dataset)
        blurred, frozen = _total(checks.blurred), _total(checks.frozen)
        _tick(
            f"Leave out blurred frames ({blurred:,})",
            "blurred",
            values.blurred,
            "Frames far less sharp than is usual in their video.",
        )
        _tick(
            f"Leave out frozen frames ({frozen:,})",
            "frozen",
            values.frozen,
            "Runs of frames that hardly differ from the one before.",
        )
        _tick(
            "No sequence over a scene cut",
            "avoid_cuts",
            values.avoid_cuts,
            "Cuts are found from the embeddings and the pictures; the timeline shows them.",
        )
        _number(
            "Least distance between picks",
            "min_distance",
            values.min_distance,
            0.0,
            "The selection ends before a sequence that is closer than this to one picked before.",
            most=parameters.MOST_DISTANCE,
            step=0.01,
        )
        _number(
            "Stride",
            "stride",
            values.stride,
            0,
            "Frames from the start of one sequence to choose from to the next. Off: side by side.",
        )
        _number(
            "Least gap",
            "min_gap",
            values.min_gap,
            -1,
            "Frames at least between two selected sequences of a video.",
        )
        _number(
            "Most of one video",
            "max_per_video",
            values.max_per_video,
            0,
            "Sequences of one video at most. Evenly over sets the limits itself.",
            disabled=bool(values.even_over),
        )
        _choice(
            "Evenly over",
            "even_over",
            values.even_over,
            {"": "As they come", "video": "Videos", "folder": "Folders"},
            "As many sequences of each as can be.",
        )
        _choice(
            "What stands for a sequence",
            "representation",
            values.representation,
            {"mean": "Average of its frames", "motion": "Average and motion"},
            "The average hides motion; with it, two things that look alike but move "
            "differently are told apart.",
        )
        _choice(
            "Frames at the end",
            "remainder",
            values.remainder,
            {"drop": "Left out", "overlap": "One more sequence, overlapping"},
            "What becomes of frames at the end of a video that fill no sequence.",
        )


def _total(flags: Flags) -> int:
    return sum(int(of_video.sum()) for of_video in flags)


def _tick(label: str, name: str, value: bool, help: str) -> None:
    show(name, value)
    st.checkbox(label, key=name, on_change=_set, args=(name,), help=help)


def _number(
    label: str,
    name: str,
    value: float,
    off: float,
    help: str,
    *,
    most: float | None = None,
    step: float = 1,
    disabled: bool = False,
) -> None:
    """Draw a field of a limit; `off`, the least value, means that there is none: it is empty."""
    show(name, None if value == off else value)
    st.number_input(
        *(label, off, most, None),
        step=step,
        key=name,
        placeholder="off",
        on_change=_set_number,
        args=(name, off),
        help=help,
        disabled=disabled,
    )


def _choice(label: str, name: str, value: str, names: dict[str, str], help: str) -> None:
    show(name, value)
    st.selectbox(
        label,
        list(names),
        format_func=names.__getitem__,
        key=name,
        on_change=_set,
        args=(name,),
        help=help,
    )


def _set_number(name: str, off: float) -> None:
    value = st.session_state[name]
    parameters.change(**{name: off if value is None else value})


def _set(name: str) -> None:
    parameters.change(**{name: st.session_state[name]})
