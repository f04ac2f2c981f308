"""A selection from bare arrays, as the tests want it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from seqsel_core.select.selection import Advance, Selection, nested, order_of


def select_sequences(
    points: npt.NDArray[np.float32],
    candidates: npt.NDArray[np.bool_],
    *,
    count: int | None = None,
    min_distance: float = -1,
    advance: Advance = lambda count: None,
    **options: Any,
) -> Selection:
    """Return up to `count` picks (None: all candidates); `options` are those of `order_of`."""
    limit = int(candidates.sum()) if count is None else min(count, int(candidates.sum()))
    greedy = order_of(points, candidates, count=limit, min_distance=min_distance, **options)
    return nested(greedy, limit, min_distance, advance)
