"""What is wrong with one video, with the numbers behind it: counts, losses, curves over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from pages.ui import text
from seqsel_core.checks import Checks, check_frames
from seqsel_core.findings import KINDS, findings
from seqsel_core.option_groups import CorruptnessCheck
from seqsel_core.plain_problems import in_plain_words
from seqsel_core.store.shards import Shard
from seqsel_core.video.types import Video

if TYPE_CHECKING:
    import plotly.graph_objects as go

FAULTS = ("damaged", "blank", "partly_blank", "blurred", "frozen", "duplicate")
"""What is told of a video in the table; the rest is with the numbers."""

_LEFT_OUT = {"damaged", "blank", "partly_blank", "duplicate"}  # by the defaults of a run's options
_MEANING = {
    "damaged": "Parts of the picture are missing, or of a frame that it is built on.",
    "blank": "One colour all over, as between two shots.",
    "partly_blank": "Rows of one colour that the rest of the video does not have.",
    "blurred": "Much softer than the rest of the video, measured at the size the network sees.",
    "frozen": "The picture stands still for five frames or more.",
    "duplicate": "Equal to an earlier frame of the dataset, pixel by pixel.",
    "near_duplicate": "Looks like an earlier frame of the dataset (same perceptual hash).",
}
_CURVES = {
    "sharpness": "Sharpness",
    "brightness": "Brightness",
    "difference": "Change",
}
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a63b0")
_POINTS = 1500  # of a curve, at most

Ready = tuple[Video, Shard]
"""A video of which frames are stored."""


@st.cache_resource(max_entries=4, show_spinner=False)
def quality_checks(paths: tuple[str, ...], _tables: list[np.ndarray]) -> Checks:
    """Return what the checks find in the frame tables of these shards."""
    return check_frames(_tables, CorruptnessCheck().corruption_threshold)


def problems(shard: Shard, checks: Checks, position: int, *, decoder: bool = True) -> list[str]:
    """Return what is wrong with a video, one sentence each: what was found, what reading lost.

    Args:
        shard: Of the video.
        checks: Of the dataset.
        position: Of the video in it.
        decoder: Whether the decoder's own words are among them, in brackets.
    """
    found = findings(checks, position, shard.frames, FAULTS)
    lost = [in_plain_words(problem.reason, decoder=decoder) for problem in shard.info.problems]
    return [*(finding.sentence for finding in found), *lost]


def quality_panel(ready: Sequence[Ready], checks: Checks) -> None:
    """Show one of these videos closely, first those with problems."""
    count = [len(problems(shard, checks, at)) for at, (_, shard) in enumerate(ready)]
    order = sorted(range(len(ready)), key=lambda at: not count[at])
    names = {ready[at][0].name: at for at in order}

    def label(name: str) -> str:
        at = names[name]
        suffix = f" · {text.count(count[at], 'remark')}" if count[at] else ""
        return text.short(name, 60) + suffix

    picker, _ = st.columns([2, 1])
    chosen = picker.selectbox("Video", list(names), format_func=label, key="quality_video")
    position = names[chosen]
    _, shard = ready[position]
    sentences = problems(shard, checks, position)
    if sentences:
        st.markdown("\n".join(f"- {text.for_markdown(line, 400)}" for line in sentences))
    else:
        st.markdown("Every frame could be read, and the checks found nothing.")
    _counts(shard, checks, position)
    _losses(shard)
    st.plotly_chart(
        _figure(shard, checks, position),
        key="quality_curves",
        config={"displayModeBar": False},
        alt="Sharpness, brightness and change over time, with the frames that the checks found",
    )


def _counts(shard: Shard, checks: Checks, position: int) -> None:
    by_kind = {item.kind: item for item in findings(checks, position, shard.frames)}
    rows = []
    for kind in KINDS:
        found = by_kind.get(kind)
        frames = found.frames if found else 0
        rows.append(
            {
                "What": _name(kind),
                "Frames": frames,
                "Share": frames / len(shard.frames),
                "Where": found.where if found else "",
                "Selection": "left out" if kind in _LEFT_OUT else "kept",
                "Meaning": _MEANING[kind],
            }
        )
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        column_config={
            "What": st.column_config.TextColumn(width="small"),
            "Frames": st.column_config.NumberColumn(format="localized", width="small"),
            "Share": st.column_config.NumberColumn(format="percent", width="small"),
            "Where": st.column_config.TextColumn(width="medium"),
            "Selection": st.column_config.TextColumn(
                width="small", help="Whether a sequence that holds such a frame can be selected."
            ),
            "Meaning": st.column_config.TextColumn(width="large"),
        },
    )


def _losses(shard: Shard) -> None:
    if not shard.info.problems:
        return
    rows = [
        {
            "While reading": text.plain(in_plain_words(item.reason)),
            "Frames lost": item.frames or None,
        }
        for item in shard.info.problems
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        placeholder="",
        column_config={
            "While reading": st.column_config.TextColumn(width="large"),
            "Frames lost": st.column_config.NumberColumn(format="localized", width="small"),
        },
    )


def _figure(shard: Shard, checks: Checks, position: int) -> go.Figure:
    from plotly.subplots import make_subplots  # not before: the first page opens sooner

    frames = shard.frames
    timed = bool(np.isfinite(frames["seconds"]).all())
    at = frames["seconds" if timed else "index"]
    when = "at %{x:.2f} s" if timed else "in frame %{x:,}"
    kept = slice(None, None, -(-len(frames) // _POINTS))
    found = [kind for kind in KINDS if getattr(checks, kind)[position].any()]
    heights = [0.06 + 0.05 * len(found), *[1.0 / len(_CURVES)] * len(_CURVES)]
    figure = make_subplots(
        rows=1 + len(_CURVES), shared_xaxes=True, vertical_spacing=0.035, row_heights=heights
    )
    for kind, colour in zip(KINDS, _COLOURS, strict=True):
        where = at[getattr(checks, kind)[position]]
        if len(where):
            marks = where[:: -(-len(where) // _POINTS)]
            figure.add_scatter(
                x=marks,
                y=[_name(kind)] * len(marks),
                mode="markers",
                marker={"symbol": "line-ns", "size": 9, "line": {"width": 2, "color": colour}},
                hovertemplate=f"{_name(kind)} {when}<extra></extra>",
                row=1,
                col=1,
            )
    for row, (name, title) in enumerate(_CURVES.items(), start=2):
        figure.add_scatter(
            x=at[kept],
            y=frames[name][kept],
            mode="lines",
            line={"width": 1.4, "color": "#4a78e4"},
            hovertemplate=f"{title} %{{y:.2f}} {when}<extra></extra>",
            row=row,
            col=1,
        )
        figure.update_yaxes(title=title, rangemode="tozero", nticks=4, row=row, col=1)
    figure.update_yaxes(categoryorder="array", categoryarray=[_name(k) for k in found[::-1]], row=1)
    figure.update_xaxes(title="Seconds" if timed else "Frame", row=1 + len(_CURVES), col=1)
    margin = {"l": 8, "r": 8, "t": 8, "b": 8}
    figure.update_layout(height=380 + 18 * len(found), margin=margin, showlegend=False)
    return figure


def _name(kind: str) -> str:
    return kind.replace("_", " ").capitalize()
