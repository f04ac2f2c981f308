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


def test_an_old_move_that_is_sent_again_does_not_count(open_page, dataset):
    """A browser that comes back to the page would set the number of its last visit."""
    app = open_page("explore/explore.py", n_samples="50")
    old = {"value": 70, "step": 10, "turn": 1}
    send(app, "n_samples", old)
    next(button for button in app.button if button.label == "Undo").click().run()
    send(app, "n_samples", None)
    send(app, "n_samples", old)
    assert shown(app, "n_samples")["value"] == 50
    assert shown(app, "n_samples")["seen"] == 1


@pytest.mark.parametrize(
    ("name", "typed", "used", "note"),
    [
        ("n_samples", 104, 100, "104 is not a multiple of 10: 100 or 110."),
        ("n_samples", 999_999, 250, "At most 250 frames can be selected."),
        ("n_samples", 0, 10, "At least 10 frames."),
        ("n_samples", -5, 10, "At least 10 frames."),
        ("n_samples", 70, 70, ""),
        ("length", 100_000, 120, "The longest video has 120 frames."),
        ("length", 0, 1, "At least 1 frame."),
        ("length", -5, 1, "At least 1 frame."),
    ],
)
def test_a_number_that_cannot_be_is_said(open_page, dataset, name, typed, used, note):
    """Another number would stand there without a word, or one that is not used."""
    app = open_page("explore/explore.py", n_samples="50")
    move(app, name, typed)
    assert shown(app, name)["value"] == used
    assert shown(app, name)["note"] == note
    assert int("".join(app.query_params[name])) == used
    move(app, "balance", 30)
    assert shown(app, name)["note"] == ""


def test_what_was_asked_beyond_reason_is_forgotten(open_page, dataset):
    """At another length a million would come back, as 56,000 % of all frames."""
    app = open_page("explore/explore.py", n_samples="50")
    move(app, "n_samples", 999_999)
    move(app, "length", 5)
    assert shown(app, "n_samples")["value"] == 250
