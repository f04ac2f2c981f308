"""What all figures share: their size, plain axes, and text that people gave."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D

from seqsel_core.output.colours import GRID, INK, MUTED, style
from seqsel_core.output.fonts import Fonts
from seqsel_core.output.readable import shorten

DPI = 150

LEGEND_LIMIT = 20
"""Videos that a legend names at most."""

_NAME_LIMIT = 32  # characters


def new_figure(width: float = 9, height: float = 6) -> Figure:
    """Return an empty figure on white, in inches, that fits its content by itself."""
    figure = Figure(figsize=(width, height), dpi=DPI, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def plain(axes: Axes) -> None:
    """Give axes a light grid behind the data and no box around it."""
    axes.set_facecolor("white")
    axes.set_axisbelow(True)
    axes.grid(color=GRID, linewidth=0.8)
    axes.tick_params(colors=MUTED, labelsize=9, length=0)
    axes.spines[:].set_visible(False)


def title(axes: Axes, text: str, fonts: Fonts | None = None) -> None:
    """Set the title, at the left; text that people gave needs `fonts` and `Fonts.drawable`."""
    families = fonts.families if fonts else ["DejaVu Sans"]
    axes.set_title(
        text,
        loc="left",
        color=INK,
        fontproperties=FontProperties(family=families, size=11),
        parse_math=False,  # a name with two dollar signs is no formula
    )


def note(axes: Axes, text: str) -> None:
    """Say something in the middle of axes that have nothing to show."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=MUTED)


def video_legend(
    figure: Figure,
    names: Sequence[str],
    videos: Sequence[int],
    fonts: Fonts,
    first: Sequence[tuple[Artist, str]] = (),
) -> None:
    """Put a legend of videos at the right of a figure.

    Args:
        figure: To put it on.
        names: Of all videos of the dataset.
        videos: Positions of those that the figure shows; at most `LEGEND_LIMIT` are named.
        fonts: That can draw the names.
        first: Entries above the videos: what is drawn, and its label.
    """
    handles = [handle for handle, _ in first]
    labels = [label for _, label in first]
    for video in videos[:LEGEND_LIMIT]:
        colour, marker = style(video)
        handles.append(Line2D([], [], color=colour, marker=marker, linestyle="", markersize=6))
        labels.append(shorten(fonts.drawable(names[video]), _NAME_LIMIT))
    if len(videos) > LEGEND_LIMIT:
        handles.append(Line2D([], [], linestyle=""))
        labels.append(f"and {len(videos) - LEGEND_LIMIT:,} more")
    legend = figure.legend(
        handles,
        labels,
        loc="outside right upper",
        frameon=False,
        labelcolor=INK,
        prop=FontProperties(family=fonts.families, size=9),
    )
    for text in legend.get_texts():
        text.set_parse_math(False)


def save(figure: Figure, path: Path) -> None:
    """Write a figure as PNG.

    Raises:
        OSError: The file exists, or cannot be written.
    """
    with path.open("xb") as file:
        file.write(png(figure))


def png(figure: Figure) -> bytes:
    """Return a figure as a PNG file."""
    buffer = BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()
