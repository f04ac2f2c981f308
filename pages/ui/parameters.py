"""What is selected, and how: plain values, kept in the URL and in the session.

One owner: `st.session_state["parameters"]`, what the user asked for. Widgets are set from it
before they are drawn, and only their callbacks write to it. What is shown is `fitted` to the
dataset. The URL holds what is shown, and is read once a session.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

import streamlit as st

from pages.ui import view
from pages.ui._compat import went_back_or_forward
from seqsel_core.sequences import SequenceSpan

_KEY = "parameters"
_PAST = "parameters_before"  # what was asked for before, oldest first
_FUTURE = "parameters_undone"  # what was taken back, oldest first
_MOST_UNDO = 100

AS_USUAL = 0
"""The number of samples that nobody chose: `fitted` takes one that suits the dataset."""

MOST_DISTANCE = 1.5  # unit vectors of pictures are hardly ever farther apart

_USUAL = 200  # samples, where that is not much of the dataset
_USUAL_PART = 5  # a fifth of the frames at most
_MOST_FRAMES = 10**9
_DIGITS = 2  # after the point: what the controls show is what is used
_LONGEST_TEXT = 20_000  # of pinned and rejected
_SPAN = re.compile(r"([0-9a-f]{8,32}):(\d{1,9})-(\d{1,9})", re.ASCII)


def _one_of(*choices: str) -> Any:
    return field(default=choices[0], metadata={"choices": choices})


def _between(default: float, least: float, most: float) -> Any:
    return field(default=default, metadata={"range": (least, most)})


@dataclass(frozen=True)
class Parameters:
    """The parameters of Explore; names as in the URL, the first choice is the default.

    Attributes:
        length: Frames per sequence.
        n_samples: Frames to select; or `AS_USUAL`, before it is `fitted`.
        method: Strategy.
        corrupt: Leave out sequences with bad frames.
        duplicates: Leave out sequences with exact duplicates.
        min_distance: Least distance between picks; 0: off.
        balance: Of the strategy 'balanced': 0 typical to 1 rare.
        blurred: Leave out sequences with blurred frames.
        frozen: Leave out sequences with frozen frames.
        representation: What stands for a sequence.
        remainder: What becomes of frames at the end that fill no sequence.
        stride: Frames from the start of one candidate to the next; 0: the length.
        min_gap: Frames at least between selected sequences; -1: no matter.
        avoid_cuts: Make no sequence that goes over a scene cut.
        max_per_video: Sequences of one video at most; 0: no limit. Nothing where `even_over` is.
        even_over: Select from each of these as evenly as can be; '': as they come.
        pinned: Sequences selected first, as `id:start-stop` joined by '.'; the id is the
            beginning of the video's content id.
        rejected: Sequences kept out, likewise.
    """

    length: int = _between(10, 1, _MOST_FRAMES)
    n_samples: int = _between(200, 1, _MOST_FRAMES)
    method: str = _one_of(
        "balanced", "coreset", "representative", "coreset-medoid", "uniform", "random"
    )
    corrupt: bool = True
    duplicates: bool = True
    min_distance: float = _between(0.0, 0, MOST_DISTANCE)
    balance: float = _between(0.25, 0, 1)
    blurred: bool = False
    frozen: bool = False
    representation: str = _one_of("mean", "motion")
    remainder: str = _one_of("drop", "overlap")
    stride: int = _between(0, 0, _MOST_FRAMES)
    min_gap: int = _between(-1, -1, _MOST_FRAMES)
    avoid_cuts: bool = False
    max_per_video: int = _between(0, 0, _MOST_FRAMES)
    even_over: str = _one_of("", "video", "folder")
    pinned: str = ""
    rejected: str = ""

    @property
    def n_sequences(self) -> int:
        """Sequences asked for."""
        return self.n_samples // self.length

    def overrides(self) -> dict[str, Any]:
        """Return the options of the engine that these values mean, but pinned and rejected."""
        return {
            "selected_sequence_length": self.length,
            "stopping_condition.n_samples": self.n_samples,
            "stopping_condition.min_distance": self.min_distance or -1.0,
            "method": self.method,
            "enable_corruptness_check": self.corrupt,
            "remove_exact_duplicates": self.duplicates,
            "balance": self.balance,
            "remove_blurred": self.blurred,
            "remove_frozen": self.frozen,
            "representation": self.representation,
            "remainder": self.remainder,
            "stride": self.stride or -1,
            "min_gap": self.min_gap,
            "avoid_cuts": self.avoid_cuts,
            "max_per_video": (not self.even_over and self.max_per_video) or -1,
            "even_over": self.even_over,
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
    view.forget()
    return True


def show_in_url(query: dict[str, str]) -> None:
    """Make this the query of the URL, with the choices of `view.py`."""
    query = {**query, **view.to_query()} if query else query
    if dict(st.query_params) != query:
        st.query_params.from_dict(query)


def change(**values: Any) -> None:
    """Change some parameters; `undo` takes it back."""
    before, after = current(), replace(current(), **values)
    if after != before:
        st.session_state[_PAST] = [*st.session_state.get(_PAST, []), asdict(before)][-_MOST_UNDO:]
        st.session_state[_FUTURE] = []
        st.session_state[_KEY] = asdict(after)


def reset() -> None:
    """Give every parameter its default; `undo` takes it back."""
    change(**asdict(from_query({})))


def is_reset() -> bool:
    """Return whether every parameter has its default."""
    return current() == from_query({})


def undo() -> None:
    """Take the last change back."""
    _step(_PAST, _FUTURE)


def redo() -> None:
    """Make the change again that was taken back last."""
    _step(_FUTURE, _PAST)


def can_undo() -> bool:
    """Return whether there is a change to take back."""
    return bool(st.session_state.get(_PAST))


def can_redo() -> bool:
    """Return whether there is a change to make again."""
    return bool(st.session_state.get(_FUTURE))


def _step(source: str, target: str) -> None:
    if values := st.session_state.get(source):
        now = asdict(current())
        st.session_state[_KEY] = values[-1]
        st.session_state[source] = values[:-1]
        st.session_state[target] = [*st.session_state.get(target, []), now]


def from_query(query: dict[str, str]) -> Parameters:
    """Return the parameters in a URL; what is missing or makes no sense has its default.

    The number of frames is no multiple of the length yet: only the dataset says how long a
    sequence can be, see `fitted`. Where none is named, it is `AS_USUAL`.
    """
    found: dict[str, Any] = {"n_samples": AS_USUAL}
    found |= {
        item.name: value
        for item in fields(Parameters)
        if (value := _read(item, query.get(item.name))) is not None
    }
    return replace(Parameters(), **found)


def to_query(parameters: Parameters) -> dict[str, str]:
    """Return the parameters as they stand in a URL: the length, n_samples, and what is chosen.

    An n_samples that nobody chose does not stand there.
    """
    query = {}
    for item in fields(Parameters):
        value = getattr(parameters, item.name)
        if item.name == "n_samples" and value == AS_USUAL:
            continue
        if value != item.default or item.name in ("length", "n_samples"):
            query[item.name] = f"{int(value) if isinstance(value, bool) else value}"
    return query


def spans(text: str, ids: Sequence[str]) -> list[SequenceSpan]:
    """Return the sequences of `pinned` or `rejected`; those of other datasets not.

    Args:
        text: As in `Parameters`.
        ids: Content ids of the videos of the dataset.
    """
    found = []
    for part in text.split("."):
        match = _SPAN.fullmatch(part)
        videos = [at for at, known in enumerate(ids) if match and known.startswith(match[1])]
        if match and videos:
            found.append(SequenceSpan(videos[0], int(match[2]), int(match[3])))
    return found


def text_of(found: Iterable[SequenceSpan], ids: Sequence[str]) -> str:
    """Return sequences as in `pinned` or `rejected`; the other way round than `spans`."""
    return ".".join(with_span("", ids[span.video], span.start, span.stop) for span in found)


def with_span(text: str, video_id: str, start: int, stop: int) -> str:
    """Return `pinned` or `rejected` with one more sequence."""
    one = f"{video_id[:8]}:{start}-{stop}"
    return ".".join([*without(text, one), one])


def without_span(text: str, video_id: str, start: int, stop: int) -> str:
    """Return `pinned` or `rejected` without one sequence."""
    return ".".join(without(text, f"{video_id[:8]}:{start}-{stop}"))


def without(text: str, one: str) -> list[str]:
    """Return the parts of `pinned` or `rejected` but one."""
    return [part for part in text.split(".") if part and part != one]


def _read(item: Any, text: str | None) -> Any:
    """Return the value of a parameter that a text means; None if it means none."""
    kind = type(item.default)
    if text is None or len(text) > (_LONGEST_TEXT if kind is str else 20):
        return None
    try:
        value: Any = {"1": True, "0": False}[text] if kind is bool else kind(text)
    except (ValueError, KeyError):
        return None
    if "range" in item.metadata:
        least, most = item.metadata["range"]
        if not least <= value <= most:  # no comparison holds for NaN
            return None
        return round(value, _DIGITS) if kind is float else value
    if "choices" in item.metadata:
        return value if value in item.metadata["choices"] else None
    if kind is str:
        return ".".join(part for part in value.split(".") if _SPAN.fullmatch(part))
    return value


def nearest_multiple(n_samples: int, length: int) -> int:
    """Return the multiple of `length`, at least one, that is nearest to `n_samples`."""
    return max(1, (2 * n_samples + length) // (2 * length)) * length


def fitted(
    parameters: Parameters,
    longest: int,
    available: int | None = None,
    pinned: int = 0,
    n_frames: int | None = None,
) -> Parameters:
    """Return the parameters made possible for a dataset.

    Args:
        parameters: What is wished.
        longest: Frames of the longest video.
        available: Sequences of that length that can be selected; None: not known yet.
        pinned: Sequences that are selected in any case.
        n_frames: Frames of the dataset; None: not known.
    """
    length = min(parameters.length, longest)
    frames = _MOST_FRAMES if n_frames is None else n_frames
    wished = parameters.n_samples
    if wished == AS_USUAL:
        wished = min(_USUAL, frames // _USUAL_PART)
    most = frames // length if available is None else available
    n_samples = max(nearest_multiple(wished, length), pinned * length)
    n_samples = min(n_samples, max(1, most) * length)
    return replace(parameters, length=length, n_samples=n_samples)
