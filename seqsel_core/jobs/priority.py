"""Work in the background leaves the processor to whom people wait for."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_AUTOGROUP = Path("/proc/self/autogroup")
_SESSION = 0.4


def be_nice(by: int) -> None:
    """Let other processes go first.

    Linux may share the cores out among sessions first (`sched_autogroup`): then `nice` counts
    within a session only, and a worker, which has one of its own, would take as much as the
    web server. Its session is made less nice than it is itself: those of other people may be
    busy for days. A session that others are part of is left as it is.

    Args:
        by: 1 to 19; larger is nicer.
    """
    os.nice(by)
    if os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):  # another system, or a kernel without it
            _AUTOGROUP.write_text(str(round(by * _SESSION)))
