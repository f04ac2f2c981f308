"""The address of Plotly: what comes, and that it is kept."""

import gzip

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.ui.explorer import plotly_route as module
from pages.ui.explorer.plotly_route import ADDRESS, packed_plotly, plotly_route
from tests.pages.asking import answer


@pytest.mark.parametrize("accepted", ["", "gzip, br"])
def test_plotly_comes_as_a_script_that_is_kept(accepted):
    """Without its type no browser runs it; not kept, it would be fetched at every visit."""
    path, version = ADDRESS.split("?")
    status, headers, body = answer(
        plotly_route("base"), f"/base/{path}", version, accept_encoding=accepted
    )
    assert status == 200
    assert headers["content-type"].startswith("text/javascript")
    assert "immutable" in headers["cache-control"]
    assert headers["vary"] == "Accept-Encoding"
    assert headers.get("content-encoding", "") == ("gzip" if accepted else "")
    assert b"plotly.js v" in (gzip.decompress(body) if accepted else body)[:200]


def test_plotly_is_packed_once():
    """Every browser that has not got it would keep a core busy for a third of a second."""
    assert packed_plotly() is packed_plotly()


@pytest.mark.parametrize("served", [True, False], ids=["served", "streamlit run"])
def test_plotly_comes_however_the_app_was_started(monkeypatch, served):
    """Streamlit takes a component of one line for a file's name: no maps, an error instead."""
    monkeypatch.setattr(module, "_routes", [plotly_route("")] if served else [])
    sent = []
    component = st.components.v2.component
    monkeypatch.setattr(
        st.components.v2,
        "component",
        lambda name, js, **more: (sent.append(js), component(name, js=js, **more))[1],
    )

    def script():
        from pages.ui.explorer.explorer import _plotly

        _plotly.__wrapped__()()

    app = AppTest.from_function(script, default_timeout=60).run()
    assert not app.exception
    if served:
        assert len(sent[0]) < 1000 and ADDRESS in sent[0]
    else:
        assert "plotly.js v" in sent[0] and ADDRESS not in sent[0]
