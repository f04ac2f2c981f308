"""The Output page, driven without a browser."""

import pytest

from seqsel_core.jobs.desk import Desk
from seqsel_core.jobs.queue import Queue
from tests.pages.components import measures


@pytest.fixture
def no_worker(monkeypatch):
    """Jobs are queued, but no process is started."""
    monkeypatch.setattr("pages.ui.job_panel.ensure_worker", lambda data_dir: None)


def _write(app):
    return next(button for button in app.button if button.label.startswith("Write"))


def test_it_shows_what_explore_showed(open_page, dataset):
    """Another selection than the one that was reviewed would go to labelling."""
    query = {"length": "7", "n_samples": "70", "min_distance": "0.5"}
    explore = open_page("explore/explore.py", **query)
    output = open_page("output/output.py", **query)
    radius = measures(explore)[0]["value"]
    assert any(f"covering radius {radius}" in item.value for item in output.markdown)
    frames = next(item.label for item in explore.button if item.label.startswith("Take")).split()[1]
    assert _write(output).label == f"Write {frames} frames"


def test_writing_asks_for_exactly_this_selection(open_page, dataset, data_dir, no_worker):
    """A parameter that is not passed on would write another selection."""
    app = open_page("output/output.py", length="5", n_samples="50", duplicates="0")
    _write(app).click().run()
    assert not app.exception
    job = Queue(data_dir).latest("output", dataset.id)
    assert job.parameters["selected_sequence_length"] == 5
    assert job.parameters["stopping_condition.n_samples"] == 50
    assert job.parameters["remove_exact_duplicates"] is False
    assert job.parameters["dump_dataset"] is True


def test_the_output_of_another_selection_is_not_offered(open_page, dataset, data_dir, no_worker):
    """Somebody else's zip, or one written before a slider was moved, would be taken for this."""
    queue = Queue(data_dir)
    job = queue.submit("output", dataset.id, {"selected_sequence_length": 3})
    desk = Desk(data_dir, "quick")
    desk.claim()
    desk.finish(job, "done", result={"output": str(data_dir), "zip": ""})
    app = open_page("output/output.py", length="5", n_samples="50")
    assert not any("Written to" in item.value for item in app.markdown)


def test_without_videos_it_says_what_to_do(open_page, data_dir):
    """A deep link on a new server must not be a traceback."""
    app = open_page("output/output.py")
    assert app.title[0].value == "Nothing to take yet"
