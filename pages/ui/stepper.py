"""The frames of a clip in a row below it: a press, or an arrow key, stops it at that frame."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from seqsel_core.dataset import Dataset

MOST_PICTURES = 30
"""Of more frames, so many evenly spaced ones have a picture; all can be reached by keys."""

_HERE = Path(__file__)
_HTML = """
<div class="stepper" role="group" aria-label="Frames of the clip">
  <div class="line">
    <button data-step="-1" aria-label="One frame back">‹</button>
    <output></output>
    <button data-step="1" aria-label="One frame on">›</button>
    <span class="hint">← → one frame · space: play</span>
  </div>
  <div class="frames"></div>
</div>
"""


def stepper(dataset: Dataset, video: int, start: int, stop: int) -> None:
    """Draw the frames `[start, stop)` of the clip that is shown above."""
    item = dataset.videos[video]
    first = int(np.searchsorted(item.frames["index"], start))
    count = stop - start
    shown = np.unique(np.linspace(0, count - 1, min(count, MOST_PICTURES)).round().astype(int))
    pictures = item.shard.thumbnails((first + shown).tolist())
    data = {
        "first": start,
        "count": count,
        "pictures": [
            {"at": int(at), "src": f"data:image/jpeg;base64,{base64.b64encode(picture).decode()}"}
            for at, picture in zip(shown, pictures, strict=True)
        ],
    }
    _component()(key="stepper", data=data)


@cache
def _component() -> Any:
    return st.components.v2.component(
        "stepper",
        html=_HTML,
        css=_HERE.with_suffix(".css").read_text("utf-8"),
        js=_HERE.with_suffix(".js").read_text("utf-8"),
        isolate_styles=False,
    )
