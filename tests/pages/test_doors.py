"""The app is opened to other machines on purpose only."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pages.ui import doors

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("localhost", True),
        ("::1", True),
        ("unix:///run/seqsel.sock", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.0.2.7", False),
        ("", False),
        (None, False),
        ("127.0.0.1.example.invalid", False),
    ],
)
def test_addresses_of_this_machine(address, expected):
    """An address that only looks like a loopback address would open the app."""
    assert doors.is_own(address) is expected


@pytest.fixture
def settings(monkeypatch):
    """Set the address that the server listens to, and whether sign-in is configured."""
    for name in ("SEQSEL_OPEN", "SEQSEL_ALLOWED_USERS"):
        monkeypatch.delenv(name, raising=False)

    def set_them(address, sign_in=False):
        monkeypatch.setattr(doors.config, "get_option", lambda name: address)
        section = {"client_id": "x"} if sign_in else {}
        monkeypatch.setattr(doors, "sign_in_settings", lambda: section)

    return set_them


def test_wide_open_needs_a_word(settings, monkeypatch):
    """`--server.address=0.0.0.0` alone would let the whole network in."""
    settings("127.0.0.1")
    assert doors.refusal() == ""
    for address in ("0.0.0.0", None):
        settings(address)
        assert "SEQSEL_OPEN=1" in doors.refusal()
    monkeypatch.setenv("SEQSEL_OPEN", "0")
    assert doors.refusal()
    monkeypatch.setenv("SEQSEL_OPEN", "1")
    assert doors.refusal() == ""


def test_with_sign_in_it_may_be_wide_open(settings, monkeypatch):
    """Nobody could serve a team; and without Authlib every sign-in would end in an error."""
    settings("0.0.0.0", sign_in=True)
    assert doors.refusal() == ""
    monkeypatch.setattr(doors, "find_spec", lambda name: None)
    assert "Authlib" in doors.refusal()


def test_allowed_people_without_sign_in_are_a_mistake(settings, monkeypatch):
    """Secrets mounted in the wrong place would leave the app open to all, without a word."""
    settings("127.0.0.1")
    monkeypatch.setenv("SEQSEL_ALLOWED_USERS", "@example.org")
    monkeypatch.setenv("SEQSEL_OPEN", "1")
    assert "no section [auth]" in doors.refusal()


def test_the_server_asks_nobody_for_its_address(monkeypatch):
    """A request with a strange origin makes Streamlit ask a service on the internet who it is."""
    from streamlit import config, net_util
    from streamlit.web.server.server_util import is_url_from_allowed_origins

    from pages.ui import _compat

    asked = []
    monkeypatch.setattr(net_util, "get_external_ip", net_util.get_external_ip)
    monkeypatch.setattr(net_util, "_make_blocking_http_get", asked.append, raising=False)
    monkeypatch.setattr(net_util, "_external_ip", None)
    monkeypatch.setattr(config, "_main_script_path", config._main_script_path)
    monkeypatch.setattr(_compat.bootstrap, "load_config_options", lambda options: None)
    _compat.load_settings(ROOT / "server.py", [])
    assert not is_url_from_allowed_origins("https://evil.example")
    assert asked == []


def test_limits_that_are_no_numbers_are_told(settings, monkeypatch):
    """`SEQSEL_MAX_FRAMES=1e6` would be taken for no limit of one's own, without a word."""
    settings("127.0.0.1")
    monkeypatch.setenv("SEQSEL_MAX_FRAMES", "1e6")
    assert doors.refusal() == "SEQSEL_MAX_FRAMES=1e6 is not a whole number above zero."


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "variables"),
    [
        (["--server.address=0.0.0.0"], {}),
        (["--server.address", "::"], {}),
        ([], {"STREAMLIT_SERVER_ADDRESS": "0.0.0.0"}),
    ],
)
def test_the_server_ends_with_one_sentence(tmp_path, words, variables):
    """It would listen before it says no, or hide the reason in a traceback."""
    dropped = ("SEQSEL_OPEN", "STREAMLIT_SERVER_ADDRESS")
    environment = {name: value for name, value in os.environ.items() if name not in dropped}
    done = subprocess.run(
        [sys.executable, "-m", "pages.ui.serve", *words, "--server.port=0"],
        cwd=ROOT,
        env={**environment, "SEQSEL_DATA_DIR": str(tmp_path), **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "Configure sign-in" in done.stderr


def test_a_server_started_otherwise_shows_the_reason_only(open_page, dataset, monkeypatch):
    """`streamlit run app.py --server.address=0.0.0.0` would go round the refusal."""
    monkeypatch.setattr("pages.ui.access.refusal", lambda: "Not so wide.")
    app = open_page("data/videos.py")
    assert [item.value for item in app.error] == ["Not so wide."]
    assert not app.title and not app.button and not app.dataframe
