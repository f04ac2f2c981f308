"""Plotly figures: the maps and the timeline."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import plotly.graph_objects as go

from pages.ui import text
from pages.ui.colors import video_color
from seqsel_core.dataset import Dataset
from seqsel_core.project.map_set import MapSet
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
        dragmode="pan",
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
        colors.append(video_color(span.video))
        hovers.append(f"<b>{rank}</b> · {_describe(dataset, span)}")
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
                insidetextfont={"color": "white"},
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
    step = max(1, -(-len(sequences) // _MOST_GREY))
    positions = np.arange(0, len(sequences), step)
    points = np.empty((len(positions), 2), np.float32)
    videos = sequences.video[positions]
    middle = sequences.row[positions] + sequences.length // 2
    for video in np.unique(videos):
        of_video = videos == video
        points[of_video] = maps.at(name, int(video), middle[of_video])
    return go.Scattergl(
        x=points[:, 0],
        y=points[:, 1],
        mode="markers",
        marker={"size": 5, "color": _GREY},
        text=[_describe(dataset, sequences[int(position)]) for position in positions],
        hoverinfo="text",
    )


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
    for rank, span, row in members:
        points = maps.at(name, video, np.arange(row, row + span.stop - span.start))
        x += [*points[:, 0].tolist(), None]
        y += [*points[:, 1].tolist(), None]
        hover += [f"<b>{rank}</b> · {_describe(dataset, span)}"] * (len(points) + 1)
    color = video_color(video)
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


def _describe(dataset: Dataset, span: SequenceSpan) -> str:
    item = dataset.videos[span.video]
    name = text.for_plotly(item.video.name)
    frames = f"frame {span.start}"
    if span.stop - span.start > 1:
        frames = f"frames {span.start}–{span.stop - 1}"
    time = text.seconds(start_seconds(dataset, span))
    return f"{name}<br>{frames}{' · ' + time if time else ''}"


def start_seconds(dataset: Dataset, span: SequenceSpan) -> float:
    """Return when a sequence begins, in seconds; NaN in a folder of frames."""
    table = dataset.videos[span.video].frames
    row = int(np.searchsorted(table["index"], span.start))
    return float(table["seconds"][row])


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
