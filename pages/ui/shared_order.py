"""One order of sequences for all who look at it; some picks are made before they are asked for."""

from __future__ import annotations

import threading
import time

import numpy as np
import numpy.typing as npt

from seqsel_core.evaluate.coverage import distance_to_nearest
from seqsel_core.select.constraints import Steered, steer
from seqsel_core.select.selection import Selection

_MOST_NEAREST = 64  # numbers of picks for which the distances to them are kept
AHEAD = "think ahead"
"""Name of the threads that make picks before somebody asks for them."""

_MORE = 20  # picks that are made ahead; or a quarter of what is asked for
LET_IN = 0.005
"""Seconds in which a move gets its turn while something is done ahead."""


class SharedOrder:
    """An order that several sessions extend, one at a time."""

    def __init__(self, order: Steered, points: npt.NDArray[np.float32]) -> None:
        """Share an order of sequences with these representations, shape (S, D)."""
        self._order, self._points = order, points
        self._lock = threading.Lock()
        self._wanted, self._thinking = 0, False
        self._nearest = {0: np.full(len(points), np.inf, np.float32)}
        self._squares: npt.NDArray[np.float32] | None = None

    def first(self, count: int, min_distance: float) -> Selection:
        """Return the selection of the first `count` picks."""
        with self._lock:
            return steer(self._order, count, min_distance)

    def nearest(self, count: int) -> npt.NDArray[np.float32]:
        """Return the distance of every sequence to the nearest of the first picks, shape (S,).

        From that of fewer picks, where it is known: this runs at every move of a slider.
        """
        with self._lock:
            if count not in self._nearest:
                if len(self._nearest) > _MOST_NEAREST:
                    self._nearest = {0: self._nearest[0]}
                fewer = max(known for known in self._nearest if known < count)
                added = np.array(self._order.order[fewer:count])
                points, every = self._points, np.arange(len(self._points))
                if self._squares is None:
                    self._squares = np.einsum("sd,sd->s", points, points)
                found = distance_to_nearest(points, every, added, self._squares)
                self._nearest[count] = np.minimum(found, self._nearest[fewer])
            return self._nearest[count]

    @property
    def n_bytes(self) -> int:
        """Memory it holds, that of the representations included."""
        kept = sum(distances.nbytes for distances in list(self._nearest.values()))
        return self._points.nbytes + self._order.n_bytes + kept

    def think_ahead(self, count: int) -> None:
        """Begin, in the background, with the picks that follow the first `count`."""
        with self._lock:
            self._wanted = max(self._wanted, count + max(_MORE, count // 4))
            begun, self._thinking = self._thinking, True
        if not begun:
            threading.Thread(target=self._think, name=AHEAD, daemon=True).start()

    def _think(self) -> None:
        while True:
            with self._lock:
                before = len(self._order.order)
                if not self._order.prepare(self._wanted) and before < self._wanted:
                    self._order.extend(before + 1)
                    if len(self._order.order) == before:
                        self._wanted = before  # there are no more
                if before >= self._wanted:
                    self._thinking = False
                    return
            time.sleep(LET_IN)
