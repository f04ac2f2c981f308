"""The number slider, driven without a browser; tests/e2e moves the real one."""

import pytest

from tests.pages.number_sliders import move, send, shown


def test_it_says_which_move_it_answers(open_page, dataset):
    """The slider would jump back under the hand, or never follow Back and Forward again."""
    app = open_page("explore/explore.py")
    assert shown(app, "length")["seen"] == 0
    send(app, "length", {"value": 7, "step": 1, "turn": 3})
    assert shown(app, "length")["seen"] == 3
    assert shown(app, "length")["value"] == 7
    assert shown(app, "n_samples")["seen"] == 0


def test_moves_of_both_sliders_count(open_page, dataset):
    """A slider that sends its value along with the other's move would undo it."""
    app = open_page("explore/explore.py")
    move(app, "length", 5)
    move(app, "n_samples", 50)
    move(app, "length", 10)
    assert shown(app, "n_samples")["value"] == 50
    assert app.subheader[0].value.startswith("5 sequences of 10 frames")


@pytest.mark.parametrize(
    "state",
    [
        None,
        7,
        {},
        {"value": "<b>", "step": 1, "turn": 1},
        {"value": None, "step": 1, "turn": 1},
        {"value": -5, "step": 1, "turn": 1},
        {"value": 5, "step": 0, "turn": 1},
        {"value": float("nan"), "step": 1, "turn": 1},
        {"value": float("inf"), "step": 1, "turn": 1},
        {"value": 10**300, "step": 1, "turn": 1},
    ],
)
@pytest.mark.parametrize("name", ["length", "n_samples"])
def test_nonsense_from_the_browser_still_shows_a_page(open_page, dataset, name, state):
    """A changed client would crash the page, or select a negative number of frames."""
    app = open_page("explore/explore.py")
    send(app, name, state)
    assert "sequence" in app.subheader[0].value
