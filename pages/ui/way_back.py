"""After sign-in, the page whose link was followed: Streamlit itself goes to the first one."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_COOKIE = "seqsel_way_back"
_SECONDS = 900  # that signing in may take
_LONGEST = 2000  # characters; a longer address is not kept


class WayBack:
    """ASGI middleware: remembers in a cookie from which page sign-in was begun."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before an app."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; add to the answers of the two addresses of sign-in."""
        path = str(scope.get("path", ""))
        if scope["type"] != "http" or not path.endswith(("/auth/login", "/oauth2callback")):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        leaving = path.endswith("/auth/login")
        place = _from(request) if leaving else _kept(request)

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start" and 300 <= message["status"] < 400:
                headers = MutableHeaders(scope=message)
                cookie = Response()
                if leaving:
                    cookie.set_cookie(
                        *(_COOKIE, quote(place)), max_age=_SECONDS, httponly=True, samesite="lax"
                    )
                else:
                    headers["location"] = place or headers["location"]
                    cookie.delete_cookie(_COOKIE, httponly=True, samesite="lax")
                headers.append("set-cookie", cookie.headers["set-cookie"])
            await send(message)

        await self._app(scope, receive, send_on)


def _from(request: Request) -> str:
    """Return the path and query of the page of this app that the request comes from, or ''."""
    page = urlsplit(request.headers.get("referer", ""))
    if page.netloc != request.headers.get("host"):
        return ""
    return _safe(f"{page.path}?{page.query}" if page.query else page.path)


def _kept(request: Request) -> str:
    return _safe(unquote(request.cookies.get(_COOKIE, "")))


def _safe(place: str) -> str:
    """Return a place within this app, or '': nothing that a browser takes for another site."""
    within = place.startswith("/") and place[1:2] not in ("/", "\\")
    return place if within and place.isprintable() and len(place) <= _LONGEST else ""
