"""The Data page, driven without a browser."""

import pytest

from seqsel_core.jobs.queue import Queue
from seqsel_core.store.datasets import Datasets


@pytest.fixture
def no_worker(monkeypatch):
    """Jobs are queued, but no process is started."""
    monkeypatch.setattr("pages.ui.job_panel.ensure_worker", lambda data_dir: None)


def test_the_table_shows_every_video_with_its_problem(open_page, dataset):
    """An unreadable file that is not named would be missed until labelling."""
    app = open_page("data/videos.py")
    table = app.dataframe[0].value
    assert table["Video"].tolist()[:1] == ["a.mp4"]
    assert table["Frames"].tolist()[:3] == [120, 95, 40]
    assert table["State"].tolist() == ["ready", "ready", "ready", "unreadable"]
    assert table["Problems"].tolist()[3] == "cannot be opened: damaged"
    assert table["Length"].tolist()[0] == "4.8 s"


def test_the_sample_is_queued_by_one_click(open_page, data_dir, no_worker):
    """The shortest way to a result would be broken for everybody who tries seqsel."""
    app = open_page("data/videos.py")
    next(button for button in app.button if button.label == "Use the sample").click().run()
    assert not app.exception
    (record,) = Datasets(data_dir).all()
    assert record.name == "Sample"
    assert len(list(record.input_dir.glob("*.mp4"))) == 3
    assert Queue(data_dir).latest("embed", record.id).state == "queued"


def test_using_the_same_folder_twice_gives_one_dataset(open_page, data_dir, no_worker):
    """A second click would fill the list with copies."""
    for _ in range(2):
        app = open_page("data/videos.py")
        next(button for button in app.button if button.label == "Use this folder").click().run()
        assert not app.exception
    assert len(Datasets(data_dir).all()) == 1


def test_a_failed_job_shows_its_reason(open_page, dataset, data_dir):
    """The page would look as if nothing had happened."""
    queue = Queue(data_dir)
    job = queue.submit("embed", dataset.id)
    queue.finish(job, "failed", "input_dir=/x does not exist.")
    app = open_page("data/videos.py")
    assert "does not exist" in app.error[0].value.replace("\\", "")


def test_without_roots_the_page_says_how_to_open_one(open_page, data_dir, monkeypatch):
    """An empty browser with no word would look broken."""
    monkeypatch.setenv("SEQSEL_INPUT_ROOTS", str(data_dir / "nowhere"))
    app = open_page("data/videos.py")
    assert any("SEQSEL_INPUT_ROOTS" in item.value for item in app.code)
