"""What the next move may need is worked out while people look at the page.

Little by little, one thing at a time, and only while nobody moves anything: Python's threads take
turns, and whoever waits for a page comes first.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator

AHEAD = "think ahead"
"""Name of the thread that does it; there is none while there is nothing to do."""

_MOST = 8  # that are begun and not done; the oldest is given up for another
_REST = 3  # times as long as the last step took, but at least
_LEAST_REST = 0.005  # seconds
_QUIET = 0.3  # seconds since somebody moved something

_lock = threading.Lock()
_begun: OrderedDict[str, Iterator[None]] = OrderedDict()
_working = False
_moved = 0.0  # when somebody moved something
_DONE = object()


def begin(key: str, steps: Callable[[], Iterator[None]]) -> None:
    """Begin with something, before all that was begun before.

    Args:
        key: What it is; where that was begun already, it only comes first.
        steps: Does it; yields after every step, of some ten milliseconds.
    """
    global _working, _moved
    with _lock:
        _moved = time.monotonic()
        idle, _working = not _working, True
        if key not in _begun:
            _begun[key] = steps()
        _begun.move_to_end(key)
        if len(_begun) > _MOST:
            _begun.popitem(last=False)
    if idle:
        threading.Thread(target=_work, name=AHEAD, daemon=True).start()


def forget() -> None:
    """Give up all that was begun: it holds in memory what it works on."""
    with _lock:
        _begun.clear()


def _work() -> None:
    global _working
    while True:
        with _lock:
            if not _begun:
                _working = False
                return
            wait = _moved + _QUIET - time.monotonic()
            key, steps = next(reversed(_begun.items()))
        if wait > 0:
            time.sleep(wait)
            continue
        began = time.perf_counter()
        try:
            done = next(steps, _DONE) is _DONE
        except Exception:  # whoever asks for it meets it again, and is told
            done = True
        if done:
            with _lock:
                _begun.pop(key, None)
        time.sleep(max(_LEAST_REST, _REST * (time.perf_counter() - began)))
