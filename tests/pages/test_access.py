"""Who may use the app; the way through a provider is in tests/e2e/test_sign_in.py."""

import pytest

from pages.ui.access import is_allowed


@pytest.mark.parametrize(
    ("allowed", "user", "expected"),
    [
        ("", "a@x.org", True),
        ("  ", "a@x.org", True),
        ("a@x.org", "a@x.org", True),
        ("A@X.org, b@x.org", "a@x.org", True),
        ("b@x.org c@x.org", "c@x.org", True),
        ("a@x.org", "ba@x.org", False),
        ("@x.org", "a@x.org", True),
        ("@x.org", "a@sub.x.org", False),
        ("@x.org", "a@evil-x.org", False),
        ("@x.org", "a@x.org.evil.com", False),
        ("@x.org", '"a@x.org"@evil.com', False),
        ("x.org", "a@x.org", False),
        ("@", "a@", False),
        ("@x.org", "sub:1@x.org", False),
        ("sub:1", "sub:1", True),
        (",", "a@x.org", False),
    ],
)
def test_addresses_and_domains(allowed, user, expected):
    """Somebody of another domain, or with half a name, would be let in."""
    assert is_allowed(user, allowed) is expected


CLAIMS = {"sub": "7", "email": "Ann@Example.org", "email_verified": True, "name": "Ann"}
PAGES = ("data/videos.py", "explore/explore.py", "output/output.py")


@pytest.fixture
def signed_in(monkeypatch):
    """Configure sign-in, and let a person with these claims be signed in (None: nobody)."""
    import streamlit as st

    class User(dict):
        def to_dict(self):
            return dict(self)

        is_logged_in = property(lambda self: self["is_logged_in"])

    def sign_in(claims):
        state = {"is_logged_in": claims is not None, **(claims or {})}
        monkeypatch.setattr(st, "user", User(state))
        monkeypatch.setattr("pages.ui.doors.sign_in_settings", lambda: {"client_id": "x"})

    monkeypatch.delenv("SEQSEL_ALLOWED_USERS", raising=False)
    return sign_in


@pytest.mark.parametrize("script", PAGES)
def test_without_sign_in_a_page_shows_nothing(open_page, dataset, signed_in, script):
    """Names of datasets, or one picture, would be there for everybody on the network."""
    signed_in(None)
    app = open_page(script, dataset=dataset.id)
    assert [item.value for item in app.title] == ["seqsel"]
    assert [item.label for item in app.button] == ["Sign in"]
    assert not app.sidebar
    assert "Street" not in str([element.proto for element in app.main])


@pytest.mark.parametrize("script", PAGES)
def test_who_is_signed_in_sees_the_page(open_page, dataset, signed_in, script):
    """The gate would stay shut."""
    signed_in(CLAIMS)
    app = open_page(script, dataset=dataset.id)
    assert "Sign in" not in [item.label for item in app.button]
    assert "Street" in str([element.proto for element in app.main]) + str(app.sidebar)


def test_who_is_not_allowed_sees_nothing(open_page, dataset, signed_in, monkeypatch):
    """With a provider that serves the whole world, everybody would be let in."""
    monkeypatch.setenv("SEQSEL_ALLOWED_USERS", "@elsewhere.org")
    signed_in(CLAIMS)
    app = open_page("data/videos.py")
    assert "may not use seqsel" in app.error[0].value
    assert [item.label for item in app.button] == ["Sign out"]
    monkeypatch.setenv("SEQSEL_ALLOWED_USERS", "@example.org")
    app.run()  # checked in every run, not only at the first
    assert not app.error


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        (CLAIMS, "ann@example.org"),
        ({"sub": "7", "email": "ann@example.org"}, "ann@example.org"),
        ({"sub": "7", "email": "ann@example.org", "email_verified": False}, "sub:7"),
        ({"sub": "7"}, "sub:7"),
        ({"sub": "boss@example.org", "email": ""}, "sub:boss@example.org"),
        ({"sub": "8", "email": "sub:7"}, "sub:8"),
        ({"email": ""}, ""),
    ],
)
def test_a_person_has_one_id(signed_in, claims, expected):
    """Somebody who claims an address that nobody verified would see its owner's datasets."""
    from pages.ui.access import current_user

    signed_in(claims)
    assert current_user() == expected


def test_each_provider_has_a_button(open_page, signed_in, monkeypatch):
    """Of two companies on one server, one could not sign in."""
    signed_in(None)
    parts = {"ours": {"client_id": "x"}, "theirs": {"client_id": "y"}, "cookie_secret": "z"}
    monkeypatch.setattr("pages.ui.access.sign_in_settings", lambda: parts)
    app = open_page("data/videos.py")
    assert [item.label for item in app.button] == ["Sign in with ours", "Sign in with theirs"]


def test_without_configuration_there_is_no_user():
    """The app would ask for a sign-in that nobody set up."""
    from pages.ui.access import current_user

    assert current_user() == ""
