"""The table of all sequences."""

import json
import re

import numpy as np
import pytest

from pages.ui import loaders, sequence_table
from pages.ui.parameters import Parameters
from pages.ui.strip_list import Strips


@pytest.fixture
def strips(dataset):
    """Five of 25 sequences of ten frames are selected."""
    opened = loaders.load_dataset(dataset)
    values = Parameters(n_samples=50)
    pool = loaders.load_pool(opened, values)
    selection = loaders.load_selection(opened, values)
    near = loaders.load_nearest(opened, values, selection)
    return Strips(opened, pool.cut.sequences, selection, near, values)


def test_a_row_says_what_its_sequence_is(strips):
    """A rank or a distance in the row of another sequence would mislead every reader."""
    frame, positions = sequence_table.table_of(strips)
    assert len(frame) == 25
    ranked = frame.dropna(subset=["Rank"]).sort_values("Rank")
    assert ranked.index.tolist() == strips.selection.order.tolist()
    assert (ranked["Distance to the nearest selected"] < 1e-3).all()
    row = frame.iloc[13]
    assert (row["First frame"], row["Last frame"]) == (10, 19)
    assert row["Seconds"] == pytest.approx(10 / 25)  # of the first frame, as on its strip
    assert positions.tolist() == list(range(25))


def test_too_many_rows_leave_the_selected_and_the_blind_spots(strips, monkeypatch):
    """A million rows would stop the browser; the first ones only would hide what matters."""
    monkeypatch.setattr(sequence_table, "MOST_ROWS", 8)
    frame, positions = sequence_table.table_of(strips)
    assert len(frame) == 8
    assert set(strips.selection.order) <= set(positions)
    left_out = np.setdiff1d(np.arange(25), positions)
    others = np.setdiff1d(positions, strips.selection.order)
    assert strips.near[others].min() >= strips.near[left_out].max()


def test_a_region_leaves_only_its_rows(strips):
    """The table would go on showing what the other views hide."""
    inside = np.zeros(25, bool)
    inside[[3, 14]] = True
    frame, positions = sequence_table.table_of(strips, inside)
    assert positions.tolist() == [3, 14]
    assert frame["First frame"].tolist() == [30, 20]


def test_all_columns_fit_a_small_window_and_the_csv_keeps_its_names(open_page, dataset):
    """Long labels would push the measures out of sight, short ones would break scripts."""
    app = open_page("explore/explore.py", ("table",))
    table = app.dataframe[0]
    assert "Distance to the nearest selected" in table.value.columns
    shown = json.loads(table.proto.columns)
    assert sum(shown[name]["width"] for name in table.value.columns) <= 705  # pixels at 1280
    for name in table.value.columns.drop("Video"):
        assert len(shown[name].get("label") or name) <= 10
        assert shown[name]["help"]


def test_numbers_of_a_column_have_as_many_decimals(open_page, dataset):
    """439 among 439.2 cannot be compared at a glance."""
    app = open_page("explore/explore.py", ("table",))
    table = app.dataframe[0]
    shown = json.loads(table.proto.columns)
    for name in table.value.select_dtypes("floating").columns:
        assert re.fullmatch(r"%\.\df", shown[name]["type_config"]["format"]), name


def test_the_csv_runs_no_formula(strips):
    """A video called =HYPERLINK(…) would act when the table is opened."""
    frame, _ = sequence_table.table_of(strips)
    made = sequence_table.csv_of(frame.assign(Video="=1+1")).decode().splitlines()
    assert made[0].startswith("Rank,Video,First frame,")
    assert made[1].split(",")[1] == "'=1+1"
    assert len(made) == 26
