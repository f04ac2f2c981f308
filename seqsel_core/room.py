"""Memory for large arrays, some of it touched before it is needed.

The first touch of new memory takes the kernel's time, and on a virtual machine its host's, too:
more than what is then worked out in it (50 MB: 4 to 250 ms). Who waits for people to move
something can let `prepare` touch as much as the last arrays took; without that, `empty` is
`np.empty`.
"""

from __future__ import annotations

import contextlib
import math
import mmap
import sys
import threading
from collections import deque
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

_LEAST = 4 << 20  # bytes; of less, new memory costs little
_MOST = 128 << 20  # bytes of one array that memory is touched for ahead
_STEP = 2 << 20  # bytes touched at once: a large page
_PAGE = mmap.PAGESIZE

_lock = threading.Lock()
_asked: deque[int] = deque(maxlen=3)  # bytes of the last arrays: what the next need, too
_spare: list[mmap.mmap] = []


def empty(shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Return an array of any values, float32, in touched memory where there is some."""
    n_bytes = 4 * math.prod(shape)
    if n_bytes < _LEAST:
        return np.empty(shape, np.float32)
    with _lock:
        _asked.append(n_bytes)
        if not _spare:
            return np.empty(shape, np.float32)
        room = min(_spare, key=lambda spare: abs(len(spare) - n_bytes))
        _spare.remove(room)
    room.resize(n_bytes)  # what is too much goes back; what is missing is new
    return np.frombuffer(room, np.float32).reshape(shape)


def prepare() -> Iterator[None]:
    """Touch memory for arrays as large as the last three, in steps of some milliseconds."""
    if sys.platform != "linux":  # others cannot make a mapping shorter
        return
    with _lock:
        wanted = [n_bytes for n_bytes in _asked if n_bytes <= _MOST]
        missing = wanted[: max(0, len(wanted) - len(_spare))]
    for n_bytes in missing:
        room = mmap.mmap(-1, n_bytes, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        with contextlib.suppress(OSError):  # a kernel without large pages
            room.madvise(mmap.MADV_HUGEPAGE)
        for at in range(0, n_bytes, _STEP):
            for page in range(at, min(at + _STEP, n_bytes), _PAGE):
                room[page] = 0
            yield
        with _lock:
            _spare.append(room)
