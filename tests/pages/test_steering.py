"""Pins and rejections on the page, where the cut changes under them."""

from tests.pages.components import press_strip
from tests.pages.number_sliders import move, shown
from tests.pages.test_explore import _headline, _press, _shown_sequences


def test_pins_go_along_with_another_length_and_come_back(open_page, dataset):
    """One press of Replace, one more frame: the page would be empty, with no way out."""
    app = open_page("explore/explore.py", n_samples="50")
    press_strip(app, "replace", 2)
    before, query = _shown_sequences(app), dict(app.query_params)
    move(app, "length", 11)
    assert _headline(app).startswith("5 sequences of 11 frames")
    middles = [(video, (start + stop - 1) // 2) for video, start, stop in before]
    now = _shown_sequences(app)
    told = [c.value for c in app.caption]
    held = [any(v == w and a <= m < b for w, a, b in now) for v, m in middles]
    assert sum(held) >= 4  # one at the end of its video may have no place
    assert any("moved to the nearest of 11 frames" in one for one in told)
    pins = "".join(app.query_params["pinned"]).split(".")
    assert all(int(b) - int(a) == 11 for a, b in (p.split(":")[1].split("-") for p in pins))
    move(app, "length", 10)
    assert _shown_sequences(app) == before
    assert dict(app.query_params) == query
    assert not any("moved" in c.value for c in app.caption)


def test_what_is_pinned_is_said_where_it_holds_and_can_be_taken_back(open_page, dataset):
    """The slider would stop at some number, and nobody know why."""
    app = open_page("explore/explore.py", n_samples="50")
    press_strip(app, "replace", 2)
    assert "5 pinned: at least 50 frames" in [c.value for c in app.caption]
    assert "The 4 other selected sequences stay" in app.toast[0].value.replace("\\", "")
    move(app, "n_samples", 20)
    assert shown(app, "n_samples")["value"] == 50
    assert shown(app, "n_samples")["note"] == "At least 50 frames, as pinned."
    _press(app, "Unpin all")
    assert "pinned" not in app.query_params
    move(app, "n_samples", 20)
    assert _headline(app).startswith("2 sequences")
    _press(app, "Clear")
    assert "rejected" not in app.query_params
