"""What is said of jobs, and the panel of one job driven without a browser."""

import json
import re
import sqlite3
import time
from dataclasses import replace

import pytest

from pages.ui import job_words
from pages.ui.job_share import share
from pages.ui.work_indicator.look import look
from seqsel_core.jobs.job import Job, JobVideo
from seqsel_core.jobs.made import Counts, counts
from seqsel_core.jobs.queue import Queue

RUNNING = Job(
    id=7,
    kind="embed",
    dataset_id="a",
    parameters={},
    state="running",
    stage="decoding, embedding",
    detail="<b>car</b> 3.mp4",
    done=8412,
    total=21_800,
    unit="frames",
    rate=143.2,
    videos_done=22,
    videos_total=59,
    message="",
    result={},
    attempts=1,
    user="",
    lane="embed",
    worker="embed-0",
    created=1000.0,
    updated=1120.0,
)


@pytest.fixture
def no_worker(monkeypatch):
    """Jobs are queued, but no process is started."""
    monkeypatch.setattr("pages.ui.job_panel.ensure_worker", lambda data_dir: None)


@pytest.fixture
def job(dataset, data_dir, no_worker):
    """Put a job on the dataset into a state; return its number."""

    def put(kind="embed", **values):
        number = Queue(data_dir).submit(kind, dataset.id, user=values.pop("user", ""))
        values = {"updated": time.time(), **values}
        with sqlite3.connect(data_dir / "catalogue.sqlite3") as connection:
            assignments = ", ".join(f"{name} = ?" for name in values)
            row = (*values.values(), number)
            connection.execute(f"UPDATE jobs SET {assignments} WHERE id = ?", row)
        connection.close()
        return number

    return put


def words(app):
    """Return all text of a page."""
    return "\n".join(str(item.value) for item in [*app.markdown, *app.caption])


def button(app, label):
    """Return the button of a label."""
    return next(item for item in app.button if item.label == label)


def test_progress_counts_videos_and_frames():
    """People could not tell whether it goes on, how fast, and when to come back."""
    assert job_words.progress(RUNNING) == (
        "22 of 59 videos · 8,412 of about 21,800 frames · 143 frames per second · 2 min left"
    )


def test_progress_says_only_what_is_known():
    """'0 of 0 frames · 0 per second' would be noise while the network is loaded."""
    begun = replace(RUNNING, done=0, total=0, unit="networks", rate=0.0, videos_total=0)
    assert job_words.progress(begun) == ""


@pytest.mark.parametrize(
    ("frames_left", "words"),
    [
        (143, "5 s left"),
        (143 * 33, "35 s left"),
        (143 * 70, "1 min left"),
        (143 * 600, "10 min left"),
    ],
)
def test_time_left_moves_in_steps(frames_left, words):
    """Seconds of an estimate that jump at every look distract, and are not true."""
    job = replace(RUNNING, total=RUNNING.done + frames_left)
    assert job_words.time_left(job) == words


def test_nothing_is_at_100_percent_before_its_end():
    """More frames than expected would show 100 % for minutes."""
    assert job_words.percent(replace(RUNNING, done=30_000)) == "99 %"


def test_the_summary_counts_what_can_be_used():
    """Unreadable videos would be counted as embedded, or not be heard of."""
    videos = [
        *(JobVideo(f"{n}.mp4", "done", 400) for n in range(56)),
        JobVideo("kept.mp4", "kept", 400),
        JobVideo("cut.mp4", "partly", 44, "3 packets cannot be decoded"),
        JobVideo("text.mp4", "unreadable", 0, "cannot be opened"),
        JobVideo("evil.mp4", "set aside", 0, "the worker process died twice while reading it"),
    ]
    done = replace(RUNNING, state="done", result=counts(videos).result)
    assert job_words.summary(done) == (
        "58 of 60 videos, 22,844 frames in 2 min; 1 embedded before; 2 cannot be read, 1 in part"
    )


def test_what_is_lost_is_not_counted_as_read_in_part():
    """'39 not read whole' would hide that of 26 there is nothing."""
    lost, cut = Counts(videos=59, unreadable=26), Counts(videos=59, partly=13)
    assert job_words.troubles(replace(lost, partly=13)) == "26 cannot be read, 13 in part"
    assert job_words.troubles(lost) == "26 cannot be read"
    assert job_words.troubles(cut) == "13 read in part"
    assert job_words.troubles(Counts(videos=59)) == ""


def test_a_second_run_over_the_same_videos_says_that_nothing_was_to_do():
    """'In 2 s' would look as if the videos were not read."""
    videos = [JobVideo(f"{n}.mp4", "kept", 400) for n in range(2)]
    assert job_words.summary(replace(RUNNING, result=counts(videos).result)) == (
        "2 videos, 800 frames: all were embedded before"
    )


def test_a_queued_job_says_what_is_before_it():
    """Waiting without a word looks like a fault."""
    assert job_words.waiting(0, None) == "It begins in a moment."
    assert job_words.waiting(1, RUNNING) == "One job is before it, with 2 min left."
    assert job_words.waiting(3, RUNNING) == (
        "3 jobs are before it; the one that runs has 2 min left."
    )


def test_the_panel_of_a_running_job(open_page, job):
    """Numbers would be missing, or a name of a video run as Markdown."""
    values = {"stage": "decoding, embedding", "detail": "![x](http://a.b)", "unit": "frames"}
    counted = {"done": 50, "total": 200, "rate": 25.0, "videos_done": 1, "videos_total": 4}
    job(state="running", worker="embed-0", **values, **counted)
    text = words(open_page("data/videos.py"))
    assert "**Embedding** · 25 %" in text
    assert "1 of 4 videos · 50 of about 200 frames · 25 frames per second · 5 s left" in text
    assert "\\!\\[x\\]" in text


def test_stop_asks_the_worker_to_stop(open_page, job, data_dir):
    """The button would do nothing, or drop the job without its worker knowing."""
    number = job(state="running", worker="embed-0")
    app = open_page("data/videos.py")
    button(app, "Stop").click().run()
    assert Queue(data_dir).get(number).state == "cancelling"
    assert button(app, "Stop").disabled


def test_go_on_after_a_stop_asks_again(open_page, job, data_dir, dataset):
    """People who stopped it by mistake would have to find another way to begin it."""
    number = job(state="cancelled")
    app = open_page("data/videos.py")
    assert "What was finished is kept." in words(app)
    button(app, "Go on").click().run()
    again = Queue(data_dir).latest("embed", dataset.id)
    assert (again.id > number, again.state) == (True, "queued")


def test_a_failed_job_says_why_and_can_be_tried_again(open_page, job, data_dir, dataset):
    """What to do would have to be guessed."""
    job(state="failed", message="The disk is full: free some space.")
    app = open_page("data/videos.py")
    assert "The disk is full: free some space" in words(app).replace("\\", "")
    button(app, "Try again").click().run()
    assert Queue(data_dir).latest("embed", dataset.id).state == "queued"


def test_a_job_that_ends_before_ones_eyes_says_what_it_made_until_it_is_hidden(
    open_page, job, data_dir
):
    """The panel would vanish, and all below it move, at the moment that was waited for."""
    number = job(state="running", worker="embed-0")
    app = open_page("data/videos.py")
    made = [(number, "a.mp4", "done", 120, ""), (number, "b.mp4", "unreadable", 0, "damaged")]
    with sqlite3.connect(data_dir / "catalogue.sqlite3") as connection:
        result = json.dumps(counts(JobVideo(*row[1:]) for row in made).result)
        connection.execute(
            "UPDATE jobs SET state = 'done', result = ? WHERE id = ?", (result, number)
        )
        connection.executemany(
            "INSERT INTO job_videos (job_id, name, outcome, n_frames, reason) "
            "VALUES (?, ?, ?, ?, ?)",
            made,
        )
    connection.close()
    app.run()
    assert "**Embedding** is done" in words(app)
    assert "1 of 2 videos, 120 frames in" in words(app)
    assert ["b.mp4"] in [table.value.get("Video", []).tolist() for table in app.dataframe]
    button(app, "Hide").click().run()
    assert "is done" not in words(app)
    assert "Last embedding: 1 of 2 videos, 120 frames" in words(app)


def test_a_worker_that_does_not_answer_is_said(open_page, job):
    """A bar that stands still for minutes would look like slow work."""
    job(state="running", worker="embed-0", updated=time.time() - 40)
    text = words(open_page("data/videos.py"))
    assert re.search(r"its worker has not answered for 4\d s", text)


def test_a_job_of_somebody_else_cannot_be_stopped(open_page, job):
    """One user would stop another one's night of work."""
    job(state="running", worker="embed-0", user="ann@example.com")
    assert button(open_page("data/videos.py"), "Stop").disabled


def test_the_list_shows_all_jobs(open_page, job, data_dir):
    """A job of another page would be found nowhere."""
    job(state="running", worker="embed-0")
    job("umap", state="failed", message="no *memory*")
    waiting = job("output")
    app = open_page("jobs/jobs.py")
    text = words(app)
    assert "**Embedding Street**" in text
    assert "Writing frames of Street" in text
    table = app.dataframe[0].value
    assert table[["Job", "State", "Result"]].values.tolist() == [
        ["Drawing the maps of Street", "failed", "no *memory*"]
    ]
    next(item for item in app.button if item.key == f"job_{waiting}").click().run()
    assert Queue(data_dir).get(waiting).state == "cancelled"


def test_the_list_says_first_what_a_job_made(open_page, job, data_dir):
    """How many videos could be read would stand where a small window cuts the line."""
    videos = [JobVideo("good.mp4", "done", 40), JobVideo("text.mp4", "unreadable", 0)]
    result = json.dumps(counts(videos).result)
    job(state="done", message="1 of 2 videos cannot be read.", result=result)
    table = open_page("jobs/jobs.py").dataframe[0].value
    assert table[["Took", "Result"]].values.tolist() == [
        ["1 s", "1 of 2 videos, 40 frames; 1 cannot be read"]
    ]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            {"kind": "output", "result": {"frames": 200, "sequences": 20}},
            "200 frames of 20 sequences",
        ),
        ({"kind": "clip", "parameters": {"start": 30, "stop": 40}}, "1 clip of 10 frames"),
        ({"kind": "umap", "result": {"frames": 1323}}, "1,323 frames"),
        ({"kind": "umap"}, ""),
    ],
)
def test_every_kind_of_job_says_what_it_made(values, words):
    """'In 26 s' alone leaves open whether there is anything."""
    done = replace(RUNNING, state="done", **values)
    assert job_words.outcome(done) == words
    assert job_words.summary(done) == f"{words} in 2 min".strip()


def test_the_bar_of_an_embedding_only_grows():
    """It would be full at the headers, fall to nothing, and again when the maps are drawn."""
    stages = [
        ("looking for videos", 0, 0, "videos"),
        ("looking at files", 59, 59, "videos"),
        ("reading headers", 30, 59, "videos"),
        ("decoding, embedding", 20_000, 21_800, "frames"),
        ("drawing the PCA map", 0, 0, "maps"),
    ]
    jobs = [
        replace(RUNNING, stage=stage, done=done, total=total, unit=unit)
        for stage, done, total, unit in stages
    ]
    shares = [share(job) or 0.0 for job in jobs]
    assert shares == [0.0, 0.0, 0.0, pytest.approx(20_000 / 21_800), 1.0]
    assert [job_words.percent(job) for job in jobs] == ["", "", "", "91 %", ""]
    assert [bool(job_words.time_left(job)) for job in jobs] == [False, False, False, True, False]
    assert job_words.title(jobs[-1], "Street") == "Drawing the maps of Street"
    umap = replace(RUNNING, kind="umap", state="queued", stage="", total=0)
    assert share(umap) == 1.0


def test_the_bar_of_an_output_only_grows():
    """It would be filled and emptied once for each stage."""
    stages = ("looking at files", "selecting", "writing frames", "drawing plots", "packing")
    shares = [
        share(replace(RUNNING, kind="output", stage=stage, done=done, total=10, unit="frames"))
        for stage in stages
        for done in (0, 10)
    ]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_when_all_is_stored_the_panel_says_that_maps_are_drawn(open_page, job):
    """An empty bar headed 'Embedding' looks as if all began again."""
    counted = {"videos_done": 4, "videos_total": 4}
    job(state="running", worker="embed-0", stage="drawing the PCA map", unit="maps", **counted)
    text = words(open_page("data/videos.py"))
    assert "**Drawing the maps**" in text
    assert "**Embedding" not in text


def test_who_looks_at_a_failure_has_read_of_it(open_page, job):
    """The header would tell of it for an hour after it was read, or never."""
    job("umap", state="failed", message="no memory")
    open_page("output/output.py")
    assert look("").shown.words == "Drawing the maps of Street failed"
    open_page("jobs/jobs.py")
    assert look("").shown.words == ""


def test_without_a_job_the_list_says_so(open_page, data_dir):
    """An empty page would look broken."""
    assert "No job yet" in open_page("jobs/jobs.py").info[0].value
