"""The form with which files of the person's own machine are added."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from pages.ui import text
from pages.ui.access import current_user
from pages.ui.frame_order import frame_order_control
from pages.ui.session import data_dir
from pages.ui.upload.tickets import tickets
from seqsel_core.errors import SeqselError, StoreError
from seqsel_core.store.arrival import Arrival
from seqsel_core.units import in_units
from seqsel_core.video.discover import FRAME_ENDINGS, FRAME_ORDERS

_HERE = Path(__file__).parent
_KEY = "uploader"
_HTML = """
<div class="upload">
  <div class="zone">
    <div class="ask"><b>Drop videos or folders of frames here</b><span class="hint"></span></div>
    <div class="choose">
      <button data-choose="files">Choose files</button>
      <button data-choose="folder">Choose a folder</button>
      <input type="file" class="files" multiple hidden>
      <input type="file" class="folder" webkitdirectory hidden>
    </div>
  </div>
  <div class="left-out" role="status" hidden></div>
  <div class="all" hidden>
    <div class="head"><span class="what"></span><span class="numbers"></span>
      <button data-do="retry" hidden>Try again</button>
      <button data-do="cancel">Cancel</button></div>
    <div class="bar" role="progressbar" aria-label="All files" aria-valuemin="0"
      aria-valuemax="100"><div></div></div>
    <div class="stay">You can look at other pages of seqsel meanwhile; keep this tab open.</div>
    <div class="trouble" role="alert" hidden></div>
    <ul></ul>
    <div class="more" hidden></div>
  </div>
  <template><li><span class="mark"></span><span class="name"></span><span class="state"></span>
    <button>✕</button><div class="bar" role="progressbar" aria-label="File" aria-valuemin="0"
    aria-valuemax="100"><div></div></div><div class="reason" hidden></div></li></template>
</div>
"""


@st.fragment
def upload_form(begin: Callable[[str, Path, str], None], *, ask: bool = True) -> None:
    """Draw the form.

    Args:
        begin: Called with a name, the folder of the upload and the order of its frames, once
            the person adds what was uploaded.
        ask: Whether to ask for the name and the order.
    """
    told = _told()
    ticket = _ticket(told)
    _component()(
        key=_KEY,
        data={
            "ticket": ticket,
            "turn": told["turn"],
            "ended": st.session_state.get("upload_ended", ""),
            "told": told,
            "hint": _hint(str(data_dir() / "uploads")),
            "frames": sorted(FRAME_ENDINGS),
        },
        on_told_change=lambda: None,
    )
    arrival = _arrival(ticket)
    n_complete = arrival.n_complete if arrival else 0
    name, order = "", FRAME_ORDERS[0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if ask:
            name = st.text_input(
                "Name", placeholder="Upload", max_chars=80, width=320, key="upload_name"
            )
        if ask and arrival and arrival.has_frames:
            order = frame_order_control("order_upload")
        ready = n_complete > 0 and not told["busy"]
        pressed = st.button("Add these files", type="primary", disabled=not ready)
    if not pressed or arrival is None:
        return
    try:
        folder = tickets().finish(ticket)
    except SeqselError as error:
        st.error(text.for_markdown(str(error), 600), icon=":material/error:")
        return
    except OSError as error:
        st.error(f"The files cannot be kept: {error.strerror}.", icon=":material/error:")
        return
    st.session_state["upload_ended"] = ticket
    st.session_state["upload_ticket"] = ""
    begin(name.strip() or f"Upload of {text.count(n_complete, 'file')}", folder, order)


def _told() -> dict[str, Any]:
    """Return what the browser said last: how far it is, and which ticket it has."""
    state = st.session_state.get(_KEY)
    told = (state.get("told") if state else None) or {}
    try:
        return {
            "turn": int(told.get("turn", 0)),
            "ticket": str(told.get("ticket", "")),
            "busy": bool(told.get("busy", False)),
            "complete": int(told.get("complete", 0)),
        }
    except (AttributeError, TypeError, ValueError, OverflowError):
        return {"turn": 0, "ticket": "", "busy": False, "complete": 0}


def _ticket(told: dict[str, Any]) -> str:
    """Return the ticket of this session.

    The browser asks for one by a higher turn. One that it has already, from a session that was
    lost with the connection, is taken over.
    """
    user = current_user()
    mine = str(st.session_state.get("upload_ticket", ""))
    if told["ticket"] not in ("", mine) and tickets().belongs(told["ticket"], user):
        mine = told["ticket"]
    elif told["turn"] > st.session_state.get("upload_turn", 0) and not told["ticket"]:
        mine = tickets().issue(user, data_dir() / "uploads")
    if not tickets().belongs(mine, user):  # cancelled, or too old
        mine = ""
    st.session_state["upload_turn"] = told["turn"]
    st.session_state["upload_ticket"] = mine
    return mine


def _arrival(ticket: str) -> Arrival | None:
    try:
        return tickets().arrival(ticket)
    except StoreError:
        return None


@st.cache_data(ttl=20, max_entries=4, show_spinner=False)
def _hint(root: str) -> str:
    try:
        limits = tickets().limits(Path(root))
    except SeqselError as error:
        return str(error)
    except OSError:
        return ""
    return f"Up to {in_units(limits.per_file)} a file; there is room for {in_units(limits.left)}."


@cache
def _component() -> Any:
    scripts = [(_HERE / f"{name}.js").read_text("utf-8") for name in ("transfer", "upload")]
    return st.components.v2.component(
        "upload",
        html=_HTML,
        css=(_HERE / "upload.css").read_text("utf-8"),
        js="\n".join(scripts),
    )
