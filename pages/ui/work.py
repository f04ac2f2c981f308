"""The jobs of this server as the person at this browser may see them."""

from __future__ import annotations

import time
from collections.abc import Sequence
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

_FRESH = 1.0  # seconds for which a look is good
_looks: dict[tuple[str, str], tuple[float, list[Job], dict[str, str]]] = {}
_read: dict[tuple[str, str], set[int]] = {}  # failed jobs of which each person has read


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
    """Return the jobs as the person at this page may see them; see `work_of`."""
    return work_of(current_user())


def work_of(user: str) -> list[Work]:
    """Return the jobs that are active, the running ones first, and then the newest others.

    Args:
        user: Who looks; '' where no sign-in is configured.
    """
    jobs, names = _look(str(data_dir()), user)
    return [
        Work(job, names.get(job.dataset_id, ""), job.user in ("", user) and job.dataset_id in names)
        for job in jobs
    ]


def look_again() -> None:
    """Forget the last look at the queue: something has happened since."""
    _looks.clear()


def watch(job_id: int) -> None:
    """Note that this session has seen a job running."""
    _watched().add(job_id)


def is_watched(job: Job) -> bool:
    """Return whether this session has seen a job running."""
    return job.id in _watched()


def unwatch(job: Job) -> None:
    """Note that this session is done with a job."""
    _watched().discard(job.id)


def note_failure(job: Job) -> None:
    """Note that the person at this browser has read why a job failed."""
    _read.setdefault((str(data_dir()), current_user()), set()).add(job.id)


def unread_failure(every: Sequence[Work], user: str) -> Work | None:
    """Return the newest job, if it is one's own, failed of late, and that was not read yet."""
    newest = max((item for item in every if item.mine), key=lambda one: one.job.id, default=None)
    read = _read.get((str(data_dir()), user), set())
    if newest is None or newest.job.state != "failed" or newest.job.id in read:
        return None
    return newest if time.time() - newest.job.updated < _NEWS_SECONDS else None


def _watched() -> set[int]:
    numbers: set[int] = st.session_state.setdefault(_WATCHED, set())
    return numbers


def _look(directory: str, user: str) -> tuple[list[Job], dict[str, str]]:
    """Look at the queue at most once a second, however many browsers ask."""
    key, now = (directory, user), time.monotonic()
    looked, jobs, names = _looks.get(key, (-1.0, [], {}))
    if looked < 0 or now - looked > _FRESH:
        jobs = Queue(Path(directory)).recent(_MOST)
        names = {record.id: record.name for record in Datasets(Path(directory)).all(user)}
        _looks[key] = now, jobs, names
    return jobs, names
