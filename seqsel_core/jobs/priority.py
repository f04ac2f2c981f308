"""Work in the background leaves the processor to whom people wait for."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_AUTOGROUP = Path("/proc/self/autogroup")


def be_nice(by: int) -> None:
    """Let other processes go first.

    Linux may share the cores out among sessions first (`sched_autogroup`): then `nice` counts
    within a session only, and a worker, which has one of its own, would take as much as the
    web server. A session that others are part of is left as it is.

    Args:
        by: 1 to 19; larger is nicer.
    """
    os.nice(by)
    if os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):  # another system, or a kernel without it
            _AUTOGROUP.write_text(str(by))
