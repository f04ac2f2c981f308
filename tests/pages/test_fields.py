"""Fields that show what the page owns, against browsers that missed a message or lag behind."""

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates

from tests.pages.fields import answer, field, mounted

CHOSEN = {
    "length": "10",
    "n_samples": "50",
    "method": "random",
    "blurred": "1",
    "min_distance": "0.1",
    "stride": "5",
    "max_per_video": "9",
    "representation": "motion",
    "colour_by": "Video",
}


@pytest.mark.parametrize("query", [{"length": "10", "n_samples": "50"}, CHOSEN])
def test_a_browser_that_missed_the_first_run_changes_nothing(open_page, dataset, query):
    """A box that is ticked would come off by itself, and bad frames be selected."""
    app = open_page("explore/explore.py", ("advanced",), **query)
    before = dict(app.query_params)
    answer(app, WidgetStates())  # it knew of no widget yet, and never draws the first ones
    answer(app, mounted(app))
    assert dict(app.query_params) == before
    assert next(button for button in app.button if button.label == "Undo").disabled


def test_what_a_browser_sent_before_it_heard_of_undo_changes_nothing(open_page, dataset):
    """Undo, and a click right after it: the box would be as if nothing had been taken back."""
    app = open_page("explore/explore.py", n_samples="50")
    field(app.checkbox, "corrupt").set_value(False).run()
    assert app.query_params["corrupt"] in ("0", ["0"])
    stale = mounted(app)
    next(button for button in app.button if button.label == "Undo").click().run()
    answer(app, stale)
    assert "corrupt" not in app.query_params
    assert field(app.checkbox, "corrupt").value is True


def test_a_limit_that_was_drawn_is_not_set_again(open_page, dataset):
    """What is typed meanwhile would be undone by every run."""
    app = open_page("explore/explore.py", ("advanced",), n_samples="50", stride="5")
    assert field(app.number_input, "stride").proto.set_value
    answer(app, mounted(app))
    assert not field(app.number_input, "stride").proto.set_value
    assert field(app.number_input, "stride").value == 5


def test_a_box_keeps_the_focus_when_the_user_ticks_it(open_page, dataset):
    """Who goes through the page by keyboard would be thrown out of the box by every tick."""
    app = open_page("explore/explore.py", n_samples="50")
    for value in (False, True, False):
        key = field(app.checkbox, "duplicates").key
        app.checkbox(key=key).set_value(value).run()
        assert app.checkbox(key=key).value is value


def test_the_dataset_stays_where_a_browser_missed_which_one_it_is(open_page, dataset, data_dir):
    """Another dataset would come up by itself, the newest one."""
    from tests.stored_dataset import store_dataset

    store_dataset(data_dir, ("z.mp4",), (60,), name="Other")
    app = open_page("explore/explore.py", dataset=dataset.id, n_samples="50")
    answer(app, WidgetStates())
    answer(app, mounted(app))
    assert app.query_params["dataset"] in (dataset.id, [dataset.id])
