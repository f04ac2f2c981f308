"""The work in progress, in a few words in the header of every page.

Every browser looks every few seconds, also while nothing is done: somebody else may begin a
job. It asks `route.py`; the page runs only where a job on its own dataset has begun.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from pages.ui import work
from pages.ui.access import current_user
from pages.ui.work_indicator.look import look
from pages.ui.work_indicator.route import pass_for

_HERE = Path(__file__).parent
_KEY = "work_indicator"
_CLICKED = "work_indicator_clicked"
_PAGE = "pages/jobs/jobs.py"
_HTML = """
<button class="pill" title="Show all jobs" hidden>
  <span class="ring"></span><span class="what"></span><span class="short"></span>
</button>
"""


def work_indicator() -> None:
    """Show the work in progress in the header; a click leads to the list of jobs."""
    if st.session_state.pop(_CLICKED, False):
        st.switch_page(_PAGE)
    user = current_user()
    _component()(
        key=_KEY,
        data={"look": asdict(look(user)), "pass": pass_for(user)},
        on_open_change=_clicked,
        on_begun_change=_begun,
    )


def _clicked() -> None:
    st.session_state[_CLICKED] = True


def _begun() -> None:
    """Note that jobs on the dataset of this page have begun elsewhere; the page shows them now."""
    told = st.session_state[_KEY].begun
    for job_id in told if isinstance(told, list) else []:
        if isinstance(job_id, int):
            work.watch(job_id)


@cache
def _component() -> Any:
    return st.components.v2.component(
        "work_indicator",
        html=_HTML,
        css=(_HERE / "indicator.css").read_text("utf-8"),
        js=(_HERE / "indicator.js").read_text("utf-8"),
    )
