"""Tickets: who may upload, and for how long."""

from __future__ import annotations

from collections import namedtuple
from pathlib import Path

import pytest

from pages.ui.upload.tickets import Tickets
from seqsel_core.errors import InputError, StoreError
from seqsel_core.store import quota

Disk = namedtuple("Disk", "total used free")


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        """Return its seconds."""
        return self.now


def test_a_ticket_belongs_to_who_it_was_made_for(tmp_path: Path) -> None:
    """Catches an upload that goes on in the session of somebody else."""
    tickets = Tickets()
    ticket, other = tickets.issue("ann@x.org", tmp_path), tickets.issue("", tmp_path)
    assert ticket != other and len(ticket) >= 32
    assert tickets.belongs(ticket, "ann@x.org")
    assert not tickets.belongs(ticket, "bob@x.org")
    assert not tickets.belongs(ticket, "")
    assert not tickets.belongs("", "")


def test_an_unused_ticket_is_short_lived(tmp_path: Path) -> None:
    """Catches a ticket that was found somewhere and still opens the door."""
    clock = Clock()
    tickets = Tickets(clock)
    unused, used = tickets.issue("", tmp_path), tickets.issue("", tmp_path)
    tickets.add(used, [("a.mp4", 2)])
    clock.now = 1000.0
    with pytest.raises(StoreError, match="may not upload"):
        tickets.arrival(unused)
    tickets.arrival(used).write(0, 0, b"x")
    clock.now += 80_000.0
    assert tickets.arrival(used).received(0) == 1


def test_an_upload_given_up_is_let_go(tmp_path: Path) -> None:
    """Catches memory and files kept for ever for those who went away."""
    clock = Clock()
    tickets = Tickets(clock)
    ticket = tickets.issue("", tmp_path)
    tickets.add(ticket, [("a.mp4", 2)])
    clock.now = 90_000.0
    tickets.issue("", tmp_path)
    assert not tickets.belongs(ticket, "")
    assert list(tmp_path.iterdir()) == []


def test_two_uploads_at_once_share_the_quota(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches uploads that are promised the same room."""
    monkeypatch.setenv(quota.QUOTA, "100")
    tickets = Tickets()
    first, second = tickets.issue("", tmp_path), tickets.issue("", tmp_path)
    tickets.add(first, [("a.mp4", 70)])
    with pytest.raises(StoreError, match="take 50 B, and 30 B can be uploaded"):
        tickets.add(second, [("b.mp4", 50)])
    tickets.discard(first)
    assert tickets.add(second, [("b.mp4", 50)]) == [0]


def test_a_finished_upload_uses_its_ticket_up(tmp_path: Path) -> None:
    """Catches files that come into a dataset after it was made."""
    tickets = Tickets()
    ticket = tickets.issue("", tmp_path)
    tickets.add(ticket, [("a.mp4", 1)])
    with pytest.raises(InputError):
        tickets.finish(ticket)
    tickets.arrival(ticket).write(0, 0, b"x")
    assert (tickets.finish(ticket) / "names.json").exists()
    with pytest.raises(StoreError):
        tickets.arrival(ticket)
