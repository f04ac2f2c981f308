"""Who is told how far the work is: a terminal, a job, nobody."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any, Protocol, Self

from tqdm import tqdm

from seqsel_core.output.readable import printable

_NOTHING_COUNTED = "{desc} [{elapsed}]"


class Progress(Protocol):
    """Told of every stage of a run; may raise `KeyboardInterrupt` to stop it."""

    def stage(self, name: str, total: int, unit: str) -> None:
        """Begin a stage of about `total` units (0: unknown)."""
        ...

    def total(self, total: int) -> None:
        """Correct the total of the stage."""
        ...

    def advance(self, count: int, detail: str = "") -> None:
        """Report `count` more units; `detail` says at what."""
        ...

    def note(self, text: str) -> None:
        """Say one sentence."""
        ...


class Silent:
    """Tells nobody."""

    def stage(self, name: str, total: int, unit: str) -> None:
        """See `Progress`."""

    def total(self, total: int) -> None:
        """See `Progress`."""

    def advance(self, count: int, detail: str = "") -> None:
        """See `Progress`."""

    def note(self, text: str) -> None:
        """See `Progress`."""


class Terminal:
    """A bar per stage on standard error, with rate and time left."""

    def __init__(self) -> None:
        """Begin without a bar."""
        self._bar: tqdm[Any] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close()

    def stage(self, name: str, total: int, unit: str) -> None:
        """See `Progress`."""
        self._close()
        self._bar = tqdm(
            total=total or None,
            desc=f"{name:<22}",
            unit=f" {unit}",
            dynamic_ncols=True,
            bar_format=None if total else _NOTHING_COUNTED,
        )

    def total(self, total: int) -> None:
        """See `Progress`."""
        if self._bar is not None:
            self._bar.total = total or None

    def advance(self, count: int, detail: str = "") -> None:
        """See `Progress`."""
        if self._bar is not None:
            self._bar.bar_format = None
            if detail:
                self._bar.set_postfix_str(printable(detail)[-40:], refresh=False)
            self._bar.update(count)

    def note(self, text: str) -> None:
        """See `Progress`."""
        tqdm.write(printable(text), file=sys.stderr)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.set_postfix_str("")
            self._bar.close()
            self._bar = None
