"""Videos at whose reading a worker died."""

from pathlib import Path

import pytest

from seqsel_core.jobs.desk import Desk
from seqsel_core.jobs.queue import Queue
from seqsel_core.jobs.suspects import Suspects, set_aside, try_again
from seqsel_core.store.shards import ShardInfo, ShardStore
from seqsel_core.video.types import Problem
from seqsel_core.watching import SET_ASIDE


class Case:
    """A job that reads videos, and whose worker dies."""

    def __init__(self, data_dir: Path) -> None:
        """Begin it."""
        self.queue, self.desk = Queue(data_dir), Desk(data_dir)
        self.job = self.queue.submit("embed", "a")
        self.suspects = Suspects(data_dir, self.job)
        self.desk.claim()

    def die(self) -> None:
        """Let the worker die and the next one begin."""
        self.desk.adopt({"embed-0"})
        assert self.desk.claim().id == self.job


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A job that runs."""
    return Case(tmp_path)


def test_a_video_at_which_the_worker_died_twice_is_not_read_again(case):
    """One video that ends every worker would fail the job, and lock the other videos."""
    for _ in range(2):
        assert case.suspects.begin("bad") == ""
        case.die()
    assert case.suspects.begin("bad") == SET_ASIDE
    assert case.suspects.begin("good") == ""


def test_what_was_read_beside_the_bad_one_is_cleared(case):
    """Four videos are read at a time: three innocent ones would be set aside with the bad one."""
    for name in ("a", "bad", "c"):
        assert case.suspects.begin(name) == ""
    case.die()
    assert [case.suspects.suspected(name) for name in ("a", "bad", "c", "d")] == [1, 1, 1, 0]
    case.suspects.begin("a")  # alone, as the engine reads suspects
    case.suspects.end("a")
    assert not case.suspects.suspected("a")
    case.suspects.begin("bad")
    case.die()
    assert case.suspects.begin("bad") == SET_ASIDE
    assert [case.suspects.begin(name) for name in ("a", "c")] == ["", ""]


def test_a_video_that_was_read_whole_is_not_blamed(case):
    """The death would be that of the video before, or of all videos of the job."""
    case.suspects.begin("before")
    case.suspects.end("before")
    case.suspects.begin("bad")
    case.die()
    assert not case.suspects.suspected("before")
    assert case.suspects.suspected("bad")


def test_what_is_set_aside_stays_so(case):
    """It would be read, and kill the worker, at every turn of the job."""
    for _ in range(2):
        case.suspects.begin("bad")
        case.die()
    case.suspects.end("bad")  # it is stored, without frames
    assert case.suspects.begin("bad") == SET_ASIDE


def test_what_another_job_reads_is_known(case, tmp_path):
    """Two devices would embed the same video at the same time."""
    other = case.queue.submit("embed", "b")
    case.desk.claim()
    case.suspects.begin("same")
    assert Suspects(tmp_path, other).elsewhere("same")
    assert not case.suspects.elsewhere("same")
    case.desk.finish(case.job, "cancelled")
    assert not Suspects(tmp_path, other).elsewhere("same")


def test_what_is_set_aside_can_be_tried_again(case, tmp_path):
    """After an update of the decoder the video could be read, but nobody would try."""
    store = ShardStore(tmp_path)
    for video_id, reason in (("b" * 32, SET_ASIDE), ("c" * 32, "cannot be opened: damaged")):
        info = ShardInfo("e", "pyav", 0, 0, 0, 0, (1, 1), 0, (Problem(reason),))
        store.writer(video_id, "e").finish(info)
    for _ in range(2):
        case.suspects.begin("b" * 32)
        case.die()
    assert set_aside(tmp_path) == ["b" * 32]
    try_again(tmp_path, ["b" * 32, "c" * 32])
    assert set_aside(tmp_path) == []
    assert store.find("b" * 32, "e") is None
    assert store.find("c" * 32, "e") is not None
    assert case.suspects.begin("b" * 32) == ""
    assert case.suspects.suspected("b" * 32)  # alone: nobody else comes under suspicion
    case.die()
    assert case.suspects.begin("b" * 32) == SET_ASIDE
