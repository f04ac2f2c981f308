"""Strips of frames: one picture per sequence, put together from stored thumbnails."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from pages.ui.kept import Shelf
from seqsel_core.dataset import Dataset
from seqsel_core.sequences import SequenceSpan

MOST_FRAMES = 10
_HEIGHT = 80
_WIDEST = 1460  # Streamlit makes smaller what is wider, and packs it anew at every run
_GAP = 3
_GREY = (128, 136, 150)  # between frames, on light and dark pages
# Not a cache of Streamlit: to ask one takes as long as to show the picture.
_SHELF = Shelf(len, most=2000)


def strip(dataset: Dataset, span: SequenceSpan, row: int) -> bytes:
    """Return a sequence as one JPEG picture: at most 10 frames, evenly spaced, side by side.

    Args:
        dataset: Where it is from.
        span: Which sequence.
        row: Row of its first frame in the frame table.
    """
    key = f"{dataset.key}/{span.video}/{row}/{span.stop - span.start}"
    return _SHELF.get(key, lambda: _strip(dataset, span, row))


def _strip(dataset: Dataset, span: SequenceSpan, row: int) -> bytes:
    length = span.stop - span.start
    rows = row + np.linspace(0, length - 1, min(length, MOST_FRAMES)).round().astype(int)
    shard = dataset.videos[span.video].shard
    pictures = [Image.open(BytesIO(encoded)) for encoded in shard.thumbnails(rows.tolist())]
    widths = [max(1, round(picture.width * _HEIGHT / picture.height)) for picture in pictures]
    gaps = _GAP * (len(pictures) - 1)
    fit = min(1.0, (_WIDEST - gaps) / sum(widths))
    widths = [max(1, int(width * fit)) for width in widths]
    height = max(1, round(_HEIGHT * fit))
    sheet = Image.new("RGB", (sum(widths) + gaps, height), _GREY)
    at = 0
    for picture, width in zip(pictures, widths, strict=True):
        sheet.paste(picture.convert("RGB").resize((width, height)), (at, 0))
        at += width + _GAP
    buffer = BytesIO()
    sheet.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()
