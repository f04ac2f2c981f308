"""The web server: the app, and addresses of its own: uploads, looks at the jobs, pictures, Plotly.

`python -m pages.ui.serve` starts it with what should be checked before; it can also be given
to `streamlit run` or to any ASGI server (`server:app`).
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.middleware import Middleware
from streamlit import App, config

from pages.ui.explorer.picture_route import picture_route
from pages.ui.explorer.plotly_route import plotly_route
from pages.ui.memory import share_memory_among_threads
from pages.ui.sent_ahead import SentAhead, begun_ahead
from pages.ui.touch_up import TouchedUp
from pages.ui.upload.route import upload_route
from pages.ui.warm_up import get_ready, warm_up
from pages.ui.way_back import WayBack
from pages.ui.work_indicator.route import work_route


@asynccontextmanager
async def warm(app: App) -> AsyncIterator[None]:
    """Load what the pages need when Streamlit is up, before anybody is answered."""
    warm_up()
    threading.Thread(target=get_ready, name="get ready", daemon=True).start()
    yield


share_memory_among_threads()
base = config.get_option("server.baseUrlPath")
app = App(
    "app.py",
    routes=[upload_route(base), work_route(base), plotly_route(base), picture_route(base)],
    middleware=[
        Middleware(WayBack),
        Middleware(SentAhead),
        Middleware(TouchedUp, also=begun_ahead),
    ],
    lifespan=warm,
)
