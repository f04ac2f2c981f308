"""Pin a sequence, or replace it, from the strips."""

from __future__ import annotations

import streamlit as st

from pages.ui import loaders, parameters, text
from pages.ui.parameters import Parameters, with_span, without_span
from seqsel_core.dataset import Dataset
from seqsel_core.errors import SeqselError
from seqsel_core.replacing import Rejecting
from seqsel_core.sequences import SequenceSpan


def is_pinned(dataset: Dataset, values: Parameters, span: SequenceSpan) -> bool:
    """Return whether a person pinned this sequence."""
    return _part(dataset, span) in values.pinned.split(".")


def pin(dataset: Dataset, values: Parameters, span: SequenceSpan) -> None:
    """Select a sequence in any case; what kept it out is taken back."""
    video_id = dataset.videos[span.video].video_id
    parameters.change(
        pinned=with_span(values.pinned, video_id, span.start, span.stop),
        rejected=without_span(values.rejected, video_id, span.start, span.stop),
    )


def unpin(dataset: Dataset, values: Parameters, span: SequenceSpan) -> None:
    """Leave a sequence to the strategy again."""
    video_id = dataset.videos[span.video].video_id
    parameters.change(pinned=without_span(values.pinned, video_id, span.start, span.stop))


def replace(dataset: Dataset, values: Parameters, span: SequenceSpan) -> SequenceSpan | None:
    """Put the best other sequence in the place of a selected one; the others stay.

    Returns the other one; None: there is none, and the page says so.
    """
    try:
        choice = loaders.load_choice(dataset, values)
        rank = choice.selected.index(span)
        found = Rejecting(choice).replacement(rank).position
    except (SeqselError, ValueError) as error:
        st.session_state["notice"] = str(error)
        return None
    if found < 0:
        st.session_state["notice"] = "No other sequence is left that may be selected instead."
        return None
    came = choice.sequences[found]
    kept = [*choice.selected[:rank], came, *choice.selected[rank + 1 :]]
    if any(one != came and not is_pinned(dataset, values, one) for one in kept):
        others = text.count(len(kept) - 1, "other selected sequence")
        st.session_state["notice"] = f"Replaced. The {others} stay: all are pinned now."
    video_id = dataset.videos[span.video].video_id
    parameters.change(
        pinned=".".join(_part(dataset, one) for one in kept),
        rejected=with_span(values.rejected, video_id, span.start, span.stop),
        n_samples=len(kept) * values.length,
    )
    return came


def _part(dataset: Dataset, span: SequenceSpan) -> str:
    return with_span("", dataset.videos[span.video].video_id, span.start, span.stop)
