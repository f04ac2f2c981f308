"""Numbers beside points of a figure, placed so that they cover neither each other nor dots."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

Points = npt.NDArray[np.floating]

_FONT_SIZE = 9  # points
_HEIGHT = 11.0  # of a number, in points
_DIGIT = 6.5  # width of a digit, in points
_RADII = (11, 16, 22, 30, 40, 52, 66)  # distances to try, in points
_ANGLES = np.linspace(0, 2 * np.pi, 16, endpoint=False) + np.pi / 4

# Costs, in numbers of covered dots: farther away is worse, another number underneath worst.
_PER_POINT = 0.05
_OVERLAP = 100


def place_numbers(
    figure: Figure,
    axes: Axes,
    anchors: Points,
    dots: Points,
    colours: Sequence[str],
) -> None:
    """Write 1, 2, … beside points, with a thin line to the point.

    Args:
        figure: Of the axes; everything else must be drawn already.
        axes: To write on.
        anchors: What the numbers belong to, shape (K, 2), in data coordinates.
        dots: What they should not cover, shape (N, 2), in data coordinates.
        colours: Of the numbers, K of them.
    """
    figure.draw_without_rendering()  # only now it is known where on the page a point lies
    to_points = axes.transData.transform
    scale = 72 / figure.dpi
    places = to_points(anchors) * scale
    occupied = to_points(dots) * scale
    taken = np.empty((0, 4))
    outline = [withStroke(linewidth=2.5, foreground="white")]
    for at, (place, colour) in enumerate(zip(places, colours, strict=True)):
        text = str(at + 1)
        centre = _best(place, np.array([_DIGIT * len(text), _HEIGHT]), occupied, taken)
        half = np.array([_DIGIT * len(text), _HEIGHT]) / 2
        taken = np.vstack([taken, [*(centre - half), *(centre + half)]])
        axes.annotate(
            text,
            anchors[at],
            xytext=tuple(centre - place),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=_FONT_SIZE,
            fontweight="bold",
            color=colour,
            path_effects=outline,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.6, "shrinkA": 5},
        )


def _best(place: Points, size: Points, dots: Points, taken: Points) -> Points:
    """Return the centre that costs least, shape (2,), in points."""
    directions = np.column_stack([np.cos(_ANGLES), np.sin(_ANGLES)])
    centres = np.concatenate([place + radius * directions for radius in _RADII])
    costs = np.repeat(_RADII, len(_ANGLES)) * _PER_POINT
    low, high = centres - size / 2, centres + size / 2
    inside = (dots > low[:, None] - 1) & (dots < high[:, None] + 1)
    costs = costs + inside.all(axis=2).sum(axis=1)
    apart = (taken[:, :2] >= high[:, None]) | (taken[:, 2:] <= low[:, None])
    costs += _OVERLAP * (~apart.any(axis=2)).sum(axis=1)
    best: Points = centres[costs.argmin()]
    return best
