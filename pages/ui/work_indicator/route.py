"""The address at which every open page looks for work in progress: `api/work`.

A look every few seconds from every browser as a run of the page would keep the server from
those who do something. Here one costs about a millisecond, and a page that nobody sees does
not look. The page hands its browser a pass, which says for whom it looks; the browser sends it
in a header.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict
from functools import cache

from anyio.to_thread import run_sync
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pages.ui.addresses import address
from pages.ui.work_indicator.look import look

HEADER = "X-Seqsel-Work"
_GOOD = 24 * 3600  # seconds; every run of a page hands out a new one


def work_route(base: str) -> Route:
    """Return the route.

    Args:
        base: Streamlit's `server.baseUrlPath`.
    """
    return Route(address(base, "work"), _answer, methods=["GET"])


def pass_for(user: str) -> str:
    """Return what lets a browser look for a person; '' where no sign-in is configured."""
    return _signer().dumps(user)


async def _answer(request: Request) -> Response:
    try:
        user = _signer().loads(request.headers.get(HEADER, ""), max_age=_GOOD)
    except BadSignature:
        return JSONResponse({"error": "This page may not look (any more). Reload it."}, 401)
    seen = await run_sync(lambda: asdict(look(user)))
    return JSONResponse(seen, headers={"Cache-Control": "no-store"})


@cache
def _signer() -> URLSafeTimedSerializer:
    """Its key is made when the server starts, and never leaves it."""
    return URLSafeTimedSerializer(secrets.token_bytes(32))
