"""How far a job is: drawn once a second while it runs, in every browser that looks.

The panel has the same four lines in every state, so that nothing below it moves when a job
begins, ends or is stopped.
"""

from __future__ import annotations

import streamlit as st

from pages.ui import job_words, text, work
from pages.ui.access import current_user
from pages.ui.job_share import draws_maps, share
from pages.ui.session import data_dir
from seqsel_core.jobs.job import Job
from seqsel_core.jobs.made import counts, is_troubled
from seqsel_core.jobs.queue import Queue
from seqsel_core.jobs.start import ensure_worker
from seqsel_core.plain_problems import in_plain_words

_NOTHING = "\u200b"  # keeps the height of a line
_AGAIN = "job_asked_again"  # the whole page is to run: another job is the newest now


def queue() -> Queue:
    """Return the job queue of this server."""
    return _queue(str(data_dir()))


@st.cache_resource(max_entries=4)
def _queue(path: str) -> Queue:
    return Queue(data_dir())


def submit(kind: str, dataset_id: str, parameters: dict[str, object] | None = None) -> int:
    """Ask for a job, and for a worker to do it."""
    job_id = queue().submit(kind, dataset_id, parameters, user=current_user())
    ensure_worker(data_dir())
    return job_id


def may_stop(job: Job) -> bool:
    """Return whether the person at this browser may stop a job, or let it go on."""
    return job.user in ("", current_user())


def job_panel(job: Job | None, title: str, key: str = "") -> None:
    """Show a job; while it is active this part of the page redraws itself.

    When the job ends, or has stored all its videos, the whole page runs again. One that ended
    well before this session came is a line.

    Args:
        job: Which; None: nothing is shown.
        title: What it does, for example "Embedding".
        key: Unique in the page; the kind of the job unless given.
    """
    if job is None:
        return
    key = key or job.kind
    if job.active:
        work.watch(job.id)
    elif job.state == "done" and not work.is_watched(job):
        if job.kind == "embed":
            st.caption(f"Last embedding: {job_words.summary(job)}.")
        return

    @st.fragment(run_every="1s" if job.active else None)
    def panel() -> None:
        now = queue().get(job.id)
        if st.session_state.pop(_AGAIN, False):
            st.rerun()
        if job.active and (now is None or not now.active or draws_maps(now) != draws_maps(job)):
            work.look_again()  # or the header would tell of what has ended
            st.rerun()
        drawing = now is not None and draws_maps(now)
        draw_panel(now or job, job_words.DRAWING if drawing else title, key, may_stop(job))

    panel()


def draw_panel(job: Job, title: str, key: str, mine: bool) -> None:
    """Draw a job as it is now; called in a fragment.

    Args:
        job: Which.
        title: What it does, as Markdown.
        key: Unique in the page.
        mine: Whether the person at this browser may stop it.
    """
    with st.container(border=True, gap="xsmall", key=f"panel_{key}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(_headline(job, title), width="stretch")
            _button(job, key, mine)
        first, second = (line or _NOTHING for line in _lines(job))
        with st.container(key=f"bar_{job.id}"):  # by which the header knows that it is told here
            st.progress(_full(job))
        if job.state == "failed":
            st.markdown(f":small[{first}]  \n:small[{second}]")  # captions are too faint for red
            work.note_failure(job)
        else:
            st.caption(f"{first}  \n{second}")


def _full(job: Job) -> float:
    if job.state == "failed":
        return 0.0  # what it reached would look like an end
    return 1.0 if job.state == "done" else share(job) or 0.0


def _headline(job: Job, title: str) -> str:
    if job_words.is_silent(job):
        silent = text.duration(job.seconds_silent)
        return f":material/hourglass_bottom: **{title}** · its worker has not answered for {silent}"
    percent = job_words.percent(job)
    return {
        "queued": f":material/schedule: **{title}** waits for its turn",
        "running": f"**{title}**" + (f" · {percent}" if percent else ""),
        "cancelling": f"**{title}** · stopping",
        "cancelled": f":material/block: **{title}** was stopped",
        "failed": f":red[:material/error:] **{title}** failed",
        "done": f":green[:material/check_circle:] **{title}** is done",
    }[job.state]


def _lines(job: Job) -> tuple[str, str]:
    """Return the two lines below the bar, as Markdown."""
    if job_words.is_silent(job):
        return (
            "If it has died, another one takes its place by itself and goes on where it was.",
            "",
        )
    if job.state == "queued":
        return job_words.waiting(queue().ahead(job.id), _running_before(job)), ""
    if job.state in ("running", "cancelling"):
        stage = job.stage[:1].upper() + job.stage[1:] or "Starting"
        doing = f"{stage}: {text.for_markdown(job.detail, 80)}" if job.detail else stage
        return doing, job_words.progress(job)
    if job.state == "cancelled":
        reached = job_words.progress(job)
        return reached, "What was finished is kept."
    if job.state == "failed":
        return f":red[{text.for_markdown(job.message, 600)}]", ""
    made = job_words.summary(job)
    return made[:1].upper() + made[1:], text.for_markdown(job.message, 400)


def _running_before(job: Job) -> Job | None:
    every = queue().recent()
    return next((one for one in every if one.lane == job.lane and one.state == "running"), None)


def _button(job: Job, key: str, mine: bool) -> None:
    """Draw the button of the panel; its place and key stay, so that it keeps the focus."""
    if job.state == "done":
        _troubled(job)
    words, icon = {
        "done": ("Hide", ":material/close:"),
        "cancelled": ("Go on", ":material/play_arrow:"),
        "failed": ("Try again", ":material/refresh:"),
    }.get(job.state, ("Stop", ":material/stop:"))
    st.button(
        words,
        icon=icon,
        key=f"button_{key}",
        on_click=_pressed,
        args=(job,),
        disabled=job.state == "cancelling" or not (mine or job.state == "done"),
        help=None if mine or job.state == "done" else "Only who began it can do this.",
    )


def _pressed(job: Job) -> None:
    if job.active:
        queue().cancel(job.id)
        return
    st.session_state[_AGAIN] = True
    if job.state == "done":
        work.unwatch(job)
    else:
        submit(job.kind, job.dataset_id, job.parameters)


def _troubled(job: Job) -> None:
    videos = [video for video in queue().videos(job.id) if is_troubled(video)]
    if not videos:
        return
    with st.popover(job_words.troubles(counts(videos)), icon=":material/report:"):
        st.dataframe(
            {
                "Video": [text.plain(video.name) for video in videos],
                "Outcome": [video.outcome for video in videos],
                "Frames": [video.n_frames for video in videos],
                "Reason": [text.plain(in_plain_words(video.reason)) for video in videos],
            },
            hide_index=True,
        )
