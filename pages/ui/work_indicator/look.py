"""What the header of every page tells of the work in progress, for one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pages.ui import job_words
from pages.ui.job_share import share
from pages.ui.work import Work, unread_failure, work_of


@dataclass(frozen=True)
class Shown:
    """What the header shows.

    Attributes:
        words: 'Embedding Street 43 %, 2 min left'; '' where nothing is done.
        short: The same for a narrow window.
        share: How much is done, 0 to 1; None: not known.
        failed: Whether it is a failure.
        job: Number of the job of which it tells; 0: of none.
        told: The words where a panel of this job stands on the page, which has the numbers.
    """

    words: str = ""
    short: str = ""
    share: float | None = None
    failed: bool = False
    job: int = 0
    told: str = ""


@dataclass(frozen=True)
class Look:
    """One look at the jobs.

    Attributes:
        shown: The work in progress; else a failure of which the person has not read yet.
        embedding: Numbers of the jobs that embed videos, by dataset.
    """

    shown: Shown
    embedding: dict[str, list[int]]


def look(user: str) -> Look:
    """Return what a person is told of the jobs; '' where no sign-in is configured."""
    every = work_of(user)
    embedding: dict[str, list[int]] = {}
    for item in every:
        if item.job.kind == "embed" and item.job.active and item.name:
            embedding.setdefault(item.job.dataset_id, []).append(item.job.id)
    return Look(shown(every, unread_failure(every, user)), embedding)


def shown(every: Sequence[Work], failed: Work | None = None) -> Shown:
    """Return what the header shows of the jobs: the first that runs, one's own before others.

    Args:
        every: All jobs.
        failed: What is shown while nothing is done.
    """
    active = [item for item in every if item.job.active]
    if not active:
        return Shown(f"{failed.title} failed", "failed", 1, failed=True) if failed else Shown()
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
        share=share(job) if job.state != "queued" else 0.0,
        job=job.id,
        told=first.title + more,
    )
