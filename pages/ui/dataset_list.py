"""All datasets that one may see: how large, from when, whose, in which state; a click opens one."""

from __future__ import annotations

import time
from pathlib import Path

import streamlit as st

from pages.ui import access, job_words, text
from pages.ui.job_panel import queue
from pages.ui.session import choose, data_dir, datasets, moment
from seqsel_core.errors import SeqselError
from seqsel_core.jobs.job import Job
from seqsel_core.overview import Overview, overview
from seqsel_core.store.datasets import DatasetRecord
from seqsel_core.units import in_units

_PAGE = 20  # datasets; more are on further pages, and can be searched
_FRESH = 4.0  # seconds for which what is counted while a job runs is good
_COLUMNS = {"Dataset": 4.4, "State": 1.9, "Videos": 0.9, "Frames": 1.1, "Stored": 1.1, "Added": 1.6}
_NUMBERS = ("Videos", "Frames", "Stored")


def dataset_list(records: list[DatasetRecord]) -> None:
    """Show datasets, newest first; while one is being embedded, again and again."""
    found = _found(records)
    pages = max(1, -(-len(found) // _PAGE))
    page = min(st.session_state.get("dataset_page", 1), pages)
    chosen = found[(page - 1) * _PAGE : page * _PAGE]
    jobs = {record.id: queue().latest("embed", record.id) for record in chosen}
    busy = any(job and job.active for job in jobs.values())

    @st.fragment(run_every="2s" if busy else None)
    def table() -> None:
        now = {record.id: queue().latest("embed", record.id) for record in chosen}
        if busy and not any(job and job.active for job in now.values()):
            st.rerun()
        _table(chosen, now)

    if chosen:
        table()
    if pages > 1:
        st.pagination(pages, key="dataset_page", width="stretch")


def _found(records: list[DatasetRecord]) -> list[DatasetRecord]:
    """Return the datasets that are searched for; where they are few, all of them."""
    if len(records) <= _PAGE:
        return records
    wanted = st.text_input(
        "Search",
        placeholder="Search by name",
        label_visibility="collapsed",
        key="dataset_search",
        icon=":material/search:",
        width=360,
    )
    words = (wanted or "").casefold().split()
    found = [item for item in records if all(word in item.name.casefold() for word in words)]
    if not found:
        st.caption("No dataset has this name.")
    return found


def _table(records: list[DatasetRecord], jobs: dict[str, Job | None]) -> None:
    columns = dict(_COLUMNS)
    user = access.current_user()
    if user:
        columns["Whose"] = 1.8
    with st.container(border=True, gap="xxsmall"):
        for cell, name in zip(_row(columns), columns, strict=True):
            cell.caption(name, text_alignment="right" if name in _NUMBERS else "left")
        for record in records:
            job = jobs[record.id]
            seen = _look(record, job)
            cells = dict(zip(columns, _row(columns), strict=True))
            if cells["Dataset"].button(
                text.for_markdown(record.name, 44),
                key=f"open_{record.id}",
                type="tertiary",
                icon=":material/folder_open:",
            ):
                choose(record.id)
                st.rerun()
            cells["State"].markdown(_state(job, seen))
            for name, words in zip(_NUMBERS, _numbers(seen), strict=True):
                cells[name].markdown(f":small[{words}]", text_alignment="right")
            cells["Added"].markdown(f":small[{moment(record.created)}]")
            if user:
                cells["Whose"].markdown(f":small[{text.for_markdown(_whose(record, user), 20)}]")


def _whose(record: DatasetRecord, user: str) -> str:
    """Return whose a dataset is, in words for who is signed in; may hold anything."""
    if not record.owner:
        return "everybody's"
    if record.owner == user:
        return "mine, shared" if record.shared else "mine"
    return record.owner


def _row(columns: dict[str, float]) -> list[st.delta_generator.DeltaGenerator]:
    return list(st.columns(list(columns.values()), vertical_alignment="center", gap="small"))


def _numbers(seen: Overview | None) -> tuple[str, str, str]:
    if seen is None:
        return "–", "–", "–"
    return f"{seen.n_videos:,}", f"{seen.n_frames:,}", in_units(seen.size)


def _state(job: Job | None, seen: Overview | None) -> str:
    """Return the state of a dataset as a badge."""
    colour, words = "gray", "not read yet"
    if job and job.active:
        colour = "blue"
        waits = {"queued": "waiting", "cancelling": "stopping"}
        words = waits.get(job.state) or job_words.percent(job) or "starting"
    elif job and job.state == "failed":
        colour, words = "red", "failed"
    elif seen and not seen.n_videos:
        words = "empty"
    elif seen and seen.n_waiting:
        colour, words = "orange", f"{seen.n_waiting:,} to embed"
    elif seen and not seen.n_frames:
        colour, words = "red", "unreadable"
    elif seen and seen.n_unreadable:
        colour, words = "orange", f"ready, {seen.n_unreadable:,} unreadable"
    elif seen:
        colour, words = "green", "ready"
    return f":{colour}-badge[{words}]"


def _look(record: DatasetRecord, job: Job | None) -> Overview | None:
    stamp = datasets().listing_stamp(record.id)
    if not stamp:
        return None
    state = (time.time() // _FRESH) if job and job.active else (job.updated if job else 0.0)
    return _overview(str(data_dir()), record.id, stamp, state)


@st.cache_data(max_entries=500, show_spinner=False)
def _overview(directory: str, dataset_id: str, stamp: int, state: float) -> Overview | None:
    """Count once for each state of a dataset; None where it cannot be opened."""
    try:
        record, listing = datasets().get(dataset_id), datasets().listing(dataset_id)
        return overview(Path(directory), record, listing) if record and listing else None
    except SeqselError:
        return None
