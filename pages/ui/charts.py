"""Plotly figures: the maps and the timeline."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
import streamlit as st

from pages.ui import text
from seqsel_core.dataset import Dataset
from seqsel_core.palette import video_colour
from seqsel_core.project.map_set import MapSet
from seqsel_core.project.maps import Coordinates
from seqsel_core.select.selection import Selection
from seqsel_core.sequences import Sequences, SequenceSpan

_MOST_GREY = 10_000
_MOST_LABELS = 60
_GREY = "rgba(140, 146, 158, 0.45)"


def map_figure(
    name: str, maps: MapSet, dataset: Dataset, sequences: Sequences, selection: Selection
) -> go.Figure:
    """Draw a map: all sequences grey, the selected ones as streaks in their video's colour."""
    figure = go.Figure()
    figure.add_trace(_grey(name, maps, dataset, sequences))
    streaks: dict[int, list[tuple[int, SequenceSpan, int]]] = defaultdict(list)
    for rank, position in enumerate(selection.order, start=1):
        span = sequences[int(position)]
        streaks[span.video].append((rank, span, int(sequences.row[position])))
    for video, members in sorted(streaks.items()):
        figure.add_trace(_streaks(name, maps, dataset, video, members))
    if len(selection) <= _MOST_LABELS:
        figure.add_trace(_ranks(name, maps, streaks))
    figure.update_layout(
        height=400,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        showlegend=False,
        dragmode="zoom",
        hovermode="closest",
        uirevision=f"{name} {dataset.key}",  # zoom stays while sliders move
        xaxis={"visible": False},
        yaxis={"visible": False},
    )
    return figure


def timeline_figure(
    dataset: Dataset, sequences: Sequences, selection: Selection, shown: list[int]
) -> go.Figure:
    """Draw one bar per video with its selected parts.

    Args:
        dataset: The videos.
        sequences: All sequences.
        selection: The selected ones.
        shown: Positions of the videos to draw, from top to bottom.
    """
    timed = all(np.isfinite(dataset.videos[video].frames["seconds"][0]) for video in shown)
    labels = [f"{text.for_plotly(dataset.videos[video].video.name, 34)} " for video in shown]
    line_of = {video: line for line, video in enumerate(shown)}
    lengths = [_position(dataset, video, None, timed) for video in shown]
    figure = go.Figure(
        go.Bar(
            y=list(range(len(shown))),
            x=lengths,
            orientation="h",
            marker={"color": "rgba(140, 146, 158, 0.28)", "line": {"width": 0}},
            width=0.5,
            hoverinfo="skip",
        )
    )
    starts, widths, lines, colors, hovers, ranks = [], [], [], [], [], []
    for rank, position in enumerate(selection.order, start=1):
        span = sequences[int(position)]
        if span.video not in line_of:
            continue
        start = _position(dataset, span.video, span.start, timed)
        starts.append(start)
        widths.append(_position(dataset, span.video, span.stop, timed) - start)
        lines.append(line_of[span.video])
        colors.append(video_colour(span.video))
        row = sequences.row[position : position + 1]
        hovers.append(f"<b>{rank}</b> · {_hovers(dataset, span.video, row, sequences.length)[0]}")
        ranks.append(str(rank))
    if starts:
        least = max(lengths) / 250  # a bar that can be seen and hit
        figure.add_trace(
            go.Bar(
                y=lines,
                x=[max(width, least) for width in widths],
                base=starts,
                orientation="h",
                marker={"color": colors, "line": {"width": 1, "color": "rgba(255,255,255,0.75)"}},
                width=0.72,
                hovertext=hovers,
                hoverinfo="text",
                text=ranks if len(ranks) <= _MOST_LABELS else None,
                textposition="auto",
                textangle=0,
                insidetextanchor="middle",
                insidetextfont={"color": "white", "size": 11},
                outsidetextfont={"size": 11},
                constraintext="none",
                cliponaxis=False,
            )
        )
    figure.update_layout(
        height=46 + 27 * len(shown),
        margin={"l": 8, "r": 16, "t": 8, "b": 8},
        barmode="overlay",
        showlegend=False,
        bargap=0.2,
        dragmode=False,
        xaxis={
            "title": "seconds" if timed else "frames",
            "rangemode": "tozero",
            "zeroline": False,
        },
        yaxis={
            "tickvals": list(range(len(shown))),
            "ticktext": labels,
            "range": [len(shown) - 0.5, -0.5],
            "showgrid": False,
            "automargin": True,
        },
    )
    return figure


def _grey(name: str, maps: MapSet, dataset: Dataset, sequences: Sequences) -> go.Scattergl:
    points, hover = _grey_points(dataset.key, name, sequences.length, maps, dataset, sequences)
    return go.Scattergl(
        x=points[:, 0],
        y=points[:, 1],
        mode="markers",
        marker={"size": 5, "color": _GREY},
        text=hover,
        hoverinfo="text",
    )


@st.cache_resource(max_entries=8, show_spinner=False)
def _grey_points(
    key: str, name: str, length: int, _maps: MapSet, _dataset: Dataset, _sequences: Sequences
) -> tuple[Coordinates, list[str]]:
    """Return where the middle frames of all sequences lie, and what their hovers say."""
    step = max(1, -(-len(_sequences) // _MOST_GREY))
    positions = np.arange(0, len(_sequences), step)
    videos = _sequences.video[positions]
    rows = _sequences.row[positions]
    points = np.empty((len(positions), 2), np.float32)
    hover: list[str] = []
    for video in np.unique(videos):
        of_video = videos == video
        middle = rows[of_video] + length // 2
        points[of_video] = _maps.at(name, int(video), middle)
        hover += _hovers(_dataset, int(video), rows[of_video], length)
    return points, hover


def _streaks(
    name: str,
    maps: MapSet,
    dataset: Dataset,
    video: int,
    members: list[tuple[int, SequenceSpan, int]],
) -> go.Scattergl:
    x: list[float | None] = []
    y: list[float | None] = []
    hover: list[str] = []
    length = members[0][1].stop - members[0][1].start
    rows = np.array([row for _, _, row in members])
    described = _hovers(dataset, video, rows, length)
    for (rank, _, row), words in zip(members, described, strict=True):
        points = maps.at(name, video, np.arange(row, row + length))
        x += [*points[:, 0].tolist(), None]
        y += [*points[:, 1].tolist(), None]
        hover += [f"<b>{rank}</b> · {words}"] * (length + 1)
    color = video_colour(video)
    return go.Scattergl(
        x=x,
        y=y,
        mode="lines+markers",
        line={"color": color, "width": 2},
        marker={"size": 7, "color": color},
        text=hover,
        hoverinfo="text",
    )


def _ranks(
    name: str, maps: MapSet, streaks: dict[int, list[tuple[int, SequenceSpan, int]]]
) -> go.Scatter:
    x, y, labels = [], [], []
    for video, members in streaks.items():
        for rank, span, row in members:
            middle = row + (span.stop - span.start) // 2
            point = maps.at(name, video, np.array([middle]))[0]
            x.append(float(point[0]))
            y.append(float(point[1]))
            labels.append(str(rank))
    return go.Scatter(
        x=x, y=y, mode="text", text=labels, textposition="top center", hoverinfo="skip"
    )


def _hovers(dataset: Dataset, video: int, rows: npt.NDArray[np.int64], length: int) -> list[str]:
    """Return what the hovers of sequences of one video say: its name, frames and time."""
    name = text.for_plotly(dataset.videos[video].video.name)
    table = dataset.videos[video].frames
    first = table["index"][rows].tolist()
    times = (table["seconds"][rows] - table["seconds"][0]).tolist()
    shown = [text.seconds(time) for time in times]
    return [
        f"{name}<br>{frame_range(start, length)}{f' · {time}' if time else ''}"
        for start, time in zip(first, shown, strict=True)
    ]


def frame_range(start: int, length: int) -> str:
    """Return 'frame 7' or 'frames 7–16'."""
    return f"frame {start}" if length == 1 else f"frames {start}–{start + length - 1}"


def start_seconds(dataset: Dataset, video: int, row: int) -> float:
    """Return when a frame is shown, in seconds from the first; NaN in a folder of frames."""
    seconds = dataset.videos[video].frames["seconds"]
    return float(seconds[row] - seconds[0])


def _position(dataset: Dataset, video: int, index: int | None, timed: bool) -> float:
    """Return where a frame lies on the axis; None: the end of the video."""
    table = dataset.videos[video].frames
    last = int(table["index"][-1])
    if not timed:
        return float(last + 1 if index is None else index)
    seconds = table["seconds"]
    step = float(seconds[-1] - seconds[0]) / max(1, len(seconds) - 1)
    if index is None or index > last:
        return float(seconds[-1] - seconds[0]) + step
    return float(seconds[int(np.searchsorted(table["index"], index))] - seconds[0])
