"""The address of Plotly: what comes, and that it is kept."""

import asyncio

import streamlit as st

from pages.ui.explorer import explorer
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


def test_without_the_address_plotly_comes_with_the_page(monkeypatch):
    """Who starts the app by `streamlit run app.py` would see no maps."""
    codes = []
    monkeypatch.setattr(st.components.v2, "component", lambda name, js, **_: codes.append(js))
    for routes in ([], [plotly_route("")]):
        monkeypatch.setattr(module, "_routes", routes)
        explorer._plotly.__wrapped__()
    without, served = codes
    assert "plotly.js v" in without and "import(" not in without[-200:]
    assert len(served) < 1000 and ADDRESS in served
