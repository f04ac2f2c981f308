"""What the header tells of the jobs."""

import time
from dataclasses import replace

import pytest

from pages.ui import work
from pages.ui.work import Work, unread_failure
from pages.ui.work_indicator.look import look, shown
from tests.pages.test_job_panel import RUNNING


def test_the_header_shows_the_work_in_progress():
    """Who is on another page would not know of it."""
    assert shown([]).words == ""
    assert shown([Work(replace(RUNNING, state="done"), "Street", True)]).words == ""
    running = replace(RUNNING, updated=time.time())
    queued = Work(replace(running, id=8, state="queued"), "Harbour", True)
    assert shown([queued]).words == "Embedding Harbour waits for its turn"
    first = shown([queued, Work(running, "Street", True)])
    assert first.words == "Embedding Street 38 %, 2 min left · 1 more"
    assert first.short == "38 %"
    assert first.share == pytest.approx(8412 / 21_800)
    assert (first.job, first.told) == (7, "Embedding Street · 1 more")  # beside its panel


def test_a_failure_is_shown_in_the_header_while_nothing_is_done():
    """Who works on another page would learn of it the next day."""
    failed = Work(replace(RUNNING, state="failed", updated=time.time()), "Street", True)
    assert shown([failed], failed).words == "Embedding Street failed"
    queued = Work(replace(RUNNING, state="queued"), "Street", True)
    assert shown([queued, failed], failed).words == "Embedding Street waits for its turn"


def test_somebody_elses_job_is_named_by_nothing_of_theirs():
    """The name of a dataset that is not shared would be read in the header by everybody."""
    running = replace(RUNNING, updated=time.time(), user="ann@example.com")
    assert shown([Work(running, "", False)]).words == "Somebody's job 38 %, 2 min left"


def test_a_failure_is_news_to_whom_it_concerns_until_they_read_of_it(monkeypatch):
    """People would go and look, again and again, at what they cannot mend or know of."""
    now = time.time()
    mine = Work(replace(RUNNING, id=50, state="failed", updated=now), "Street", True)
    old = Work(replace(mine.job, updated=now - 7200), "Street", True)
    assert unread_failure([mine], "ann") == mine
    assert unread_failure([Work(mine.job, "Street", False)], "ann") is None
    assert unread_failure([old], "ann") is None
    monkeypatch.setattr(work, "current_user", lambda: "ann")
    work.note_failure(mine.job)
    assert unread_failure([mine], "ann") is None
    assert unread_failure([mine], "bob") == mine


def test_only_what_a_person_may_see_is_told_of_a_dataset(monkeypatch):
    """Ids of datasets that are not shared would go to every browser."""
    mine = Work(RUNNING, "Street", True)
    others = Work(replace(RUNNING, id=9, dataset_id="secret"), "", False)
    done = Work(replace(RUNNING, id=3, state="done"), "Street", True)
    monkeypatch.setattr("pages.ui.work_indicator.look.work_of", lambda user: [mine, others, done])
    assert look("").embedding == {"a": [7]}
