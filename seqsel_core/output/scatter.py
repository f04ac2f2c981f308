"""Figures of maps: every frame a dot, every selected sequence a streak."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from seqsel_core.choice import Choice
from seqsel_core.output import figures
from seqsel_core.output.colours import BACKGROUND_FRAMES, INK, MUTED, shade, style
from seqsel_core.output.fonts import Fonts
from seqsel_core.output.labels import place_numbers
from seqsel_core.output.pictures import sequence_rows
from seqsel_core.output.readable import plural
from seqsel_core.project.map_set import MapSet
from seqsel_core.project.maps import FIT_LIMIT, pca

NUMBERED_LIMIT = 40
"""Sequences up to which each streak shows its rank; more would cover each other."""

IntArray = npt.NDArray[np.int64]
Streaks = npt.NDArray[np.float32]


def map_figure(choice: Choice, maps: MapSet, name: str, fonts: Fonts) -> Figure:
    """Return a map with all frames in grey, and the selected ones as streaks by video.

    Args:
        choice: The selection.
        maps: Holds the map.
        name: Of the map: 'pca', 'umap_k_15', ….
        fonts: That can draw the names of the videos.
    """
    figure, axes = _map_axes(name)
    order = _shown(choice)
    videos = choice.sequences.video[order]
    figures.title(axes, f"{map_title(name)}, {_named(choice, order)} marked")
    x, y = maps.coordinates[name].T
    axes.scatter(x, y, s=_size(len(x)), color=BACKGROUND_FRAMES, linewidths=0)
    streaks = np.empty((len(order), choice.sequences.length, 2), np.float32)
    for rank, position in enumerate(order):
        rows = sequence_rows(choice, int(position))
        streaks[rank] = _filled(maps.at(name, int(videos[rank]), rows), streaks.shape[1])
    grey = Line2D([], [], color=BACKGROUND_FRAMES, marker="o", linestyle="", markersize=4)
    figures.video_legend(
        figure, _names(choice), np.unique(videos).tolist(), fonts, [(grey, "not selected")]
    )
    _draw_streaks(figure, axes, choice, streaks)
    return figure


def plain_map_figure(choice: Choice, maps: MapSet, name: str, fonts: Fonts) -> Figure:
    """Return a map with all frames coloured by video, nothing marked; see `map_figure`."""
    figure, axes = _map_axes(name)
    figures.title(axes, f"{map_title(name)}, by video")
    colours = np.array([style(at).colour for at in range(len(choice.dataset.videos))])
    _draw_dots(
        axes, maps.coordinates[name], maps.video, colours[maps.video], size=_size(len(maps.row))
    )
    figures.video_legend(figure, _names(choice), np.unique(maps.video).tolist(), fonts)
    return figure


def selected_map_figure(choice: Choice, fonts: Fonts) -> Figure:
    """Return the PCA of the embeddings of the selected frames alone, each sequence a streak."""
    order = _shown(choice)
    videos = choice.sequences.video[order]
    figure = figures.new_figure(11, 8)
    axes = figure.add_subplot()
    if not len(order):
        figures.note(axes, "No sequence is selected.")
        return figure
    embeddings = choice.dataset.embeddings
    frames = [
        np.asarray(embeddings[video][sequence_rows(choice, int(position))], np.float32)
        for position, video in zip(order, videos, strict=True)
    ]
    coordinates = pca(np.concatenate(frames))
    figures.title(axes, f"PCA of the frames of {_named(choice, order)} alone")
    _plain_map(axes, "pca")
    figures.video_legend(figure, _names(choice), np.unique(videos).tolist(), fonts)
    ends = np.cumsum([len(part) for part in frames])[:-1]
    length = choice.sequences.length
    streaks = [_filled(part, length) for part in np.split(coordinates, ends)]
    _draw_streaks(figure, axes, choice, np.stack(streaks))
    return figure


def _filled(streak: npt.NDArray[np.float32], length: int) -> npt.NDArray[np.float32]:
    """Return a streak with its last frame repeated up to a length: drawn on itself, unseen."""
    return np.pad(streak, ((0, length - len(streak)), (0, 0)), mode="edge")


def map_title(name: str) -> str:
    """Return what a map is called: 'PCA of the frames'."""
    if name == "pca":
        return "PCA of the frames"
    return f"UMAP of the frames ({name.removeprefix('umap_k_')} neighbours)"


def _shown(choice: Choice) -> IntArray:
    """Return the sequences that are drawn: those picked first, as far as `FIT_LIMIT` frames go."""
    return choice.selection.order[: max(1, FIT_LIMIT // choice.sequences.length)]


def _named(choice: Choice, order: IntArray) -> str:
    first = "the first " if len(order) < len(choice.selection) else ""
    return f"{first}{plural(len(order), 'selected sequence')}"


def _size(count: int) -> float:
    """Return the area of a dot, in square points: smaller where there are more."""
    return min(12.0, max(5.0, 10_000 / max(1, count)))


def _map_axes(name: str) -> tuple[Figure, Axes]:
    figure = figures.new_figure()
    axes = figure.add_subplot()
    _plain_map(axes, name)
    return figure, axes


def _plain_map(axes: Axes, name: str) -> None:
    figures.plain(axes)
    axes.set_aspect("equal", adjustable="datalim")
    if name == "pca":
        axes.set_xlabel("first principal component", fontsize=9, color=INK)
        axes.set_ylabel("second principal component", fontsize=9, color=INK)
    else:
        axes.tick_params(labelbottom=False, labelleft=False)  # its units mean nothing


def _draw_streaks(figure: Figure, axes: Axes, choice: Choice, streaks: Streaks) -> None:
    """Draw the sequences picked first, shape (K, length, 2), as lines with dots."""
    if not len(streaks):
        return
    order = choice.selection.order[: len(streaks)]
    videos = choice.sequences.video[order]
    colours = _shades(videos, choice.sequences.start[order])
    axes.add_collection(LineCollection(list(streaks), colors=colours, linewidths=1))
    length = streaks.shape[1]
    dots = streaks.reshape(-1, 2)
    _draw_dots(axes, dots, np.repeat(videos, length), np.repeat(colours, length), size=14, edge=0.3)
    figure.supxlabel("darker: earlier in the video", fontsize=9, color=MUTED)
    if len(streaks) <= NUMBERED_LIMIT:
        # The frame nearest to the middle of a streak, so that a line to it ends on a dot.
        middles = streaks.mean(axis=1, keepdims=True)
        nearest = np.square(streaks - middles).sum(axis=2).argmin(axis=1)
        anchors = streaks[np.arange(len(streaks)), nearest]
        place_numbers(figure, axes, anchors, dots, [shade(colour, -0.6) for colour in colours])


def _shades(videos: IntArray, starts: IntArray) -> list[str]:
    """Return a colour for each sequence: its video's, darker or lighter by its place in it."""
    colours = [""] * len(videos)
    for video in np.unique(videos):
        of_video = np.flatnonzero(videos == video)
        ordered = of_video[np.argsort(starts[of_video], kind="stable")]
        for rank, at in enumerate(ordered, start=1):
            lightness = 2 * rank / (len(ordered) + 1) - 1
            colours[at] = shade(style(int(video)).colour, lightness)
    return colours


def _draw_dots(
    axes: Axes,
    coordinates: npt.NDArray[np.float32],
    videos: IntArray,
    colours: npt.NDArray[np.str_],
    *,
    size: float,
    edge: float = 0,
) -> None:
    """Draw frames, shape (M, 2), of these videos and colours, shape (M,) each."""
    markers = np.array([style(int(video)).marker for video in np.arange(videos.max() + 1)])
    for marker in np.unique(markers[videos]):
        drawn = markers[videos] == marker
        x, y = coordinates[drawn].T
        axes.scatter(
            x,
            y,
            s=size,
            c=colours[drawn].tolist(),
            marker=str(marker),
            edgecolors="white",
            linewidths=edge,
        )


def _names(choice: Choice) -> Sequence[str]:
    return [item.video.name for item in choice.dataset.videos]
