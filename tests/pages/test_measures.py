"""The row of measures: what the browser is told to draw."""

import math

import pytest

from pages.ui.measures import Measure, _told
from seqsel_core.evaluate.judge import Beside
from seqsel_core.evaluate.randoms import Band
from tests.pages.components import measures

BAND = Band(0.4, 0.45, 0.5)


def test_marks_lie_true_to_scale_and_within_their_line():
    """A selection that is better than all random ones would look worse, or fall off its line."""
    told = _told(Measure("On average", 0.3214, Beside(0.3, 0.55, BAND), "about"))
    assert (told["value"], told["random"], told["uniform"]) == ("0.321", "0.40–0.50", "0.55")
    at = told["at"]
    assert 0 < at["value"] < at["low"] < at["high"] < at["uniform"] < 1
    assert at["low"] - at["value"] == pytest.approx(at["high"] - at["low"], abs=2e-3)


def test_where_all_are_alike_they_lie_in_the_middle():
    """Every video selected by everybody would end in a division by zero."""
    told = _told(Measure("Videos", 3, Beside(3, 3, Band(3, 3, 3)), "", digits=0))
    assert told["value"] == "3"
    assert told["random"] == "3"
    assert set(told["at"].values()) == {0.5}


def test_what_is_not_there_is_a_dash():
    """One sequence has no distance to another: 'nan' is no word for people."""
    assert _told(Measure("9 of 10 apart by", math.nan, None, "why")) == {
        "name": "9 of 10 apart by",
        "value": "–",
        "about": "why",
    }


def test_every_measure_stands_beside_random_and_uniform(open_page, dataset):
    """People would have to believe a number that nothing is compared with."""
    shown = measures(open_page("explore/explore.py", n_samples="50"))
    assert [one["name"] for one in shown] == [
        "Worst covered",
        "95 of 100 within",
        "On average",
        "9 of 10 apart by",
        "Videos",
    ]
    assert all(one["random"] and one["uniform"] for one in shown)
    single = measures(open_page("explore/explore.py", n_samples="10"))
    assert [one["value"] for one in single][-2:] == ["–", "1"]


def test_what_is_selected_whole_is_compared_with_nothing(open_page, dataset):
    """Random selections of all sequences are the same one: 'random 0.00' says nothing."""
    shown = measures(open_page("explore/explore.py", n_samples="250"))
    assert shown[0]["value"] == "0.000"
    assert not any("random" in one or "Grey" in one["about"] for one in shown)
