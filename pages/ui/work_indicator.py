"""The work in progress, in a few words in the header of every page.

Every browser looks every few seconds, also while nothing is done: somebody else may begin a
job. A look is a fragment of one element, and all looks of a second share one read of the queue.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import streamlit as st

from pages.ui import job_words, work
from pages.ui.work import Work

_HERE = Path(__file__).with_suffix("")
_LOOK = "3s"
_CLICKED = "work_indicator_clicked"
_PAGE = "pages/jobs/jobs.py"
_HTML = """
<button class="pill" hidden>
  <span class="ring"></span><span class="what"></span><span class="short"></span>
</button>
"""


@dataclass(frozen=True)
class Shown:
    """What the header shows.

    Attributes:
        words: 'Embedding Street 43 %, 2 min left'; '' where nothing is done.
        short: The same for a narrow window.
        title: What a click does.
        share: How much is done, 0 to 1; None: not known.
        failed: Whether it is a failure.
    """

    words: str = ""
    short: str = ""
    title: str = "Show all jobs"
    share: float | None = None
    failed: bool = False


def shown(every: Sequence[Work], news: Work | None = None) -> Shown:
    """Return what the header shows of the jobs: the first that runs, one's own before others.

    Args:
        every: All jobs.
        news: A failure that is shown while nothing is done.
    """
    active = [item for item in every if item.job.active]
    if not active:
        return Shown(f"{news.title} failed", "failed", share=1, failed=True) if news else Shown()
    first = min(active, key=lambda item: (item.job.state == "queued", not item.mine, item.job.id))
    job = first.job
    percent = job_words.percent(job)
    state = {
        "queued": "waits for its turn",
        "cancelling": "is stopping",
    }.get(job.state) or ", ".join(part for part in (percent, job_words.time_left(job)) if part)
    if job_words.is_silent(job):
        state = "(no answer)"
    more = f" · {len(active) - 1} more" if len(active) > 1 else ""
    return Shown(
        words=f"{first.title} {state}".strip() + more,
        short=percent or str(len(active)),
        share=job_words.share(job) if job.state != "queued" else 0.0,
    )


def work_indicator() -> None:
    """Show the work in progress in the header; a click leads to the list of jobs."""
    with st.container(gap=None):
        _indicator(count())


@st.fragment(run_every=_LOOK)
def _indicator(looks: Iterator[int]) -> None:
    if st.session_state.pop(_CLICKED, False):
        st.switch_page(_PAGE)
    every = work.all_work()
    later = next(looks) > 0  # the page is drawn already
    if later and work.begun_elsewhere(every, st.query_params.get("dataset", "")):
        st.rerun()
    data = asdict(shown(every, work.news(every)))
    _component()(key="work_indicator", data=data, on_open_change=_clicked)


def _clicked() -> None:
    st.session_state[_CLICKED] = True


@cache
def _component() -> Any:
    return st.components.v2.component(
        "work_indicator",
        html=_HTML,
        css=_HERE.with_suffix(".css").read_text("utf-8"),
        js=_HERE.with_suffix(".js").read_text("utf-8"),
    )
