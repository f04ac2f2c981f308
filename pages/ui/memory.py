"""Memory that was used goes back to where the next one finds it."""

from __future__ import annotations

import ctypes

_M_ARENA_MAX = -8  # of glibc's malloc.h
_ARENAS = 2


def share_memory_among_threads() -> None:
    """Let glibc keep free memory in two places, not in eight for each core.

    Each run of a page is a thread of its own. What one of them freed would be of no use to the
    next: with twenty visitors the server grew by 60 MB each time they came. Other C libraries
    have no such setting, and keep theirs.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)
