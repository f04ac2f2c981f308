"""The farthest of many points, found by looking at few."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from seqsel_core.select.kcenter_cover import Cover
from seqsel_core.select.kcenter_products import IntArray


class Frontier:
    """Answers again and again which of some points is farthest from the centres.

    The points with the largest bounds, some thousands, are brought up to date and kept as
    one block. As long as one of them lies beyond the bounds of all others, it is the farthest,
    and a new centre costs one product with the block, which stays in the cache. Only then are
    the next ones brought up to date, with all the centres that they missed as one
    matrix-matrix product. So the answers are those of a loop over all points, but most of the
    points see the centres late, many at a time, or never.
    """

    def __init__(self, cover: Cover, members: npt.NDArray[np.bool_]) -> None:
        """Take bounds, and which points count, shape (S,), bool; points may leave it later."""
        self._cover = cover
        self._members = members
        self._live: IntArray = np.empty(0, np.int64)
        self._block: object = None
        self._fresh = 0  # centres that all of `_live` have seen
        self._bound = np.inf  # no point outside of `_live` lies beyond

    def farthest(self) -> tuple[int, float] | None:
        """Return the farthest point and its squared distance; None where none is left.

        Ties go to the lowest index. Where rounding would decide, float64 does.
        """
        if not self._members.any():
            return None
        while (found := self._best()) is None:
            self._renew()
        return found

    def _best(self) -> tuple[int, float] | None:
        cover, live = self._cover, self._live
        if not len(live):
            return None
        if self._block is None:
            cover.refresh(live)
        else:
            cover.see(live, self._block, self._fresh)
        self._fresh = cover.count
        values = np.where(self._members[live], cover.upper[live], np.float32(-np.inf))
        margin = 2 * cover.error
        top = float(values.max())
        if top < 0 or top <= self._bound + margin:
            return None
        near = live[values >= top - margin]
        keep = values > self._bound
        if 2 * np.count_nonzero(keep) < len(live):
            self._narrow(keep)
        if len(near) > 1:
            apart = near[cover.upper[near] > 0]  # copies of a centre are at 0 exactly
            near = apart if len(apart) else near[:1]
        away = cover.direct(near)  # None is farther than that. Is the farthest as far?
        best = int(away.argmax())
        while np.count_nonzero(away >= top - cover.error) > 1:  # else no other reaches the top
            exact = cover.exact(near[[best]])[0]
            if exact >= away[best]:
                break
            away[best] = exact
            best = int(away.argmax())
        return int(near[best]), float(away[best])

    def _renew(self) -> None:
        cover = self._cover
        values = np.where(self._members, cover.upper, np.float32(-1))
        size = cover.products.frontier
        least = np.float32(0)
        if len(values) > size:
            # Three errors below the top, so that what is refreshed holds all rivals of the top.
            least = min(
                np.partition(values, -size)[-size], np.float32(values.max() - 3 * cover.error)
            )
        chosen = np.flatnonzero(values >= max(least, np.float32(0)))
        self._bound = float(least) if least > 0 else -np.inf
        cover.refresh(chosen, self._bound)
        self._live, self._fresh = chosen, cover.count
        self._narrow(cover.upper[chosen] > self._bound, anew=True)

    def _narrow(self, keep: npt.NDArray[np.bool_], *, anew: bool = False) -> None:
        self._live = self._live[keep]
        products = self._cover.products
        if not 0 < len(self._live) <= 2 * products.frontier:
            self._block = None  # nothing, or so many copies of one point that they stay outside
        elif anew or self._block is None:
            self._block = products.gather(self._live)
        else:
            self._block = products.narrow(self._block, keep)
