"""The rules that the controls keep to."""

import pytest

from pages.ui.parameters import Parameters, fitted, from_query, nearest_multiple, to_query


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
