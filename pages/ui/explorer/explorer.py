"""The maps and the timeline, linked in the browser, and what the user does in them.

The browser sends geometry only: a frame that is clicked, the corners of a lasso.
Who is inside is worked out here (`region.py`), so that a move costs some hundred bytes.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
import xxhash

from pages.ui.explorer.plotly_route import ADDRESS, PLOTLY, RUNNING, is_served
from pages.ui.explorer.points import cut_id, frames_id, pack_cut, pack_frames
from pages.ui.explorer.region import Region, Stretch, parse_region
from pages.ui.unseen import unseen
from seqsel_core.dataset import Dataset
from seqsel_core.palette import VIDEO_COLOURS
from seqsel_core.project.map_set import MapSet
from seqsel_core.select.selection import Selection
from seqsel_core.sequences import Sequences, SequenceSpan

_HERE = Path(__file__).parent
_KEY = "explorer"
_SCRIPTS = ("scene", "roving", "numbers", "maps", "solid", "timeline", "legend", "explorer")
_HTML = """
<div class="explorer">
  <div class="tools" role="toolbar" aria-label="Maps">
    <button data-drag="zoom" aria-pressed="true">Zoom</button>
    <button data-drag="pan" aria-pressed="false">Move</button>
    <button data-drag="lasso" aria-pressed="false">Lasso</button>
    <button data-drag="select" aria-pressed="false">Box</button>
    <button data-do="reset">Reset view</button>
    <button data-do="pictures" aria-pressed="true"
      title="Show pictures of the selected sequences where there is room">Pictures</button>
    <button data-do="clear" hidden>Clear lasso</button>
    <button data-do="strips" hidden></button>
    <span class="note"></span>
  </div>
  <div class="maps">
    <div class="panel map" data-map="pca"><div class="head"><b>PCA</b></div>
      <div class="plot" role="img" aria-label="Map of the first two principal components"></div>
      <div class="wait">The PCA map is not drawn yet.</div></div>
    <div class="panel map solid" data-map="pca_3d" hidden>
      <div class="head"><b>PCA</b>
        <span class="hint">Drag: turn · Ctrl + wheel: zoom · lassos go on the other map</span></div>
      <div class="plot" role="img" aria-label="Map of the first three principal components"></div>
      <div class="wait">This map is not drawn yet.</div></div>
    <div class="panel map" data-map="umap_k_15"><div class="head"><b>UMAP</b></div>
      <div class="plot" role="img" aria-label="UMAP map"></div>
      <div class="wait">The UMAP map is not drawn yet.</div></div>
  </div>
  <div class="groups" role="group" aria-label="Legend" hidden></div>
  <div class="panel timeline">
    <div class="head"><b>Timeline</b>
      <button data-do="widths" aria-pressed="false"
        title="Draw every video over the whole width, however long it is">Same width</button>
      <span class="counts"></span>
      <span class="legend end">well covered <i></i> blind spot</span></div>
    <div class="lanes" role="group" aria-label="Selected sequences, by arrow keys"></div>
    <div class="axis"></div>
  </div>
  <div class="tip" hidden><img alt=""><div class="where"></div><div class="when"></div>
    <div class="picked"></div></div>
</div>
"""


@dataclass(frozen=True)
class Focus:
    """A frame that the user clicked."""

    video: int
    frame: int


@dataclass(frozen=True)
class Scene:
    """What the maps and the timeline show.

    Attributes:
        dataset: The videos.
        sequences: All sequences.
        selection: The selected ones.
        maps: The maps there are; with 'pca_3d' that one is shown in the place of 'pca'.
        points: What is a point of the maps, of `KINDS`.
        colour: What colours the points; see `colours.py`.
        timeline: From `lanes`.
        focus: Position of the sequence that is looked at; None: none.
        region: The part of a map or lane that is looked at; None: everything.
        answer: What lies in that part, in words.
        pictures: With which pass the browser fetches pictures, of `picture_route.py`.
    """

    dataset: Dataset
    sequences: Sequences
    selection: Selection
    maps: MapSet
    points: str
    colour: dict[str, Any]
    timeline: dict[str, Any]
    focus: int | None
    region: Region | Stretch | None
    answer: str = ""
    pictures: str = ""


def focus() -> Focus | None:
    """Return what the user clicked last."""
    return st.session_state.get("focus")


def look_at(video: int, frame: int) -> None:
    """Look at the sequence that holds a frame, as if it was clicked."""
    st.session_state["focus"] = Focus(video, frame)


def region() -> Region | Stretch | None:
    """Return what the user drew around on a map, or marked in a lane."""
    return st.session_state.get("region")


def forget_others(dataset_key: str) -> None:
    """Forget what was clicked and drawn around in another dataset."""
    if st.session_state.get("explorer_dataset") != dataset_key:
        for key in ("focus", "region"):
            st.session_state.pop(key, None)
        st.session_state["explorer_dataset"] = dataset_key


def position_of(place: Focus, sequences: Sequences) -> int | None:
    """Return the sequence that holds a frame, or the one before it; None: there is none."""
    first, last = np.searchsorted(sequences.video, [place.video, place.video + 1])
    if first == last:
        return None
    after = int(np.searchsorted(sequences.start[first:last], place.frame, side="right"))
    return int(first) + max(0, after - 1)


def fetch_plotly() -> None:
    """Let the browser fetch Plotly, which takes it a second, while the page is worked out."""
    with unseen():
        _plotly()(key="plotly")


def explorer(scene: Scene) -> None:
    """Draw the maps and the timeline."""
    with st.container(gap=None):
        with unseen():
            _code()(key="explorer_code")
            _points()(key="frames", data=pack_frames(scene.dataset, scene.maps))
            _points()(key="cut", data=pack_cut(scene.dataset, scene.sequences))
        view = _view(scene)
        view["revision"] = xxhash.xxh3_64_hexdigest(json.dumps(view).encode())
        _component()(key=_KEY, data=view, on_focus_change=_clicked, on_region_change=_drawn)


def _view(scene: Scene) -> dict[str, Any]:
    """Return what `explorer.js` draws: as little as can be, since it is sent at every move."""
    order = scene.selection.order
    first = np.stack([scene.sequences.video[order], scene.sequences.start[order]], axis=1)
    return {
        "frames": frames_id(scene.dataset, scene.maps),
        "cut": cut_id(scene.dataset, scene.sequences),
        "points": scene.points,
        "solid": "pca_3d" in scene.maps.coordinates,
        "length": scene.sequences.length,
        "selected": first.tolist(),
        "palette": VIDEO_COLOURS,
        "colour": scene.colour,
        "timeline": scene.timeline,
        "focus": _start(scene.sequences[scene.focus]) if scene.focus is not None else None,
        "region": asdict(scene.region) if scene.region else None,
        "answer": scene.answer,
        "pictures": scene.pictures,
    }


def _start(span: SequenceSpan) -> dict[str, int]:
    return {"video": span.video, "start": span.start}


def _clicked() -> None:
    st.session_state["focus"] = _place(st.session_state[_KEY].focus)


def _drawn() -> None:
    st.session_state["region"] = parse_region(st.session_state[_KEY].region)


def _place(sent: Any) -> Focus | None:
    """Return the frame that the browser sent, or None if it is nonsense."""
    try:
        place = Focus(int(sent["video"]), int(sent["frame"]))
    except (TypeError, KeyError, ValueError, OverflowError):
        return None
    return place if place.video >= 0 and place.frame >= 0 else None


@cache
def _plotly() -> Any:
    """Return what fetches Plotly, once for all pages of a browser."""
    fetch = f"({RUNNING} ??= import(new URL({ADDRESS!r}, document.baseURI)))"
    source, load = ("", fetch) if is_served() else (PLOTLY.read_text("utf-8"), "Promise.resolve()")
    return st.components.v2.component(
        "plotly",
        # In one line, Streamlit would take it for the name of a file.
        js=f"""{source}
        export default function () {{
          {load}.then(() => window.dispatchEvent(new Event("seqsel-plotly")));
        }}
        """,
        isolate_styles=False,
    )


@cache
def _points() -> Any:
    return st.components.v2.component(
        "points", js=(_HERE / "points.js").read_text("utf-8"), isolate_styles=False
    )


@cache
def _code() -> Any:
    """Return the code that draws: large enough for the browser to keep it from run to run."""
    scripts = [(_HERE / f"{name}.js").read_text("utf-8") for name in _SCRIPTS]
    return st.components.v2.component(
        "explorer_code",
        css=(_HERE / "explorer.css").read_text("utf-8"),
        js="\n".join(scripts),
        isolate_styles=False,
    )


@cache
def _component() -> Any:
    return st.components.v2.component(
        "explorer",
        html=_HTML,
        js=(_HERE / "view.js").read_text("utf-8"),
        isolate_styles=False,
    )
