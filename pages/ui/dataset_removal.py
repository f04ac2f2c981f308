"""The dialog that removes a dataset: it says first what goes, what stays, and what is stopped."""

from __future__ import annotations

import time

import streamlit as st

from pages.ui import access, job_words, text
from pages.ui.job_panel import queue
from pages.ui.session import data_dir, show_all, source_name
from seqsel_core.errors import SeqselError
from seqsel_core.jobs.job import Job
from seqsel_core.jobs.start import ensure_worker
from seqsel_core.removal import Removal, plan_removal, remove_dataset
from seqsel_core.store.datasets import DatasetRecord, Datasets
from seqsel_core.units import in_units

_ASKED = "removing"
_PATIENCE = 20.0  # seconds for the work on a dataset to end
_ALL_JOBS = 10_000


def removal_button(record: DatasetRecord) -> None:
    """Show the button that asks, and the dialog once it was asked."""
    st.button(
        "Remove",
        icon=":material/delete:",
        key="remove_dataset",
        help="Remove this dataset. What that deletes is shown first.",
        on_click=_ask,
        args=(record.id,),
    )
    if st.session_state.get(_ASKED) == record.id:
        _dialog(record)


def _ask(dataset_id: str = "") -> None:
    st.session_state[_ASKED] = dataset_id


@st.dialog("Remove this dataset?", icon=":material/delete:", on_dismiss=_ask)
def _dialog(record: DatasetRecord) -> None:
    try:
        with st.spinner("Looking at what belongs to it"):
            removal = plan_removal(data_dir(), record)
            listing = Datasets(data_dir()).listing(record.id)
    except SeqselError as error:
        st.error(text.for_markdown(str(error), 600), icon=":material/error:")
        return
    videos = len(listing.every) if listing else 0
    st.markdown(f"**{text.for_markdown(record.name, 80)}**")
    st.markdown("Deleted for good:\n" + _lines(_deleted(removal, videos)))
    st.markdown("Not touched:\n" + _lines(_kept(removal)))
    jobs = _active(record.id)
    if jobs:
        titles = ", ".join(dict.fromkeys(job_words.title(job, record.name) for job in jobs))
        told = f"Work on it is stopped first: {text.for_markdown(titles, 160)}."
        st.warning(told, icon=":material/stop_circle:")
    if record.owner and record.shared:
        st.warning("It is shared: it goes for everybody.", icon=":material/group:")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep it", key="keep_dataset"):
            _ask()
            st.rerun()
        if st.button("Remove the dataset", type="primary", key="confirm_removal"):
            _remove(record)


def _deleted(removal: Removal, videos: int) -> list[str]:
    lines = [f"the dataset's name and its list of {text.count(videos, 'video')}"]
    if removal.shards or removal.maps or removal.clips:
        count = text.count(removal.n_videos, "video")
        size = in_units(removal.size_of_embeddings)
        lines.append(
            f"embeddings, thumbnails and maps of {count} that no other dataset uses: {size}"
        )
    if removal.uploads:
        uploads = text.count(len(removal.uploads), "upload")
        size = in_units(removal.size_of_uploads)
        lines.append(f"the copies of the videos on this server, from {uploads}: {size}")
    return lines


def _kept(removal: Removal) -> list[str]:
    lines = []
    folders = [source for source in removal.record.sources if source.kind == "folder"]
    if folders:
        names = ", ".join(source_name(source) for source in folders[:3])
        more = f" and {len(folders) - 3} more" if len(folders) > 3 else ""
        lines.append(f"the original videos in {text.for_markdown(names, 80)}{more}")
    if len(folders) < len(removal.record.sources):
        lines.append("your own files, from which the uploads were made")
    lines.append("output folders that were written from it")
    if removal.kept:
        lines.append(
            f"embeddings of {text.count(removal.kept, 'video')} that other datasets use too"
        )
    return lines


def _lines(items: list[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _active(dataset_id: str) -> list[Job]:
    jobs = queue().recent(_ALL_JOBS)
    return [job for job in jobs if job.active and job.dataset_id == dataset_id]


def _remove(record: DatasetRecord) -> None:
    if not record.can_be_changed_by(access.current_user()):
        return
    with st.spinner("Stopping the work on it, removing"):
        if not _stop_work(record.id):
            st.error(
                f"The work on it did not end within {_PATIENCE:.0f} s: nothing was removed. Try "
                "again in a minute.",
                icon=":material/error:",
            )
            return
        try:
            reasons = remove_dataset(data_dir(), record)
        except SeqselError as error:
            st.error(text.for_markdown(str(error), 600), icon=":material/error:")
            return
    said = f"Removed: {text.for_markdown(record.name, 60)}."
    if reasons:
        said += f" {len(reasons)} of its folders are still in use and stay: the command "
        said += "`python -m seqsel_core store` lists them."
    st.toast(said, icon=":material/delete:", duration="long")
    _ask()
    show_all()
    st.query_params.clear()  # it names the dataset
    st.rerun()


def _stop_work(dataset_id: str) -> bool:
    """Cancel all jobs on a dataset and wait for them; return whether they have ended."""
    until = time.monotonic() + _PATIENCE
    while jobs := _active(dataset_id):
        if time.monotonic() > until:
            return False
        for job in jobs:
            queue().cancel(job.id)
        ensure_worker(data_dir())  # one that died ends its jobs when another starts
        time.sleep(0.2)
    return True
