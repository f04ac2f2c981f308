"""The address at which a browser fetches Plotly, to keep it: `api/plotly.js`.

As code of a component, its five megabytes are packed and hashed at every run of the page, and
sent to every session. That is done only where the app is run without this address, by
`streamlit run app.py`.
"""

from __future__ import annotations

import functools
import gzip
from pathlib import Path

import plotly
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from pages.ui.addresses import address

ADDRESS = f"api/plotly.js?{plotly.__version__}"
"""As a page says it: every page of the app lies one level deep."""

RUNNING = "window.seqselPlotly"
"""Where a page keeps the promise that Plotly will have run."""

PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
_YEAR = 365 * 24 * 3600
_routes: list[Route] = []


def plotly_route(base: str) -> Route:
    """Return the route.

    Args:
        base: Streamlit's `server.baseUrlPath`.
    """
    _routes.append(Route(address(base, "plotly.js"), _answer, methods=["GET"]))
    return _routes[-1]


def is_served() -> bool:
    """Return whether this process has the route."""
    return bool(_routes)


@functools.cache
def packed_plotly() -> bytes:
    """Return Plotly as gzip, packed once: each time it would take a third of a second."""
    return gzip.compress(PLOTLY.read_bytes(), mtime=0)


async def _answer(request: Request) -> Response:
    # Another version has another address.
    headers = {"Cache-Control": f"public, max-age={_YEAR}, immutable", "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return FileResponse(PLOTLY, media_type="text/javascript", headers=headers)
    packed = await run_in_threadpool(packed_plotly)
    headers["Content-Encoding"] = "gzip"
    return Response(packed, media_type="text/javascript", headers=headers)
