"""What the browser is told to fetch with a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.responses import Response

from pages.ui.explorer.plotly_route import ADDRESS, RUNNING
from pages.ui.sent_ahead import FRONT_END, SentAhead, begun_ahead, widget_code
from tests.pages.asking import answer


def link(path: str, media_type: str = "text/html") -> str:
    """Return what comes with a page."""
    page = Response("<html>", media_type=media_type)
    status, headers, body = answer(SentAhead(page), path)
    assert (status, body) == (200, b"<html>")
    return str(headers.get("link", ""))


@pytest.mark.parametrize("path", ["/explore", "/base/explore"])
def test_explore_comes_with_all_that_draws_it(path: str) -> None:
    """Catches a first view that waits for one file after the other."""
    told = link(path)
    assert f"<{ADDRESS}>; rel=preload; as=script; crossorigin" in told
    for name in widget_code():
        assert f"<static/js/{name}>;rel=modulepreload" in told
    font = re.search(r"<(static/media/MaterialSymbols[^>]+)>; rel=preload; as=font", told)
    assert font
    assert (FRONT_END / font[1]).is_file()
    assert len(told) < 3000  # nginx takes 4 KB of all headers


def test_other_pages_fetch_plotly_when_they_have_time() -> None:
    """Catches megabytes before a page that shows no map, and headers on what is no page."""
    for path in ("/", "/output"):
        assert f"<{ADDRESS}>; rel=prefetch; as=script; crossorigin" in link(path)
        assert "modulepreload" not in link(path)
    assert link("/static/js/index.js", "text/javascript") == ""


def test_explore_runs_plotly_while_the_rest_is_fetched() -> None:
    """Catches half a second before the maps; Plotly run twice; and on pages without a map."""
    assert f'{RUNNING} = import("./{ADDRESS}")' in begun_ahead("/base/explore")
    assert begun_ahead("/") == begun_ahead("/static/js/explore.js") == ""


def test_the_code_of_the_widgets_is_found() -> None:
    """Catches a Streamlit that is built in another way: nothing would be fetched ahead."""
    names = widget_code()
    assert {"BidiComponent", "Selectbox"} <= {name.split(".")[0] for name in names}
    assert all((FRONT_END / "static" / "js" / name).is_file() for name in names)
    assert not set(names) & set((FRONT_END / "index.html").read_text("utf-8").split('"'))


def test_what_a_widget_imports_is_fetched_too(tmp_path: Path) -> None:
    """Catches half of a widget; what the page loads anyway; and a circle without an end."""
    code = tmp_path / "static" / "js"
    code.mkdir(parents=True)
    (tmp_path / "index.html").write_text('<script src="./static/js/index.1.js"></script>')
    files = {
        "index.1.js": "",
        "Button.2.js": 'import{a}from"./index.1.js";import{b}from"./part.3.js";import"./gone.js"',
        "part.3.js": 'import{c}from"./Button.2.js";import"./style.4.js"',
        "style.4.js": "",
        "Other.5.js": 'import"./style.4.js"',
    }
    for name, text in files.items():
        (code / name).write_text(text)
    assert widget_code(tmp_path) == ["Button.2.js", "part.3.js", "style.4.js"]
