"""One colour per video, the same in maps, timeline and strips."""

from __future__ import annotations

# Okabe & Ito, "Color Universal Design" (2008), without black, and four more that differ
# from them in lightness; readable on white and on dark grey.
PALETTE = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#D55E00",
    "#8C6BB1",
    "#B8A000",
    "#A6611A",
    "#5AAE61",
)


def video_color(position: int) -> str:
    """Return the colour of the video at this position of the dataset."""
    return PALETTE[position % len(PALETTE)]
