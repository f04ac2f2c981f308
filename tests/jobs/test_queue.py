"""The queue of jobs."""

from pathlib import Path

import pytest

from seqsel_core.jobs.progress import Cancelled, JobProgress
from seqsel_core.jobs.queue import Queue
from seqsel_core.jobs.suspects import Suspects


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    """An empty queue."""
    return Queue(tmp_path)


def test_jobs_are_claimed_once_and_in_order(queue):
    """Two workers, or a queue read from the wrong end, would do a job twice or starve the first."""
    first, second = queue.submit("embed", "a"), queue.submit("embed", "b")
    assert [queue.claim().id, queue.claim().id] == [first, second]
    assert queue.claim() is None


def test_an_equal_job_is_not_added_again_while_it_is_active(queue):
    """A double click, or a reload, would embed everything twice."""
    first = queue.submit("output", "a", {"x": 1})
    assert queue.submit("output", "a", {"x": 1}) == first
    assert queue.submit("output", "a", {"x": 2}) != first
    queue.finish(first, "done")
    assert queue.submit("output", "a", {"x": 1}) != first


def test_a_queued_job_is_cancelled_at_once_and_never_claimed(queue):
    """Cancelling before the worker got to it must not leave it to run later."""
    job = queue.submit("embed", "a")
    queue.cancel(job)
    assert queue.get(job).state == "cancelled"
    assert queue.claim() is None


def test_a_running_job_stops_at_its_next_report(queue):
    """A Stop button that only changes the state on the screen would go unnoticed."""
    job = queue.submit("embed", "a")
    queue.claim()
    progress = JobProgress(queue, job)
    progress.stage("embedding", 100, "frames")
    queue.cancel(job)
    with pytest.raises(Cancelled):
        progress.stage("next", 1, "frames")


def test_progress_reports_stage_counts_and_time_left(queue, monkeypatch):
    """A rate per report instead of per second, or time left from the wrong end, shows here."""
    clock = iter(range(0, 1000, 2))  # two seconds pass at every look
    monkeypatch.setattr("seqsel_core.jobs.progress.time.monotonic", lambda: float(next(clock)))
    job = queue.submit("embed", "a")
    queue.claim()
    progress = JobProgress(queue, job)
    progress.stage("embedding", 100, "frames")
    for _ in range(4):
        progress.advance(10, "clip.mp4")
    now = queue.get(job)
    assert (now.stage, now.done, now.total, now.detail) == ("embedding", 40, 100, "clip.mp4")
    elapsed = now.done / now.rate
    assert now.seconds_left == pytest.approx(60 / now.rate)
    assert 4 <= elapsed <= 20


def test_the_total_never_falls_below_what_is_done(queue):
    """A header that promises too few frames would give a bar above 100 %."""
    job = queue.submit("embed", "a")
    queue.claim()
    progress = JobProgress(queue, job)
    progress.stage("embedding", 10, "frames")
    progress.advance(25)
    progress._report()
    assert queue.get(job).total == 25


def test_an_unknown_total_stays_unknown(queue):
    """The page would say '500 of about 500' at every moment, and 'no time left'."""
    job = queue.submit("embed", "a")
    queue.claim()
    progress = JobProgress(queue, job)
    progress.stage("embedding", 0, "frames")
    progress.advance(500)
    progress._report()
    assert (queue.get(job).done, queue.get(job).total) == (500, 0)
    assert queue.get(job).seconds_left is None


def test_orphans_go_back_to_the_queue_once(queue):
    """A killed worker's job would hang in 'running' for ever, or kill every worker after it."""
    job = queue.submit("embed", "a")
    queue.claim()
    queue.adopt_orphans()
    assert queue.get(job).state == "queued"
    queue.claim()
    queue.adopt_orphans()
    assert queue.get(job).state == "failed"
    assert "died twice" in queue.get(job).message


def test_a_video_at_which_the_worker_died_twice_is_not_read_again(queue, tmp_path):
    """One video that ends every worker would fail the job, and lock the other videos."""
    job = queue.submit("embed", "a")
    suspects = Suspects(tmp_path, job)
    for _ in range(2):
        assert queue.claim().id == job
        assert suspects.begin("good") == ""
        assert suspects.begin("bad") == ""
        queue.adopt_orphans()
        assert queue.get(job).state == "queued"
    assert queue.claim().id == job
    assert suspects.begin("bad") == "the worker process died twice while reading it"
    assert suspects.begin("good") == ""


def test_a_worker_that_is_told_to_end_blames_no_video(queue, tmp_path):
    """A long video would be set aside because the machine was restarted twice."""
    job = queue.submit("embed", "a")
    for _ in range(4):
        queue.claim()
        assert Suspects(tmp_path, job).begin("long") == ""
        queue.release(job)
        assert queue.get(job).state == "queued"
        queue.adopt_orphans()


def test_an_orphan_that_was_being_cancelled_is_cancelled(queue):
    """Nobody would ever end it, and the page would say 'stopping' for ever."""
    job = queue.submit("embed", "a")
    queue.claim()
    queue.cancel(job)
    queue.adopt_orphans()
    assert queue.get(job).state == "cancelled"


def test_names_that_are_not_utf8_do_not_break_a_report(queue):
    """SQLite refuses lone surrogates: one odd file name would fail the whole job."""
    job = queue.submit("embed", "a")
    queue.claim()
    assert queue.report(job, "embedding", "clip\udcff.mp4", 1, 2, "frames", 1.0)
    assert "clip" in queue.get(job).detail


def test_the_latest_job_can_be_asked_for_by_its_parameters(queue):
    """Somebody else's output, of another selection, would be offered as one's own."""
    mine = queue.submit("output", "a", {"n": 1})
    queue.submit("output", "a", {"n": 2})
    assert queue.latest("output", "a", {"n": 1}).id == mine
    assert queue.latest("output", "a").parameters == {"n": 2}
    assert queue.latest("output", "a", {"n": 3}) is None
