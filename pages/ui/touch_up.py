"""Touch up what Streamlit draws, where its theme has no word for it; see `touch_up.css`.

The server writes the styles into the head of Streamlit's page: they hold before anything is
drawn, and nothing jumps. Where the app is run without it, by `streamlit run app.py`, they come
with the page's first elements.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STYLES = Path(__file__).with_suffix(".css")
_END_OF_HEAD = b"</head>"
_in_the_head = False


class TouchedUp:
    """ASGI middleware: pages have the styles in their head."""

    def __init__(self, app: ASGIApp, also: Callable[[str], str] = lambda _: "") -> None:
        """Stand before an app; `also` says what else belongs into the head, by the path."""
        global _in_the_head
        _in_the_head = True
        self._app = app
        self._also = also
        self._styles = f"<style>\n{STYLES.read_text('utf-8')}</style>\n"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; change pages."""
        asked = Headers(scope=scope) if scope["type"] == "http" else Headers()
        if "text/html" not in asked.get("accept", ""):
            await self._app(scope, receive, send)
            return
        unpacked = [(name, value) for name, value in asked.raw if name != b"accept-encoding"]
        start: Message | None = None
        body = b""

        async def send_on(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_page(message):
                start = message
            elif start is None or message["type"] != "http.response.body":
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    head = self._styles + self._also(scope["path"])
                    whole = body.replace(_END_OF_HEAD, head.encode() + _END_OF_HEAD, 1)
                    headers = MutableHeaders(scope=start)
                    headers["content-length"] = str(len(whole))
                    for name in ("etag", "last-modified", "accept-ranges"):  # of the page before
                        del headers[name]
                    await send(start)
                    await send({"type": "http.response.body", "body": whole})

        await self._app({**scope, "headers": unpacked}, receive, send_on)


def touch_up() -> None:
    """Let the styles hold on this page, if they do not yet; nothing is shown."""
    if not _in_the_head:
        _component()(key="touch_up")


def _is_page(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] == 200 and kind.startswith("text/html")


@cache
def _component() -> Any:
    return st.components.v2.component(
        "touch_up", css=STYLES.read_text("utf-8"), isolate_styles=False
    )
