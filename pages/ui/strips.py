"""Strips of frames: one picture per sequence, put together from stored thumbnails."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import streamlit as st
from PIL import Image

from seqsel_core.dataset import Dataset
from seqsel_core.sequences import SequenceSpan

MOST_FRAMES = 10
_HEIGHT = 80
_WIDEST = 1460  # Streamlit makes smaller what is wider, and packs it anew at every run
_GAP = 3
_GREY = (128, 136, 150)  # between frames, on light and dark pages


def strip(dataset: Dataset, span: SequenceSpan, row: int) -> bytes:
    """Return a sequence as one JPEG picture: at most 10 frames, evenly spaced, side by side.

    Args:
        dataset: Where it is from.
        span: Which sequence.
        row: Row of its first frame in the frame table.
    """
    return _strip(f"{dataset.key}/{span.video}/{row}/{span.stop - span.start}", dataset, span, row)


@st.cache_resource(max_entries=2000, show_spinner=False)  # cache_data would copy it each time
def _strip(key: str, _dataset: Dataset, _span: SequenceSpan, _row: int) -> bytes:
    length = _span.stop - _span.start
    rows = _row + np.linspace(0, length - 1, min(length, MOST_FRAMES)).round().astype(int)
    shard = _dataset.videos[_span.video].shard
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
