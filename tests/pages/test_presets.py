"""Parameters under a name."""

import pytest

from tests.pages.number_sliders import move, shown


def _press(app, key):
    app.button(key=key).click().run()
    assert not app.exception


def _save(app, name):
    app.text_input(key="preset_name").input(name)
    next(button for button in app.button if button.label == "Save").click().run()
    assert not app.exception


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("Rare first", {"method": "coreset"}),
        ("Typical first", {"method": "representative"}),
        ("Evenly per video", {"even_over": "video"}),
        ("Clean frames only", {"blurred": "1", "frozen": "1", "avoid_cuts": "1"}),
    ],
)
def test_those_of_the_app_do_what_they_say_and_keep_the_size(open_page, dataset, name, query):
    """A preset that changes the number of frames would undo what was just decided."""
    app = open_page("explore/explore.py", length="5", n_samples="50", max_per_video="9")
    _press(app, f"preset_built_in_{name}")
    found = dict(app.query_params)
    assert {key: found[key] for key in query} == query
    assert (found["length"], found["n_samples"]) == ("5", "50")


def test_one_after_the_other_leaves_nothing_of_the_first(open_page, dataset):
    """Typical first would still be even over videos, because that was clicked before."""
    app = open_page("explore/explore.py")
    _press(app, "preset_built_in_Evenly per video")
    _press(app, "preset_built_in_Rare first")
    assert "even_over" not in app.query_params


def test_a_saved_one_brings_the_settings_back_and_undo_takes_them_away(open_page, dataset):
    """Settings found by hand would have to be written down."""
    first = open_page("explore/explore.py", length="5", n_samples="50", method="coreset")
    _save(first, "Mine <b>")
    app = open_page("explore/explore.py")
    assert any("Mine" in button.label and "<b>" not in button.label for button in app.button)
    _press(app, "preset_0")
    assert (shown(app, "length")["value"], shown(app, "n_samples")["value"]) == (5, 50)
    assert app.query_params["method"] in ("coreset", ["coreset"])
    next(button for button in app.button if button.label == "Undo").click().run()
    assert shown(app, "length")["value"] == 10


def test_a_preset_holds_no_pins(open_page, dataset):
    """Sequences of one dataset would be pinned in another."""
    app = open_page("explore/explore.py", n_samples="50", pinned="00000000:10-20")
    _save(app, "x")
    move(app, "n_samples", 30)
    _press(app, "preset_0")
    assert shown(app, "n_samples")["value"] == 50
    assert "pinned" in app.query_params  # stays as it is
    other = open_page("explore/explore.py")
    _press(other, "preset_0")
    assert "pinned" not in other.query_params


def test_one_can_be_deleted_and_one_without_a_name_is_refused(open_page, dataset):
    """A list that only grows is of no use; a button without a word neither."""
    app = open_page("explore/explore.py")
    _save(app, "x")
    _press(app, "preset_delete_0")
    assert not any(button.key == "preset_0" for button in app.button)
    _save(app, " ")
    assert "needs a name" in app.error[0].value
