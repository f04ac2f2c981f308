"""A data directory with one embedded dataset, made without decoding or a network."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import strips
from pages.ui.kept import Shelf
from pages.ui.warm_up import warm_up
from tests.stored_dataset import store_dataset

ROOT = Path(__file__).parents[2]
NAMES = ("a.mp4", "b <i>x</i>.mp4", "c.mp4")
FRAMES = (120, 95, 40)


@pytest.fixture(scope="session", autouse=True)
def warm():
    """What the server does at its start: no run of a page looks through all the libraries."""
    warm_up()


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    """An empty data directory that the app uses."""
    import streamlit as st

    monkeypatch.setenv("SEQSEL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SEQSEL_INPUT_ROOTS", str(tmp_path))
    st.cache_resource.clear()
    st.cache_data.clear()
    monkeypatch.setattr(strips, "_SHELF", Shelf(len))
    return tmp_path / "data"


@pytest.fixture
def open_page(data_dir):
    """Run app.py on a page with a query, in a new session; any exception fails the test.

    `opened` are the keys of panels that are open from the start.
    """

    def open_it(script, opened=(), **query):
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        app.switch_page(f"pages/{script}")
        for name, value in query.items():
            app.query_params[name] = value
        for key in opened:
            app.session_state[key] = True
        app.run()
        assert not app.exception, app.exception[0].value
        return app

    return open_it


@pytest.fixture
def dataset(data_dir):
    """An embedded dataset: three videos, the last with a video that cannot be read."""
    return store_dataset(data_dir, NAMES, FRAMES)
