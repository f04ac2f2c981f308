"""The rules that the controls keep to."""

import pytest

from pages.ui.parameters import (
    AS_USUAL,
    Parameters,
    fitted,
    from_query,
    nearest_multiple,
    spans,
    text_of,
    to_query,
)


@pytest.mark.parametrize(
    ("n_samples", "length", "nearest"),
    [(200, 10, 200), (204, 10, 200), (205, 10, 210), (3, 10, 10), (70, 9, 72), (0, 5, 5)],
)
def test_nearest_multiple(n_samples, length, nearest):
    """Rounding to zero would select nothing; rounding down only would lose a sequence."""
    assert nearest_multiple(n_samples, length) == nearest


def test_query_round_trip():
    """A parameter missing in the URL would be lost on reload."""
    values = Parameters(7, 70, "random", False, True, 0.25)
    assert from_query(to_query(values)) == values


def test_what_a_link_says_is_what_is_shown():
    """A share of 0.333 would be shown as 33 %, and select by 33.3 %."""
    values = from_query({"balance": "0.333", "min_distance": "0.126"})
    assert (values.balance, values.min_distance) == (0.33, 0.13)


def test_fitted_never_asks_for_more_than_there_is():
    """A link made on a longer dataset must work on a shorter one."""
    assert fitted(Parameters(length=50, n_samples=500), longest=30) == Parameters(30, 510)
    assert fitted(Parameters(10, 500), longest=100, available=7).n_samples == 70


def test_a_link_with_a_length_that_no_video_has_keeps_the_number_of_frames():
    """20 frames in sequences of a million would be a million frames, of which 30 make 33,333."""
    asked = from_query({"length": "1000000", "n_samples": "20"})
    assert fitted(asked, longest=30) == Parameters(30, 30)


def test_overrides_are_options_of_the_engine():
    """A renamed option would make every run from the page fail."""
    from seqsel_core import Config

    config = Config.from_overrides(Parameters(min_distance=0.0).overrides())
    assert config.selected_sequence_length == 10
    assert config.stopping_condition.min_distance == -1


@pytest.mark.parametrize(
    ("n_frames", "length", "used"),
    [(100_000, 10, 200), (1000, 10, 200), (502, 10, 100), (49, 10, 10), (49, 30, 30), (3, 2, 2)],
)
def test_without_a_choice_it_is_a_fifth_of_a_small_dataset(n_frames, length, used):
    """Of a single clip all would be selected: nothing is left to compare it with."""
    asked = Parameters(length=length, n_samples=AS_USUAL)
    assert fitted(asked, longest=n_frames, n_frames=n_frames).n_samples == used


def test_a_link_that_names_a_number_keeps_it():
    """A shared link would show another selection than the one it was copied from."""
    assert from_query({}).n_samples == AS_USUAL
    assert "n_samples" not in to_query(from_query({}))
    assert fitted(from_query({"n_samples": "200"}), longest=300, n_frames=300).n_samples == 200


def test_no_more_frames_than_there_are_where_nothing_can_be_selected():
    """The page would tell of 6,667 sequences and 56,000 % of all frames."""
    asked = Parameters(length=150, n_samples=1_000_000)
    assert fitted(asked, longest=150, n_frames=1440).n_samples == 1350


def test_sequences_come_back_from_their_text():
    """A pin would be lost, or be another one, with the next move."""
    ids = ["0a1b2c3d" + "0" * 24, "f" * 32]
    found = spans("ffffffff:5-10.0a1b2c3d:0-5", ids)
    assert found == [(1, 5, 10), (0, 0, 5)]
    assert text_of(found, ids) == "ffffffff:5-10.0a1b2c3d:0-5"
