"""Rows of strips: what the browser is told, and what it can make the page do."""

import pytest

from pages.ui.explorer.region import Stretch
from tests.pages.components import press_strip, send_strip, strip_rows
from tests.stored_dataset import store_dataset


def test_a_row_says_what_its_sequence_is(open_page, dataset):
    """A strip would stand beside the words of another, or without its picture."""
    app = open_page("explore/explore.py", n_samples="50")
    first, second, *_ = rows = strip_rows(app)
    assert [row["rank"] for row in rows] == [1, 2, 3, 4, 5]
    assert first["picked"] == "first pick"
    assert second["picked"].endswith(" from all before")
    video, start, stop = second["span"]
    name = ("a.mp4", "b <i>x</i>.mp4", "c.mp4")[video]
    assert second["name"] == name
    assert second["place"] == f"frames {start}–{stop - 1} · {start / 25:.1f} s"
    assert second["alt"] == f"Frames {start} to {stop - 1} of {name}"
    assert second["address"].startswith("/")
    assert second["size"][0] > second["size"][1] > 10
    assert not second["pinned"]


def test_what_is_not_selected_says_how_far_it_is(open_page, dataset):
    """In a lasso nobody could tell what is chosen from what is not."""
    app = open_page("explore/explore.py", n_samples="10")
    app.session_state["region"] = Stretch(1, 0, 95)
    app.run()
    unselected = [row for row in strip_rows(app) if row["rank"] is None]
    assert unselected
    assert all(row["picked"].endswith("from the nearest selected") for row in unselected)


def test_each_button_does_what_it_says(open_page, dataset):
    """A press would do nothing, or something else."""
    app = open_page("explore/explore.py", n_samples="50")
    press_strip(app, "pin", 2)
    assert strip_rows(app)[0]["pinned"]  # what is pinned comes first
    press_strip(app, "unpin", 0)
    assert not any(row["pinned"] for row in strip_rows(app))
    span = strip_rows(app)[1]["span"]
    press_strip(app, "play", 1)
    assert app.session_state["playing"] == tuple(span)


@pytest.mark.parametrize(
    "told",
    [
        7,
        [],
        {},
        {"what": "pin"},
        {"what": "pin", "span": [0, 3, 9]},
        {"what": "pin", "span": 5},
        {"what": "pin", "span": [[], {}, None]},
        {"what": "burn", "span": [0, 0, 10]},
    ],
)
def test_nonsense_from_the_browser_changes_nothing(open_page, dataset, told):
    """A changed client would crash the page, or pin what is no sequence."""
    app = open_page("explore/explore.py", n_samples="250")
    before = strip_rows(app)
    send_strip(app, told)
    assert [row["span"] for row in strip_rows(app)] == [row["span"] for row in before]
    assert not any(row["pinned"] for row in strip_rows(app))


def test_a_long_name_stays_whole(open_page, data_dir):
    """Cut in its middle it could not be told from its neighbours; the browser ends its line."""
    name = "morning/" + "camera-of-the-northern-gate_" * 4 + "a.mp4"
    store_dataset(data_dir, [name], [60])
    assert strip_rows(open_page("explore/explore.py", n_samples="10"))[0]["name"] == name
