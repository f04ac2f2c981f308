"""What the pages need of Streamlit that has no public name yet; all of it is here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from streamlit import auth_util, config, net_util, runtime
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.web import bootstrap
from streamlit.web.cli import main_run
from streamlit.web.server.server_util import is_allowed_origin, is_xsrf_enabled
from streamlit.web.server.starlette.starlette_app_utils import validate_xsrf_token
from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed


def went_back_or_forward() -> bool:
    """Return whether this run was begun by the browser's Back or Forward button.

    The URL alone does not tell: a run that a slider begins can still carry the URL of before.
    """
    return bool(getattr(get_script_run_ctx(), "is_history_navigation", False))


def was_sent(key: str) -> bool:
    """Return whether the browser sent a value of this widget with what began this run.

    If it did, it has drawn the widget. To be asked before the widget is drawn in this run.
    """
    context = get_script_run_ctx()
    if context is None:
        return False
    state = context.session_state._state
    widget = state._key_id_mapper.get_id_from_key(key)
    return widget is not None and widget in state._new_widget_state


def address_of(picture: bytes, place: str) -> str:
    """Return the address of a JPEG picture, which holds while this session's page shows it.

    Args:
        picture: The file.
        place: Where on the page it stands; another picture there takes its place.
    """
    return runtime.get_instance().media_file_mgr.add(picture, "image/jpeg", place)


def on_a_page() -> bool:
    """Return whether this thread draws a page; else there is nobody to show anything to."""
    return get_script_run_ctx(suppress_warning=True) is not None


def sign_in_settings() -> dict[str, object]:
    """Return the section `[auth]` of the secrets; empty where there is none."""
    return dict(auth_util.get_secrets_auth_section())


def load_settings(script: Path, options: list[str]) -> None:
    """Read files, environment and options as `streamlit run` will.

    Args:
        script: The app.
        options: For example `--server.port=9000`; what is wrong with them is left to Streamlit.
    """
    PagesManager.uses_pages_directory = False  # `pages` holds no pages of Streamlit's old kind
    net_util.get_external_ip = lambda: None  # Streamlit would ask a service on the internet
    config._main_script_path = str(script)
    context = main_run.make_context("run", [str(script), *options], resilient_parsing=True)
    arguments = ("target", "args")
    bootstrap.load_config_options(
        {name: value for name, value in context.params.items() if name not in arguments}
    )


def foreign_request(headers: Mapping[str, str], cookies: Mapping[str, str]) -> str:
    """Return why a request does not come from a page of this app; '' if it does.

    Streamlit checks its own routes like this: by server.allowedHosts, corsAllowedOrigins,
    enableCORS and enableXsrfProtection.

    Args:
        headers: Of the request, in any case.
        cookies: Of the request.
    """
    host, origin = headers.get("host"), headers.get("origin")
    if not is_host_allowed(host):
        return "The app is not known by this name. It can be added to server.allowedHosts."
    if (
        origin is not None
        and config.get_option("server.enableCORS")
        and urlsplit(origin).netloc != host
        and not is_allowed_origin(origin)
    ):
        return "A page of another site asked for this."
    token = headers.get("x-xsrftoken"), cookies.get(XSRF_COOKIE_NAME)
    if is_xsrf_enabled() and not validate_xsrf_token(*token):
        return "The request does not prove that it comes from this app. Reload the page."
    return ""
