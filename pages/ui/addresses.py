"""Where the app's own addresses lie on its server: below `api`, beside Streamlit's."""

from __future__ import annotations


def address(base: str, name: str) -> str:
    """Return the path of an address, for example '/tools/api/upload'.

    Args:
        base: Streamlit's `server.baseUrlPath`.
        name: Of the address.
    """
    return "/".join(("", *filter(None, base.split("/")), "api", name))
