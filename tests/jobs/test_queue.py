"""The queue of jobs, as those who ask for work see it."""

from pathlib import Path

import pytest

from seqsel_core.jobs.desk import Desk
from seqsel_core.jobs.job import Standing
from seqsel_core.jobs.queue import Queue


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    """An empty queue."""
    return Queue(tmp_path)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Where the worker 'embed-0' takes its jobs."""
    return Desk(tmp_path)


def test_an_equal_job_is_not_added_again_while_it_is_active(queue, tmp_path):
    """A double click, or a reload, would write everything twice."""
    first = queue.submit("output", "a", {"x": 1})
    assert queue.submit("output", "a", {"x": 1}) == first
    assert queue.submit("output", "a", {"x": 2}) != first
    desk = Desk(tmp_path, "quick")
    assert desk.claim().id == first
    assert queue.submit("output", "a", {"x": 1}) == first
    desk.finish(first, "done")
    assert queue.get(first).state == "done"
    assert queue.submit("output", "a", {"x": 1}) != first


def test_videos_that_come_while_a_dataset_is_embedded_are_embedded_after(queue, desk):
    """A folder added in mid-job would be taken for embedded, because a job was running."""
    job = queue.submit("embed", "a")
    desk.claim()
    assert queue.submit("embed", "a") == job
    desk.finish(job, "done")
    assert queue.get(job).state == "queued"
    desk.claim()
    desk.finish(job, "done")
    assert queue.get(job).state == "done"


def test_a_queued_job_is_cancelled_at_once_and_never_claimed(queue, desk):
    """Cancelling before the worker got to it must not leave it to run later."""
    job = queue.submit("embed", "a")
    queue.cancel(job)
    assert queue.get(job).state == "cancelled"
    assert desk.claim() is None


def test_what_is_cancelled_is_not_done_again(queue, desk):
    """A rescan asked for before Stop would begin the work again right after it."""
    job = queue.submit("embed", "a")
    desk.claim()
    queue.submit("embed", "a")
    queue.cancel(job)
    assert queue.get(job).state == "cancelling"
    desk.finish(job, "cancelled")
    assert queue.get(job).state == "cancelled"


def test_the_latest_job_can_be_asked_for_by_its_parameters(queue):
    """Somebody else's output, of another selection, would be offered as one's own."""
    mine = queue.submit("output", "a", {"n": 1})
    queue.submit("output", "a", {"n": 2})
    assert queue.latest("output", "a", {"n": 1}).id == mine
    assert queue.latest("output", "a").parameters == {"n": 2}
    assert queue.latest("output", "a", {"n": 3}) is None


def test_what_runs_comes_first_in_the_list_then_what_waits(queue, desk, tmp_path):
    """A job of yesterday that still runs would be lost below those of today."""
    old, waiting = queue.submit("embed", "a", user="eva"), queue.submit("embed", "b")
    done = queue.submit("clip", "a")
    quick = Desk(tmp_path, "quick")
    quick.claim()
    quick.finish(done, "done")
    desk.claim()
    assert [job.id for job in queue.recent()] == [old, waiting, done]
    assert [job.id for job in queue.recent(limit=1)] == [old]
    assert (queue.get(old).user, queue.get(old).worker) == ("eva", "embed-0")


def test_how_many_jobs_are_before_one(queue, desk):
    """Who waits would not know for what; a clip does not wait for embedding."""
    queue.submit("embed", "a")
    second, clip = queue.submit("embed", "b"), queue.submit("clip", "a")
    desk.claim()
    third = queue.submit("embed", "c")
    assert [queue.ahead(job) for job in (second, third, clip)] == [1, 2, 0]


def test_the_jobs_of_a_removed_dataset_are_forgotten(queue, desk):
    """A worker would embed what nobody can see any more."""
    job = queue.submit("embed", "a")
    desk.claim()
    queue.forget("a")
    assert queue.get(job) is None
    assert desk.state(job) == ""
    desk.report(job, Standing())
    desk.finish(job, "done")
    assert queue.recent() == []


def test_a_job_says_how_long_its_worker_was_silent(queue, desk, monkeypatch):
    """The page would show a hanging worker as a busy one; a clock that was set back, nonsense."""
    now = [1000.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    job = queue.submit("embed", "a")
    now[0] += 50
    assert queue.get(job).seconds_silent == 0
    desk.claim()
    now[0] += 7
    assert queue.get(job).seconds_silent == 7
    now[0] -= 3600
    assert queue.get(job).seconds_silent == 0
