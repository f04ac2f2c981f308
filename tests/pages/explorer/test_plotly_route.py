"""The address of Plotly: what comes, and that it is kept."""

import asyncio

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.ui.explorer import plotly_route as module
from pages.ui.explorer.plotly_route import ADDRESS, plotly_route


def test_plotly_comes_as_a_script_that_is_kept():
    """Without its type no browser runs it; not kept, it would be fetched at every visit."""
    sent = []
    path, version = ADDRESS.split("?")
    scope = {
        "type": "http",
        "asgi": {"spec_version": "2.4"},
        "method": "GET",
        "path": f"/base/{path}",
        "query_string": version.encode(),
        "headers": [],
    }

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    asyncio.run(plotly_route("base")(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    assert sent[0]["status"] == 200
    assert headers["content-type"].startswith("text/javascript")
    assert "immutable" in headers["cache-control"]
    assert b"plotly.js v" in b"".join(part.get("body", b"") for part in sent[1:])[:200]


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

    app = AppTest.from_function(script).run()
    assert not app.exception
    if served:
        assert len(sent[0]) < 1000 and ADDRESS in sent[0]
    else:
        assert "plotly.js v" in sent[0] and ADDRESS not in sent[0]
