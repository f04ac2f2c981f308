"""Colours of pictures and report: safe for the colour-blind, on a light background."""

from __future__ import annotations

from typing import NamedTuple

from matplotlib.colors import to_hex, to_rgb

from seqsel_core.palette import video_colour

INK = "#222222"
MUTED = "#6b6b6b"
GRID = "#e3e3e3"
BACKGROUND_FRAMES = "#c9c9c9"

SETS = {"input": "#8a8a8a", "selected": "#0072b2", "random": "#e69f00"}
"""Colour of each set of sequences that is compared."""

_MARKERS = ("o", "s", "^", "D", "v")
_PER_MARKER = 7  # not more colours can be told apart by everybody


class Style(NamedTuple):
    """How a video is drawn: colour as '#rrggbb', marker as Matplotlib names it."""

    colour: str
    marker: str


def style(video: int) -> Style:
    """Return the style of the video at this position: none of the first 72 is like another.

    There are not more than seven colours that everybody can tell apart, so the marker changes
    with every seven videos.
    """
    return Style(video_colour(video), _MARKERS[video // _PER_MARKER % len(_MARKERS)])


def shade(colour: str, lightness: float) -> str:
    """Return a colour made darker (`lightness` down to -1) or lighter (up to 1), but not much."""
    towards, share = (1.0, 0.4 * lightness) if lightness > 0 else (0.0, -0.4 * lightness)
    red, green, blue = (part + (towards - part) * share for part in to_rgb(colour))
    return to_hex((red, green, blue))
