"""Who can reach the app, and whether it may be opened so wide."""

from __future__ import annotations

import ipaddress
import os
import socket
from importlib.util import find_spec

from streamlit import config

from pages.ui._compat import sign_in_settings
from seqsel_core.video.limits import wrong_settings


def refusal() -> str:
    """Return why the app must not be served with these settings, or ''.

    Without sign-in everybody who reaches the app may use it. So it is kept to this machine,
    unless `SEQSEL_OPEN=1` says that this is meant.
    """
    if wrong := wrong_settings():
        return wrong
    section = sign_in_settings()
    if section and not (find_spec("authlib") and find_spec("httpx")):
        return "Sign-in is configured, but its packages are missing: pip install Authlib httpx."
    if section:
        return ""
    if os.environ.get("SEQSEL_ALLOWED_USERS"):
        return (
            "SEQSEL_ALLOWED_USERS names people, but no sign-in is configured: the secrets "
            "have no section [auth]. See the README, 'Running it for a team'."
        )
    address = config.get_option("server.address")
    if is_own(address) or os.environ.get("SEQSEL_OPEN") == "1":
        return ""
    where = f"server.address={address}" if address else "without server.address the app"
    return (
        f"Without sign-in everybody who reaches the app may use it, and {where} can be reached "
        "from other machines. Configure sign-in (see the README, 'Running it for a team'), or "
        "set SEQSEL_OPEN=1 if that is what you want."
    )


def is_own(address: str | None) -> bool:
    """Return whether only this machine reaches a server at this address.

    Args:
        address: An IP address, a host name, or `unix://PATH`; None: all addresses.
    """
    if not address:
        return False
    if address.startswith("unix://"):
        return True  # who may open the file decides
    try:
        found = {str(item[4][0]) for item in socket.getaddrinfo(address, None)}
    except (OSError, UnicodeError):
        return False
    return all(ipaddress.ip_address(one.partition("%")[0]).is_loopback for one in found)
