"""The web server: the app, and the route by which files are uploaded to it.

`python -m pages.ui.serve` starts it with what should be checked before; it can also be given
to `streamlit run` or to any ASGI server (`server:app`).
"""

from __future__ import annotations

from starlette.middleware import Middleware
from streamlit import App, config

from pages.ui.upload.route import upload_route
from pages.ui.warm_up import warm_up
from pages.ui.way_back import WayBack

warm_up()
app = App(
    "app.py",
    routes=[upload_route(config.get_option("server.baseUrlPath"))],
    middleware=[Middleware(WayBack)],
)
