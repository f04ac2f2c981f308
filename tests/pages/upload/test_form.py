"""The form of the upload, driven without a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pages.ui.upload import form
from pages.ui.upload.tickets import tickets
from seqsel_core.store.datasets import Datasets
from seqsel_core.store.uploads import discover_upload


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No tickets of other tests, and no worker."""
    tickets.cache_clear()
    monkeypatch.setattr("pages.ui.job_panel.ensure_worker", lambda data_dir: None)


def add_button(app: Any) -> Any:
    """The button that makes a dataset of the upload."""
    return next(button for button in app.button if button.label == "Add these files")


def test_nothing_uploaded_cannot_be_added(open_page: Any) -> None:
    """Catches a dataset of nothing."""
    app = open_page("data/videos.py")
    assert add_button(app).disabled
    assert not app.session_state["upload_ticket"]


def test_what_was_uploaded_becomes_a_dataset(open_page: Any, data_dir: Path) -> None:
    """Catches files that lie on the server, and that no dataset has."""
    app = open_page("data/videos.py")
    ticket = tickets().issue("", data_dir / "uploads")
    tickets().add(ticket, [("a.mp4", 2), ("cut off.mp4", 9)])
    tickets().arrival(ticket).write(0, 0, b"xyz")
    app.session_state["upload_ticket"] = ticket
    app.run()
    assert not add_button(app).disabled
    add_button(app).click().run()
    assert not app.exception
    (record,) = Datasets(data_dir).all()
    assert record.name == "Upload of 1 file"
    assert [video.name for video in discover_upload(record.sources[0].path).videos] == ["a.mp4"]
    assert app.session_state["upload_ended"] == ticket
    assert not app.session_state["upload_ticket"]


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch, data_dir: Path) -> dict[str, Any]:
    """A session in which ann is signed in."""
    state: dict[str, Any] = {}
    monkeypatch.setattr(form.st, "session_state", state)
    monkeypatch.setattr(form, "current_user", lambda: "ann")
    return state


def asks(turn: int, ticket: str = "") -> dict[str, Any]:
    """What the browser says when it wants a ticket, or has one."""
    return {"turn": turn, "ticket": ticket, "busy": True, "complete": 0}


def test_a_ticket_is_given_once_for_each_turn(session: dict[str, Any]) -> None:
    """Catches a new ticket at every rerun, which would lose the upload of the last one."""
    assert form._ticket(asks(0)) == ""
    first = form._ticket(asks(1))
    assert first and tickets().belongs(first, "ann")
    assert form._ticket(asks(1)) == first
    assert form._ticket(asks(1, first)) == first
    second = form._ticket(asks(2))
    assert second not in ("", first)
    tickets().discard(second)
    assert form._ticket(asks(2)) == ""


def test_an_upload_is_taken_over_by_a_new_session_of_the_same_person(
    session: dict[str, Any], tmp_path: Path
) -> None:
    """Catches an upload lost with the connection, and one that another person takes."""
    own, other = tickets().issue("ann", tmp_path), tickets().issue("bob", tmp_path)
    assert form._ticket(asks(3, own)) == own
    assert form._ticket(asks(4, other)) == own
    session.clear()
    assert form._ticket(asks(5, other)) == ""
    assert form._ticket(asks(6, "unknown")) == ""


@pytest.mark.parametrize("told", [None, {}, "x", {"turn": "many"}, {"turn": None}, [1]])
def test_nonsense_from_the_browser_is_nothing(session: dict[str, Any], told: Any) -> None:
    """Catches a page that breaks by what a browser sends."""
    session["uploader"] = {"told": told}
    assert form._told() == {"turn": 0, "ticket": "", "busy": False, "complete": 0}
