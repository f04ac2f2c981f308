"""The jobs of this server as the person at this browser may see them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from pages.ui import job_words
from pages.ui.access import current_user
from pages.ui.session import data_dir
from seqsel_core.jobs.job import Job
from seqsel_core.jobs.queue import Queue
from seqsel_core.store.datasets import Datasets

_MOST = 50  # jobs that are looked at
_NEWS_SECONDS = 3600.0  # so long a failure is news
_WATCHED = "watched_jobs"  # numbers of jobs that this session has seen running
_FAILURES = "seen_failures"  # numbers of failed jobs of which this session has read


@dataclass(frozen=True)
class Work:
    """One job.

    Attributes:
        job: The job.
        name: Of its dataset; '' where that is not for this person to see.
        mine: Whether this person may stop it, or let it go on.
    """

    job: Job
    name: str
    mine: bool

    @property
    def title(self) -> str:
        """What it does, in plain words: 'Embedding Street', "Somebody's job"."""
        return job_words.title(self.job, self.name)


def all_work() -> list[Work]:
    """Return the jobs that are active, the running ones first, and then the newest others."""
    user = current_user()
    jobs, names = _look(str(data_dir()), user)
    return [
        Work(job, names.get(job.dataset_id, ""), job.user in ("", user) and job.dataset_id in names)
        for job in jobs
    ]


def watch(job: Job) -> None:
    """Note that this session has seen a job running."""
    _numbers(_WATCHED).add(job.id)


def is_watched(job: Job) -> bool:
    """Return whether this session has seen a job running."""
    return job.id in _numbers(_WATCHED)


def unwatch(job: Job) -> None:
    """Note that this session is done with a job."""
    _numbers(_WATCHED).discard(job.id)


def note_failure(job: Job) -> None:
    """Note that this session has read why a job failed."""
    _numbers(_FAILURES).add(job.id)


def news(work: list[Work]) -> Work | None:
    """Return the newest job, if it is one's own and failed of late, and that was not read yet."""
    newest = max((item for item in work if item.mine), key=lambda one: one.job.id, default=None)
    if newest is None or newest.job.state != "failed" or newest.job.id in _numbers(_FAILURES):
        return None
    return newest if time.time() - newest.job.updated < _NEWS_SECONDS else None


def begun_elsewhere(work: list[Work], dataset_id: str) -> bool:
    """Return whether a dataset is being embedded, and this page does not show it yet."""
    found = [one.job for one in work if one.job.kind == "embed" and one.job.active]
    new = [job for job in found if job.dataset_id == dataset_id and not is_watched(job)]
    for job in new:
        watch(job)
    return bool(new)


def _numbers(key: str) -> set[int]:
    numbers: set[int] = st.session_state.setdefault(key, set())
    return numbers


@st.cache_data(ttl=1.0, max_entries=64, show_spinner=False)
def _look(directory: str, user: str) -> tuple[list[Job], dict[str, str]]:
    """Look at the queue at most once a second, however many browsers ask."""
    jobs = Queue(Path(directory)).recent(_MOST)
    names = {record.id: record.name for record in Datasets(Path(directory)).all(user)}
    return jobs, names
