"""Figures of distances: how they are distributed in the input, the selection, and at random."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from seqsel_core.evaluate.distances import Distribution, Statistics
from seqsel_core.output import figures
from seqsel_core.output.colours import INK, SETS

SET_NAMES = {
    "input": "input",
    "selected": "selected",
    "random": "random selection",
}
"""What each set of sequences is called."""


def before_figure(statistics: Statistics) -> Figure:
    """Return the distances to the nearest other sequence in the input."""
    figure = figures.new_figure(9, 4)
    axes = figure.add_subplot()
    title = "Before: distance from every sequence to the nearest other one"
    _draw(axes, title, statistics.within, ("input",))
    return figure


def after_figure(statistics: Statistics) -> Figure:
    """Return the distances in the selection beside those at random, and from the input to it."""
    figure = figures.new_figure(9, 7)
    within, coverage = figure.subplots(2, 1)
    title = "After: distance to the nearest other sequence of the same set (far apart is good)"
    _draw(within, title, statistics.within, ("input", "random", "selected"))
    title = "From every sequence of the input to the nearest of the set (near is good)"
    _draw(coverage, title, statistics.coverage, ("random", "selected"))
    return figure


def _draw(
    axes: Axes, title: str, distributions: dict[str, Distribution], sets: Sequence[str]
) -> None:
    figures.title(axes, title)
    shown = [name for name in sets if name in distributions]
    if not shown:
        figures.note(axes, "Too few sequences for distances.")
        return
    figures.plain(axes)
    axes.set_xlabel("distance", fontsize=9, color=INK)
    axes.set_ylabel("sequences, %", fontsize=9, color=INK)
    handles = []
    for name in shown:
        distribution, colour = distributions[name], SETS[name]
        percent = [100 * count / distribution.count for count in distribution.histogram]
        axes.stairs(percent, distribution.edges, fill=True, color=colour, alpha=0.3)
        axes.stairs(percent, distribution.edges, color=colour, linewidth=1.5)
        axes.axvline(distribution.median, color=colour, linewidth=1.5, linestyle="--")
        label = f"{SET_NAMES[name]} (median {distribution.median:.3f})"
        handles.append(Patch(color=colour, label=label))
    axes.set_xlim(0, 1.02 * distributions[shown[0]].edges[-1])
    axes.legend(handles=handles, frameon=False, fontsize=9, labelcolor=INK)
