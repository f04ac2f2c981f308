"""How many sequences are enough: where the curve of the covering radius bends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Curve:
    """Covering radius against number of sequences.

    Attributes:
        counts: 1 to K, shape (K,), int64.
        radii: Covering radius of the first k picks, shape (K,), float64.
        elbow: Number of sequences after which another brings much less than before; None
            where the curve does not bend.
    """

    counts: npt.NDArray[np.int64]
    radii: npt.NDArray[np.float64]
    elbow: int | None


def coverage_curve(radii: Sequence[float]) -> Curve:
    """Return the curve of a nested order with a suggested elbow.

    The elbow is the point farthest below the line from the first to the last point of the
    curve, each axis scaled to 0 … 1 (Satopää et al., "Finding a kneedle in a haystack", 2011).
    It depends on where the curve ends: it is a suggestion.

    Args:
        radii: Covering radius after each pick.
    """
    curve = np.asarray(radii, np.float64)
    counts = np.arange(1, len(curve) + 1, dtype=np.int64)
    if len(curve) < 3 or not curve[0] > curve[-1]:
        return Curve(counts, curve, None)
    fallen = (curve[0] - curve) / (curve[0] - curve[-1])
    below = fallen - np.linspace(0, 1, len(curve))
    at = int(np.argmax(below))
    return Curve(counts, curve, int(counts[at]) if below[at] > 1e-9 else None)
