"""How far a job is: drawn once a second while it runs, in every browser that looks."""

from __future__ import annotations

import time

import streamlit as st

from pages.ui import text
from pages.ui.session import data_dir
from seqsel_core.jobs.queue import Job, Queue
from seqsel_core.jobs.start import ensure_worker


def queue() -> Queue:
    """Return the job queue of this server."""
    return _queue(str(data_dir()))


@st.cache_resource(max_entries=4)
def _queue(path: str) -> Queue:
    return Queue(data_dir())


def submit(kind: str, dataset_id: str, parameters: dict[str, object] | None = None) -> int:
    """Ask for a job, and for a worker to do it."""
    job_id = queue().submit(kind, dataset_id, parameters)
    ensure_worker(data_dir())
    return job_id


def job_panel(job: Job | None, title: str) -> None:
    """Show a job; while it is active this part of the page redraws itself.

    When the job ends, the whole page runs again.
    """
    if job is None:
        return
    if not job.active:
        _ended(job, title)
        return

    @st.fragment(run_every="1s")
    def poll() -> None:
        ensure_worker(data_dir())  # again each time: it may have been killed
        now = queue().get(job.id)
        if now is None or not now.active:
            st.rerun()
        _running(now, title)

    poll()


def _running(job: Job, title: str) -> None:
    share = min(1.0, job.done / job.total) if job.total else 0.0
    words = {
        "queued": f"{title}: waiting for its turn",
        "cancelling": f"{title}: stopping",
    }.get(job.state) or _stage(job, title)
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(share, text=words)
            if st.button("Stop", key=f"stop_{job.id}", disabled=job.state == "cancelling"):
                queue().cancel(job.id)
                st.rerun(scope="fragment")
        st.caption(text.for_markdown(job.detail, 80) if job.detail else "\u200b")


def _stage(job: Job, title: str) -> str:
    parts = [job.stage[:1].upper() + job.stage[1:] if job.stage else f"{title}: starting"]
    if job.total and job.unit:
        parts.append(f"{job.done:,} of about {job.total:,} {job.unit}")
    if job.rate >= 1:
        parts.append(f"{job.rate:.0f} {job.unit} per second")
    left = job.seconds_left
    if left is not None and job.done:
        parts.append(f"{text.duration(left)} left")
    return " · ".join(parts)


def _ended(job: Job, title: str) -> None:
    if job.state == "failed":
        st.error(f"{title}: {text.for_markdown(job.message, 600)}", icon=":material/error:")
    elif job.state == "cancelled":
        ago = text.duration(max(0.0, time.time() - job.updated))
        st.warning(
            f"{title} was stopped {ago} ago. What was finished is kept.", icon=":material/block:"
        )
