"""All jobs: what runs, what waits, and what was done before."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.ui import job_words, text
from pages.ui.job_panel import draw_panel, queue
from pages.ui.work import Work, all_work, note_failure

_STATES = {"done": "done", "failed": "failed", "cancelled": "stopped"}


def job_list() -> None:
    """Show the running jobs as panels, the waiting ones as lines, and the others as a table.

    The table is drawn anew only when a job ended: at every look, it would throw whoever goes
    through it by keys back to the top of the page.
    """
    ended = [item for item in all_work() if not item.job.active]
    _active([item.job.id for item in ended])
    _ended(ended)


@st.fragment(run_every="2s")
def _active(ended: list[int]) -> None:
    """Show what is not done yet; `ended` are the numbers of the jobs in the table."""
    work = all_work()
    if not work:
        st.info("No job yet. Adding videos begins one.", icon=":material/inbox:")
    if ended != [item.job.id for item in work if not item.job.active]:
        st.rerun()
    running = [item for item in work if item.job.active and item.job.state != "queued"]
    waiting = [item for item in work if item.job.state == "queued"]
    for item in running:
        draw_panel(item.job, text.for_markdown(item.title, 60), f"job_{item.job.id}", item.mine)
    if waiting:
        st.header("Waiting")
    for item in waiting:
        _waiting(item)
    if work and not running and not waiting:
        st.caption("Nothing is being done now.")


def _waiting(item: Work) -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.markdown(f":material/schedule: {text.for_markdown(item.title, 60)}")
        st.button(
            "Stop",
            icon=":material/stop:",
            key=f"job_{item.job.id}",
            type="tertiary",
            on_click=queue().cancel,
            args=(item.job.id,),
            disabled=not item.mine,
        )


def _ended(work: list[Work]) -> None:
    if not work:
        return
    for item in work:
        note_failure(item.job)
    st.header("Before")
    st.dataframe(
        pd.DataFrame([_row(item) for item in work]),
        hide_index=True,
        column_config={
            # Together no wider than a small window has room, or the result would be cut there.
            "Job": st.column_config.TextColumn(width=280),
            "State": st.column_config.TextColumn(width=70),
            "Ended": st.column_config.DatetimeColumn(format="distance", width=110),
            "Took": st.column_config.TextColumn(width=60, alignment="right"),
            "Result": st.column_config.TextColumn(width=530),
        },
    )


def _row(item: Work) -> dict[str, object]:
    job = item.job
    made = job_words.outcome(job) if job.state == "done" else ""
    result = made or job.message
    if made and job.kind == "output" and job.message:
        result = f"{made}. {job.message}"
    return {
        "Job": text.plain(item.title),
        "State": _STATES[job.state],
        "Ended": pd.Timestamp(job.updated, unit="s", tz="UTC"),
        "Took": job_words.took(job),
        "Result": text.plain(result) if item.name else "",
    }
