"""The colours of videos, the same in the app, the plots and the report."""

from __future__ import annotations

# Okabe & Ito, "Color Universal Design" (2008), without yellow, which is too pale on white, and
# black, which cannot be seen on dark; violet differs from the others in lightness.
VIDEO_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6bb1")


def video_colour(position: int) -> str:
    """Return the colour of the video at this position of a dataset, as '#rrggbb'."""
    return VIDEO_COLOURS[position % len(VIDEO_COLOURS)]
