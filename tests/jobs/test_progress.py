"""How far a job is."""

import pytest

from seqsel_core.jobs.progress import Cancelled, Ending, JobProgress


@pytest.fixture
def clock(monkeypatch):
    """A clock that moves when it is told to."""
    now = [100.0]
    monkeypatch.setattr("seqsel_core.jobs.progress.time.monotonic", lambda: now[0])
    return now


def test_progress_reports_stage_counts_and_rate(clock):
    """A rate per report instead of per second shows here."""
    progress = JobProgress()
    progress.stage("embedding", 100, "frames")
    for _ in range(4):
        clock[0] += 2
        progress.advance(10, "clip.mp4")
    now = progress.standing()
    assert (now.stage, now.done, now.total, now.detail) == ("embedding", 40, 100, "clip.mp4")
    assert now.rate == 5


def test_a_stage_that_hangs_gets_slower(clock):
    """A decoder that hangs would show 300 frames per second and a minute left, for ever."""
    progress = JobProgress()
    progress.stage("embedding", 100, "frames")
    clock[0] += 1
    progress.advance(30)
    clock[0] += 59
    assert progress.standing().rate <= 1


def test_the_total_never_falls_below_what_is_done():
    """A header that promises too few frames would give a bar above 100 %."""
    progress = JobProgress()
    progress.stage("embedding", 10, "frames")
    progress.advance(25)
    assert progress.standing().total == 25


def test_an_unknown_total_stays_unknown():
    """The page would say '500 of about 500' at every moment, and 'no time left'."""
    progress = JobProgress()
    progress.stage("embedding", 0, "frames")
    progress.advance(500)
    assert (progress.standing().done, progress.standing().total) == (500, 0)


def test_a_job_that_goes_on_counts_on(clock):
    """After a restart the bar would begin at nothing; or the rate count frames of yesterday."""
    progress = JobProgress()
    progress.before(1000)
    progress.stage("looking", 5, "videos")
    progress.advance(2)
    assert (progress.standing().done, progress.standing().total) == (2, 5)
    progress.stage("embedding", 500, "frames")
    clock[0] += 10
    progress.advance(100)
    now = progress.standing()
    assert (now.done, now.total, now.rate) == (1100, 1500, 10)


def test_what_is_read_now_is_named():
    """The name of one of four videos would be shown, in turns, as if it were the only one."""
    progress = JobProgress()
    for name in "abcde":
        progress.begin_video(name)
    progress.advance(1, "a")
    progress.end_video("b")
    assert progress.standing().detail == "a, c, d and 1 more"


@pytest.mark.parametrize("reason", [Cancelled(), Ending(0)])
def test_a_job_that_is_to_stop_stops_at_its_next_word(reason):
    """A Stop button that only changes the state on the screen would go unnoticed."""
    progress = JobProgress()
    progress.stage("embedding", 10, "frames")
    progress.stop(reason)
    progress.stop(Ending(1))  # too late
    with pytest.raises(type(reason)):
        progress.advance(1)
    with pytest.raises(type(reason)):
        progress.stage("next", 1, "frames")
