"""What an embedding job decides and writes down between videos."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from seqsel_core.jobs import attendant, kinds, worker
from seqsel_core.jobs.attendant import Attendant
from seqsel_core.jobs.desk import Desk
from seqsel_core.jobs.job import Job, JobVideo
from seqsel_core.jobs.made import Counts
from seqsel_core.jobs.progress import JobProgress
from seqsel_core.jobs.queue import Queue
from seqsel_core.store.datasets import Datasets, Source
from seqsel_core.video.types import Video


class Stage:
    """Datasets of folders, embedded by a worker in this process."""

    def __init__(self, folder: Path) -> None:
        """Use a folder."""
        self.folder, self.data_dir = folder, folder / "data"
        self.queue = Queue(self.data_dir)

    def submit(self, name: str, user: str = "") -> int:
        """Ask for the embedding of a folder."""
        record = Datasets(self.data_dir).create(
            name,
            [Source(self.folder / name, "folder")],
            encoder="efficientnet-lite0",
            frame_order="alphabetical",
        )
        return self.queue.submit("embed", record.id, user=user)

    def job(self, number: int) -> Job:
        """Return a job."""
        job = self.queue.get(number)
        assert job is not None
        return job

    def outcomes(self, number: int) -> dict[str, tuple[str, int]]:
        """Return {video: (outcome, frames)} of a job."""
        return {v.name: (v.outcome, v.n_frames) for v in self.queue.videos(number)}

    def work(self) -> None:
        """Do all jobs that embed."""
        worker.work(self.data_dir, idle_seconds=0.1)


@pytest.fixture
def stage(tmp_path: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A place without jobs; maps are left out."""
    monkeypatch.setattr(kinds, "_map", lambda *arguments: None)
    return Stage(tmp_path)


def test_every_video_has_its_result(clips: Any, stage: Stage) -> None:
    """Catches a video that is missing in the list, or named without its reason."""
    clips.write(stage.folder / "in/a.mkv", 9)
    (stage.folder / "in/copy.mkv").write_bytes((stage.folder / "in/a.mkv").read_bytes())
    (stage.folder / "in/bad.mp4").write_text("no video")
    job = stage.submit("in")
    stage.work()
    assert stage.outcomes(job) == {
        "a.mkv": ("done", 9),
        "bad.mp4": ("unreadable", 0),
        "copy.mkv": ("kept", 9),
    }
    assert "cannot be opened" in stage.queue.videos(job)[1].reason
    now = stage.job(job)
    assert (now.state, now.videos_done, now.videos_total) == ("done", 3, 3)
    assert now.message == "1 of 3 videos cannot be read."


def test_only_new_videos_are_embedded_and_the_list_is_of_the_last_job(
    clips: Any, stage: Stage
) -> None:
    """Catches a rescan that embeds everything again, and lists that grow for ever."""
    clips.write(stage.folder / "in/a.mkv", 4)
    first = stage.submit("in")
    stage.work()
    clips.write(stage.folder / "in/b.mkv", [7, 8])
    second = stage.submit("in")
    stage.work()
    assert stage.outcomes(second) == {"a.mkv": ("kept", 4), "b.mkv": ("done", 2)}
    assert stage.outcomes(first) == {}
    assert stage.job(second).result["embedded_now"] == 2
    kept = [Counts.of(stage.job(number).result) for number in (first, second)]
    assert kept == [Counts(1, 1, 0, 4), Counts(2, 2, 1, 6)]


def test_two_datasets_with_the_same_video_embed_it_once(clips: Any, stage: Stage) -> None:
    """Catches work done twice because two people have the same video, both in the queue."""
    clips.write(stage.folder / "one/a.mkv", 6)
    (stage.folder / "two").mkdir()
    (stage.folder / "two/other name.mkv").write_bytes((stage.folder / "one/a.mkv").read_bytes())
    jobs = [stage.submit("one", "eva"), stage.submit("two", "ole")]
    stage.work()
    assert [stage.job(job).result["embedded_now"] for job in jobs] == [6, 0]
    assert stage.outcomes(jobs[1]) == {"other name.mkv": ("kept", 6)}


def test_datasets_take_turns_between_videos(
    clips: Any, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches one dataset that keeps the worker to itself, or loses its progress at each turn."""
    for number, name in enumerate(("x/a", "x/b", "x/c", "y/d", "y/e")):
        clips.write(stage.folder / f"{name}.mkv", range(10 * number, 10 * number + 5))
    monkeypatch.setattr(attendant, "TURN_SECONDS", 0.0)
    order: list[str] = []
    end = Attendant.end

    def note(self: Attendant, video_id: str, results: Any) -> None:
        results = list(results)
        order.extend(result.name for result in results)
        end(self, video_id, results)

    monkeypatch.setattr(Attendant, "end", note)
    monkeypatch.setattr("seqsel_core.jobs.worker._POLL_SECONDS", 0.01)
    jobs = [stage.submit("x"), stage.submit("y")]
    stage.work()
    assert order == ["a.mkv", "d.mkv", "b.mkv", "e.mkv", "c.mkv"]
    assert [stage.job(job).state for job in jobs] == ["done", "done"]
    assert {outcome for outcome, _ in stage.outcomes(jobs[0]).values()} == {"done"}
    assert (stage.job(jobs[0]).attempts, stage.job(jobs[0]).videos_done) == (0, 3)


def test_a_turn_lasts_at_least_one_video_and_for_ever_where_nobody_waits(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches two jobs that give way to each other and never begin a video."""
    now = [10.0]
    monkeypatch.setattr("seqsel_core.jobs.attendant.time.monotonic", lambda: now[0])
    stage.submit("x")
    job = Desk(stage.data_dir).claim()
    assert job is not None
    beside = Attendant(job, JobProgress(), stage.data_dir, [])
    stage.submit("y")
    now[0] += 10_000  # many files to look at
    assert beside.go_on()
    now[0] += attendant.TURN_SECONDS - 1
    assert beside.go_on()
    now[0] += 2
    assert not beside.go_on()
    stage.queue.cancel(stage.queue.recent()[-1].id)
    assert beside.go_on()


def test_a_video_that_is_read_elsewhere_comes_last(
    clips: Any, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches two devices that embed the same video at the same time."""
    for number, name in enumerate("abc"):
        clips.write(stage.folder / f"in/{name}.mkv", range(10 * number, 10 * number + 3))
    first = []
    monkeypatch.setattr(
        Attendant, "elsewhere", lambda self, video_id: not first and not first.append(video_id)
    )
    read: list[str] = []
    begin = Attendant.begin

    def note(self: Attendant, video: Video, video_id: str) -> str:
        read.append(video.name)
        return begin(self, video, video_id)

    monkeypatch.setattr(Attendant, "begin", note)
    job = stage.submit("in")
    stage.work()
    assert read == ["b.mkv", "c.mkv", "a.mkv"]
    assert stage.job(job).state == "done"


def test_a_job_that_goes_on_counts_what_it_did_before(stage: Stage) -> None:
    """Catches a bar that begins at nothing after each restart."""
    number = stage.submit("in")
    desk = Desk(stage.data_dir)
    videos = [Video(name, Path(name), 1) for name in ("a", "b", "c")]
    job = desk.claim()
    assert job is not None
    beside = Attendant(job, JobProgress(), stage.data_dir, videos)
    beside.known([JobVideo("c", "kept", 70)])
    beside.end("id", [JobVideo("a", "done", 50)])
    desk.release(number)
    progress = JobProgress()
    again = Attendant(job, progress, stage.data_dir, videos)
    again.known([JobVideo("a", "kept", 50), JobVideo("c", "kept", 70)])
    progress.stage("decoding, embedding", 30, "frames")
    now = progress.standing()
    assert (now.done, now.total, now.videos_done, now.videos_total) == (50, 80, 2, 3)
    assert stage.outcomes(number)["a"] == ("done", 50)
