"""Who is signed in, and that nobody else sees anything, where sign-in is configured.

It is where the secrets have a section `[auth]` (see `st.login`). Without one everybody who
reaches the app is the same person, whose id is ''.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.ui import text
from pages.ui._compat import sign_in_settings
from pages.ui.doors import refusal


def current_user() -> str:
    """Return the id of who is signed in; '' where no sign-in is configured.

    It is the address in lower case, or `sub:` and the provider's number of the person where
    the provider gives no address, or one that it did not verify.
    """
    if not _configured() or not st.user.is_logged_in:
        return ""
    claims = st.user.to_dict()
    address = str(claims.get("email") or "").strip().lower()
    if "@" in address and claims.get("email_verified") is not False:
        return address
    return f"sub:{claims['sub']}" if claims.get("sub") else ""


def gate() -> None:
    """Stop the script with the sign-in page, unless the person at it may use the app.

    Called by app.py before anything is drawn, in every run of every page.
    """
    if reason := refusal():  # also where the app was started past `serve.py`
        st.error(reason, icon=":material/lock:")
        st.stop()
    if not _configured():
        return
    user = current_user()
    if not user:
        _sign_in_page()
        st.stop()
    if not is_allowed(user, os.environ.get("SEQSEL_ALLOWED_USERS", "")):
        _refusal_page(user)
        st.stop()


def account_pages() -> list[StreamlitPage]:
    """Return the page with the way out; none where no sign-in is configured."""
    page = st.Page(
        _account_page, title="Account", icon=":material/account_circle:", url_path="account"
    )
    return [page] if current_user() else []


def is_allowed(user: str, allowed: str) -> bool:
    """Return whether a person may use the app.

    Args:
        user: As `current_user` returns it.
        allowed: `SEQSEL_ALLOWED_USERS`: addresses, or `@domain` for everybody there, separated
            by commas or spaces; '' for all whom the provider lets in.
    """
    if not allowed.strip():
        return True
    wanted = allowed.replace(",", " ").lower().split()
    _, at, domain = user.rpartition("@")
    is_address = bool(at and domain) and not user.startswith("sub:")
    return user.lower() in wanted or (is_address and f"@{domain}" in wanted)


def _configured() -> bool:
    return "is_logged_in" in st.user


def _account_page() -> None:
    st.title("Account")
    st.markdown(f"Signed in as **{text.for_markdown(current_user(), 80)}**.")
    _sign_out_button()


def _sign_in_page() -> None:
    providers: list[str | None] = [
        name
        for name, part in sign_in_settings().items()
        if isinstance(part, Mapping) and "client_id" in part
    ]
    st.space(96)
    middle = st.container(horizontal_alignment="center")
    with middle, st.container(border=True, width=380):
        st.title("seqsel", anchor=False, text_alignment="center")
        st.markdown("Sign in to see your videos.", text_alignment="center")
        for name in providers or [None]:
            label = f"Sign in with {text.for_markdown(name)}" if name else "Sign in"
            if st.button(label, type="primary", icon=":material/login:", width="stretch"):
                st.login(name)


def _refusal_page(user: str) -> None:
    st.title("seqsel")
    st.error("This account may not use seqsel. Ask whoever runs it, or use another one.")
    st.text(user)
    _sign_out_button()


def _sign_out_button() -> None:
    if st.button("Sign out", icon=":material/logout:"):
        st.logout()
