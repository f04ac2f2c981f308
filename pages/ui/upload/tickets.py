"""Tickets: what lets a browser upload, and the upload of each.

The page hands a ticket out once files were dropped; it travels in a header, never in an
address. It is good for a quarter of an hour, and once an upload has begun, until a day after
its last piece. It belongs to the person who was signed in when it was made.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from seqsel_core.errors import StoreError
from seqsel_core.store.arrival import Arrival
from seqsel_core.store.quota import Limits, limits
from seqsel_core.store.uploads import GIVEN_UP, remove_given_up

_UNUSED = 900.0  # seconds that a ticket with which nothing has begun is good for
_UNKNOWN = "This page may not upload (any more). Choose the files again."


@dataclass(slots=True)
class _Ticket:
    user: str
    arrival: Arrival
    used: float
    begun: bool = False


class Tickets:
    """The tickets of this process. It can be used by several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin without tickets.

        Args:
            clock: Seconds; one that is never set back.
        """
        self._clock = clock
        self._known: dict[str, _Ticket] = {}
        self._lock = threading.Lock()
        self._adding = threading.Lock()

    def issue(self, user: str, root: Path) -> str:
        """Return a new ticket, and remove what was given up.

        Args:
            user: Who is signed in; '' where no sign-in is configured.
            root: Where uploads lie.
        """
        remove_given_up(root)
        ticket = secrets.token_urlsafe(32)
        with self._lock:
            over = [name for name, known in self._known.items() if self._is_over(known)]
            dropped = [self._known.pop(name).arrival for name in over]
            self._known[ticket] = _Ticket(user, Arrival(root), self._clock())
        for arrival in dropped:
            arrival.discard()
        return ticket

    def belongs(self, ticket: str, user: str) -> bool:
        """Return whether a ticket is good and was made for this person."""
        with self._lock:
            known = self._known.get(ticket)
            return known is not None and not self._is_over(known) and known.user == user

    def arrival(self, ticket: str) -> Arrival:
        """Return the upload of a ticket, and note that it is used.

        Raises:
            StoreError: The ticket is not known (any more).
        """
        with self._lock:
            known = self._known.get(ticket)
            if known is None or self._is_over(known):
                raise StoreError(_UNKNOWN)
            known.used = self._clock()
            return known.arrival

    def add(self, ticket: str, files: Sequence[tuple[str, int]]) -> list[int | str]:
        """Announce files; see `Arrival.add`.

        Raises:
            InputError: See `Arrival.add`.
            StoreError: The ticket is not known; also see `Arrival.add`.
            ConfigError: See `limits`.
            OSError: The folder cannot be made.
        """
        arrival = self.arrival(ticket)
        with self._adding:  # one after another: each must see what the others were promised
            answers = arrival.add(files, self.limits(arrival.folder.parent))
        with self._lock:
            if ticket in self._known:
                self._known[ticket].begun = True
        return answers

    def limits(self, root: Path) -> Limits:
        """Return what may be uploaded now.

        Raises:
            ConfigError: See `limits`.
            OSError: The disk cannot be asked.
        """
        with self._lock:
            arrivals = [known.arrival for known in self._known.values()]
        return limits(root, sum(arrival.promised for arrival in arrivals))

    def finish(self, ticket: str) -> Path:
        """End an upload and return its folder; the ticket is used up.

        Raises:
            InputError: No file is complete; the ticket stays.
            StoreError: The ticket is not known.
            OSError: It cannot be written; the ticket stays.
        """
        folder = self.arrival(ticket).finish()
        with self._lock:
            self._known.pop(ticket, None)
        return folder

    def discard(self, ticket: str) -> None:
        """Give an upload up and remove what came of it; the ticket is used up."""
        with self._lock:
            known = self._known.pop(ticket, None)
        if known:
            known.arrival.discard()

    def _is_over(self, known: _Ticket) -> bool:
        return self._clock() - known.used > (GIVEN_UP if known.begun else _UNUSED)


@cache
def tickets() -> Tickets:
    """Return the tickets of this server; the page and the route share them."""
    return Tickets()
