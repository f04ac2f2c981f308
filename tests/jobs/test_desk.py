"""Where workers take their jobs."""

from pathlib import Path

import pytest

from seqsel_core.jobs import desk as module
from seqsel_core.jobs.desk import Desk
from seqsel_core.jobs.job import Standing
from seqsel_core.jobs.queue import Queue
from seqsel_core.jobs.suspects import Suspects


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    """An empty queue."""
    return Queue(tmp_path)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Where the worker 'embed-0' takes its jobs."""
    return Desk(tmp_path)


def test_jobs_are_claimed_once_and_in_order(queue, desk, tmp_path):
    """Two workers, or a queue read from the wrong end, would do a job twice or starve the first."""
    first, second = queue.submit("embed", "a"), queue.submit("embed", "b")
    assert [desk.claim().id, Desk(tmp_path, "embed-1").claim().id] == [first, second]
    assert desk.claim() is None
    assert [queue.get(job).worker for job in (first, second)] == ["embed-0", "embed-1"]


def test_short_work_does_not_wait_behind_embedding(queue, desk, tmp_path):
    """A preview would come after forty hours; a second encoder embeds, and is not short."""
    embed, judge = queue.submit("embed", "a"), queue.submit("judge", "a", {"judge": "x"})
    umap, clip = queue.submit("umap", "a"), queue.submit("clip", "a")
    quick = Desk(tmp_path, "quick")
    assert [quick.claim().id, quick.claim().id] == [clip, umap]
    assert quick.claim() is None
    assert [desk.claim().id, desk.claim().id] == [embed, judge]


def test_users_take_turns(queue, desk):
    """Who asks for ten datasets would keep everybody else waiting for all ten."""
    for name in "abc":
        queue.submit("embed", name, user="eva")
    queue.submit("embed", "d", user="ole")
    order = []
    while job := desk.claim():
        order.append(job.dataset_id)
        desk.finish(job.id, "done")
    assert order == ["a", "d", "b", "c"]


def test_a_job_whose_turn_is_over_goes_to_the_end_and_keeps_its_place_in_the_work(queue, desk):
    """Forty hours of one person would keep everybody waiting; or begin at nothing each turn."""
    first, second = queue.submit("embed", "a"), queue.submit("embed", "b")
    for _ in range(5):  # far more turns than a job has attempts
        assert desk.claim().id == first
        desk.report(first, Standing(done=10, total=30, unit="frames", videos_done=1))
        desk.give_way(first)
        assert (queue.get(first).state, queue.get(first).done) == ("queued", 10)
        assert queue.get(first).attempts == 0
        assert desk.claim().id == second
        desk.give_way(second)


def test_a_job_gives_way_only_to_others_of_its_lane(queue, desk):
    """A job would give way to its own map, or to nobody, and load its network again and again."""
    queue.submit("embed", "a")
    job = desk.claim()
    queue.submit("umap", "b")
    assert not desk.others_wait(job)
    other = queue.submit("embed", "b")
    assert desk.others_wait(job)
    queue.cancel(other)
    assert not desk.others_wait(job)


def test_orphans_go_back_to_the_queue_a_few_times(queue, desk):
    """A killed worker's job would hang in 'running' for ever, or kill every worker after it."""
    job = queue.submit("embed", "a")
    for _ in range(module.MOST_ATTEMPTS - 1):
        desk.claim()
        desk.adopt({"embed-0"})
        assert queue.get(job).state == "queued"
    desk.claim()
    desk.adopt({"embed-0"})
    assert queue.get(job).state == "failed"
    assert "died 3 times" in queue.get(job).message


def test_a_job_that_gets_on_may_lose_its_worker_often(queue, desk):
    """Forty hours of work would be given up because of three restarts in a week."""
    job = queue.submit("embed", "a")
    for _ in range(10):
        desk.claim()
        desk.got_on(job)
        desk.adopt({"embed-0"})
        assert queue.get(job).state == "queued"


def test_the_job_of_another_worker_is_left_to_it(queue, desk, tmp_path):
    """A worker that starts would take the job of the one that lives on the second device."""
    first, second = queue.submit("embed", "a"), queue.submit("embed", "b")
    Desk(tmp_path, "embed-1").claim()
    desk.claim()
    assert desk.workers() == {"embed-0", "embed-1"}
    desk.adopt({"embed-0"})
    assert (queue.get(first).state, queue.get(second).state) == ("running", "queued")


def test_a_machine_that_is_started_again_blames_nobody(queue, desk, tmp_path, monkeypatch):
    """A long video would be set aside because of two power cuts."""
    job = queue.submit("embed", "a")
    for boot in range(5):
        monkeypatch.setattr(module, "machine", lambda boot=boot: f"boot {boot}")
        desk = Desk(tmp_path)
        desk.adopt({"embed-0"})
        assert (queue.get(job).state, queue.get(job).attempts) == ("queued", 0)
        desk.claim()
        assert Suspects(tmp_path, job).begin("long") == ""


def test_a_worker_that_is_told_to_end_blames_no_video(queue, desk, tmp_path):
    """A long video would be set aside because the server was stopped twice."""
    job = queue.submit("embed", "a")
    for _ in range(5):
        desk.claim()
        assert Suspects(tmp_path, job).begin("long") == ""
        desk.release(job)
        assert (queue.get(job).state, queue.get(job).attempts) == ("queued", 0)
        desk.adopt({"embed-0"})


def test_an_orphan_that_was_being_cancelled_is_cancelled(queue, desk):
    """Nobody would ever end it, and the page would say 'stopping' for ever."""
    for settle in (lambda: desk.adopt({"embed-0"}), lambda: desk.release(queue.recent()[0].id)):
        job = queue.submit("embed", "a")
        desk.claim()
        queue.cancel(job)
        settle()
        assert queue.get(job).state == "cancelled"


def test_names_that_are_not_utf8_do_not_break_a_report(queue, desk):
    """SQLite refuses lone surrogates: one odd file name would fail the whole job."""
    job = queue.submit("embed", "a")
    desk.claim()
    desk.report(job, Standing("embedding", "clip\udcff.mp4", 1, 2, "frames", 1.0))
    assert "clip" in queue.get(job).detail


def test_a_late_report_does_not_wake_what_has_ended(queue, desk):
    """A job that is over would look alive, or its end be overwritten."""
    job = queue.submit("embed", "a")
    desk.claim()
    desk.finish(job, "failed", "no")
    desk.report(job, Standing("embedding"))
    desk.finish(job, "done")
    desk.release(job)
    assert (queue.get(job).state, queue.get(job).stage) == ("failed", "")
