"""The controls of Explore: what they show, and that they keep to the rules."""

from __future__ import annotations

from dataclasses import asdict

import streamlit as st

from pages.ui import fields, loaders, parameters, text
from pages.ui.fitting import Fitted, fit
from pages.ui.number_slider import Unit, number_slider
from pages.ui.parameters import Parameters
from pages.ui.presets import presets_panel
from seqsel_core.checks import Flags
from seqsel_core.dataset import Dataset
from seqsel_core.following import Followed

_LONGEST_BY_SLIDER = 100  # frames; more by number
_MOST_BY_SLIDER = 300  # sequences; more by number
_NOTE = "note"  # of which number, what is said, for which parameters
_METHODS = {
    "balanced": "Balanced",
    "coreset": "Diverse",
    "representative": "Typical",
    "coreset-medoid": "Diverse, then central",
    "uniform": "Uniform in time",
    "random": "Random",
}


def main_controls(dataset: Dataset) -> Fitted:
    """Draw the two sliders that matter most, and return what all controls say."""
    longest = max(int(video.frames["index"][-1]) + 1 for video in dataset.videos)
    _length(parameters.fitted(parameters.current(), longest), longest)
    fitted = fit(dataset, parameters.current())
    _n_samples(fitted, dataset.n_frames)
    _wishes(fitted)
    if notice := st.session_state.pop("notice", None):
        st.toast(text.for_markdown(notice, 600), icon=":material/info:")
    return fitted


def further_controls(dataset: Dataset, values: Parameters) -> None:
    """Draw the other controls, which can grow: what must be seen stands above them."""
    _strategy(values)
    _checks(dataset, values)
    _advanced(dataset, values)
    presets_panel(values)
    _history()


def _length(values: Parameters, longest: int) -> None:
    def take(asked: int, _: int) -> None:
        note = "At least 1 frame." if asked < 1 else ""
        if asked > longest:
            note = f"The longest video has {longest:,} frames."
        # The number of frames that was asked for stays, so that going through many lengths and
        # back ends where it began; `fitted` makes it a multiple of each.
        parameters.change(length=min(max(1, asked), longest))
        _note("length", note)

    number_slider(
        "Sequence length",
        values.length,
        key="length",
        least=1,
        most=longest,
        most_by_slider=min(longest, _LONGEST_BY_SLIDER),
        step=1,
        units=[Unit("frames per sequence")],
        on_move=take,
        note=_noted("length"),
    )


def _n_samples(fitted: Fitted, n_frames: int) -> None:
    values, pool = fitted.parameters, fitted.pool
    pinned = len(fitted.wishes.pinned)
    least = max(1, pinned) * values.length
    most = max(1, pool.available if pool else 0) * values.length

    def take(asked: int, length: int) -> None:
        used = min(max(parameters.nearest_multiple(asked, length), least), most)
        below = asked // length * length
        note = ""
        if asked > most:
            note = f"At most {most:,} frames can be selected."
        elif asked < least:
            note = f"At least {text.count(least, 'frame')}" + (", as pinned." if pinned else ".")
        elif asked != below:
            note = f"{asked:,} is not a multiple of {length}: {below:,} or {below + length:,}."
        parameters.change(n_samples=used)
        _note("n_samples", note)

    number_slider(
        "Samples",
        values.n_samples,
        key="n_samples",
        least=least,
        most=most,
        most_by_slider=min(most, max(least, _MOST_BY_SLIDER * values.length)),
        step=values.length,
        units=[
            Unit("frames"),
            Unit("sequences", values.length),
            Unit("% of all frames", n_frames / 100, exact=False),
        ],
        on_move=take,
        note=_noted("n_samples"),
    )


def _note(name: str, note: str) -> None:
    """Keep what is to be said of a number; it is said until the next change."""
    st.session_state[_NOTE] = [name, note, asdict(parameters.current())]


def _noted(name: str) -> str:
    of, note, values = st.session_state.get(_NOTE, ("", "", {}))
    return note if of == name and values == asdict(parameters.current()) else ""


def _wishes(fitted: Fitted) -> None:
    """Say what a person pinned and rejected, and offer to take it back."""
    values, wishes, wished = fitted.parameters, fitted.wishes, parameters.current()
    pinned, rejected = len(wishes.pinned), len(wishes.rejected)
    with st.container(gap=None):
        if pinned or (wishes.left_aside and wished.pinned):
            least = text.count(pinned * values.length, "frame")
            told = f"{pinned:,} pinned" + (f": at least {least}" if pinned else "")
            _wish(told, "Unpin all", "pinned")
        if rejected or (wishes.left_aside and wished.rejected):
            _wish(f"{rejected:,} rejected", "Clear", "rejected")
        if told := _moved(wishes, values.length):
            st.caption(told)


def _wish(told: str, label: str, name: str) -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.caption(told, width="content")
        st.button(
            label,
            key=f"none_{name}",
            type="tertiary",
            on_click=lambda: parameters.change(**{name: ""}),
        )


def _moved(wishes: Followed, length: int) -> str:
    """Say in a sentence what became of pins and rejections in another cut; '' if nothing did."""
    words = []
    moved = [(wishes.pins_moved, "pinned"), (wishes.rejections_moved, "rejected")]
    if any(count for count, _ in moved):
        what = " and ".join(f"{count:,} {name}" for count, name in moved if count)
        words.append(f"{what} moved to the nearest of {text.count(length, 'frame')}")
    if wishes.left_aside:
        one = "it" if wishes.left_aside == 1 else "them"
        words.append(f"{wishes.left_aside:,} left aside: no sequence here can stand for {one}")
    return f"{'; '.join(words)}." if words else ""


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
            disabled=parameters.is_reset(),
        )


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
    key = fields.key_for(name, value)
    st.checkbox(label, value, key=key, on_change=_set, args=(name, key), help=help)


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
    shown = None if value == off else value
    key = fields.key_for(name, shown)
    fields.set_until_drawn(key, shown)
    st.number_input(
        *(label, off, most, None),
        step=step,
        key=key,
        placeholder="off",
        on_change=_set_number,
        args=(name, key, off, most),
        help=help,
        disabled=disabled,
    )


def _choice(label: str, name: str, value: str, names: dict[str, str], help: str) -> None:
    key = fields.key_for(name, value)
    st.selectbox(
        label,
        list(names),
        list(names).index(value),
        format_func=names.__getitem__,
        key=key,
        on_change=_set,
        args=(name, key),
        help=help,
    )


def _set_number(name: str, key: str, off: float, most: float | None) -> None:
    if fields.is_shown(name, key):
        value = st.session_state[key]
        value = off if value is None else max(off, value)
        parameters.change(**{name: value if most is None else min(value, most)})


def _set(name: str, key: str) -> None:
    if fields.is_shown(name, key):
        parameters.change(**{name: st.session_state[key]})
