"""One order of sequences for all who look at it; some picks are made before they are asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from seqsel_core.evaluate.coverage import distance_to_nearest, pairwise
from seqsel_core.select.constraints import Steered, steer
from seqsel_core.select.selection import Selection

_MOST_NEAREST = 64  # numbers of picks for which the distances to them are kept
_BLOCK = 4096  # sequences whose distances are measured in one step
_MORE = 20  # picks that are made ahead; or a quarter of what is asked for


class SharedOrder:
    """An order that several sessions extend, one at a time."""

    def __init__(self, order: Steered, points: npt.NDArray[np.float32]) -> None:
        """Share an order of sequences with these representations, shape (S, D)."""
        self._order, self._points = order, points
        self._lock = threading.Lock()
        self._nearest = {0: np.full(len(points), np.inf, np.float32)}
        # Distances to picks made ahead: the number of the first, and an array (picks, S).
        self._ahead = (0, np.empty((0, len(points)), np.float32))

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
                found = self._to_added(fewer, count)
                self._nearest[count] = np.minimum(found, self._nearest[fewer])
            return self._nearest[count]

    def _to_added(self, fewer: int, count: int) -> npt.NDArray[np.float32]:
        """Return the distance of every sequence to the nearest pick from `fewer` to `count`."""
        first, known = self._ahead
        if first <= fewer and count <= first + len(known):
            found: npt.NDArray[np.float32] = known[fewer - first : count - first].min(axis=0)
            return found
        added = np.array(self._order.order[fewer:count])
        return distance_to_nearest(self._points, np.arange(len(self._points)), added)

    @property
    def n_bytes(self) -> int:
        """Memory it holds, that of the representations included."""
        kept = sum(distances.nbytes for distances in list(self._nearest.values()))
        return self._points.nbytes + self._order.n_bytes + kept + self._ahead[1].nbytes

    def think_ahead(self, count: int) -> Iterator[None]:
        """Make the picks that follow the first `count`, and measure the distances to them."""
        wanted = count + max(_MORE, count // 4)
        yield from self._pick_ahead(wanted)
        with self._lock:
            picks = np.array(self._order.order[count:wanted])
            first, known = self._ahead
        if first == count and len(known) == len(picks):
            return
        found = np.empty((len(picks), len(self._points)), np.float32)
        for at in range(0, len(self._points) if len(picks) else 0, _BLOCK):
            part = slice(at, at + _BLOCK)
            found[:, part] = pairwise(self._points[picks], self._points[part])
            yield
        with self._lock:
            self._ahead = (count, found)

    def _pick_ahead(self, wanted: int) -> Iterator[None]:
        before = -1
        while True:
            with self._lock:
                more = self._order.prepare(wanted)
                if not more:
                    made = len(self._order.order)
                    if made >= wanted or made == before:  # or there are no more
                        return
                    before = made
                    self._order.extend(made + 1)
            yield
