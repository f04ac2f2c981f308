"""The colours of videos, the same in the app, the plots and the report."""

from __future__ import annotations

# The first seven are of Okabe & Ito, "Color Universal Design" (2008), without yellow, which is too
# pale on white, and black, which cannot be seen on dark; violet differs from the others in
# lightness. Each further one is as far as can be from all before it, in OKLab, to people with
# usual colour vision and to the red- and green-blind, among colours that are not garish and can
# be seen on white and on the dark theme.
VIDEO_COLOURS = (
    *("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6bb1"),
    *("#b42d00", "#006969", "#5a78f0", "#5ac369", "#a587ff", "#b43c87", "#2d690f"),
    *("#78694b", "#5a4bc3", "#f05a78", "#2d96d2", "#ff9669", "#f096c3", "#b4963c"),
    *("#87b496", "#78873c", "#00c3c3"),
)
"""They repeat after so many videos; at most this many can be told apart at all."""


def video_colour(position: int) -> str:
    """Return the colour of the video at this position of a dataset, as '#rrggbb'."""
    return VIDEO_COLOURS[position % len(VIDEO_COLOURS)]
