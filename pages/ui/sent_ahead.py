"""What Explore needs, the browser is told to fetch with it: it would find out much later."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.ui.explorer.plotly_route import ADDRESS, RUNNING

FRONT_END = Path(streamlit.__file__).parent / "static"
"""Streamlit's own page, `index.html`, with its code in `static/js`."""

_WIDGETS = ("BidiComponent", "Button", "Checkbox", "Pagination", "Selectbox")
_IMPORT = re.compile(r'(?:from|import)\s*"\./([^"]+\.js)"')
_ICONS = "MaterialSymbols-Rounded.*.woff2"
_MOST_BYTES = 2500  # of the header: proxies take 4 KB of all headers


class SentAhead:
    """ASGI middleware: adds a `Link` header to pages.

    With every page the font of the icons: until it is there, their names stand in their place.
    With Explore, Plotly is fetched at once, and the code of Streamlit's widgets, which
    Streamlit's page asks for one by one when it is to draw them: until then it draws grey bars
    of another height. With other pages Plotly is fetched when there is nothing else to do, for
    whoever goes on to Explore.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Stand before an app."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; add the header to pages."""
        explore = _is_explore(str(scope.get("path", "")))

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("link", _links(explore))
            await send(message)

        await self._app(scope, receive, send_on if scope["type"] == "http" else send)


def begun_ahead(path: str) -> str:
    """Return what the head of a page begins with, by its path: on Explore, to run Plotly.

    That takes half a second, which a browser has while it fetches the code of the page.
    `explorer.py` waits for the same.
    """
    if not _is_explore(path):
        return ""
    run = f'{RUNNING} = import("./{ADDRESS}")'
    return f'<script type="module" async>{run}</script>\n'


def widget_code(front_end: Path = FRONT_END) -> list[str]:
    """Return the files that the widgets of Explore are made of, but for what every page loads.

    Args:
        front_end: As `FRONT_END`; of another version of Streamlit there may be none.
    """
    every = {path.name: path for path in (front_end / "static" / "js").glob("*.js")}
    index = front_end / "index.html"
    found = set(re.findall(r"static/js/([^\"]+\.js)", index.read_text("utf-8")))
    there = set(found)
    new = [name for name in every if name.split(".")[0] in _WIDGETS]
    while new:
        found.update(new)
        wanted = {one for name in new for one in _IMPORT.findall(every[name].read_text("utf-8"))}
        new = sorted((wanted & every.keys()) - found)
    return sorted(found - there)


def _is_explore(path: str) -> bool:
    return path.endswith("/explore")


@functools.cache
def _links(explore: bool) -> str:
    fonts = sorted((FRONT_END / "static" / "media").glob(_ICONS))
    links = [f"<static/media/{one.name}>; rel=preload; as=font; crossorigin" for one in fonts]
    when = "preload" if explore else "prefetch"
    links.append(f"<{ADDRESS}>; rel={when}; as=script; crossorigin")
    if explore:
        links += [f"<static/js/{name}>;rel=modulepreload" for name in widget_code()]
    while sum(len(link) + 1 for link in links) > _MOST_BYTES:
        links.pop()
    return ",".join(links)
