"""The address at which a browser fetches Plotly, to keep it: `api/plotly.js`.

As code of a component, its five megabytes would be packed and hashed at every run of the page,
and be sent to every session.
"""

from __future__ import annotations

from pathlib import Path

import plotly
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

ADDRESS = f"api/plotly.js?{plotly.__version__}"
"""As a page says it: every page of the app lies one level deep."""

_FILE = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
_YEAR = 365 * 24 * 3600


def plotly_route(base: str) -> Route:
    """Return the route.

    Args:
        base: Streamlit's `server.baseUrlPath`.
    """
    path = "/".join(("", *filter(None, base.split("/")), "api", "plotly.js"))
    return Route(path, _answer, methods=["GET"])


async def _answer(request: Request) -> Response:
    kept = f"public, max-age={_YEAR}, immutable"  # another version has another address
    return FileResponse(_FILE, media_type="text/javascript", headers={"Cache-Control": kept})
