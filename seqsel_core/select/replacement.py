"""The best replacement of one selected sequence, all others staying as they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seqsel_core.select.constraints import Rules
from seqsel_core.select.kcenter import FloatArray, IntArray

BoolArray = npt.NDArray[np.bool_]

_BLOCK = 4096  # points per matrix product: bounds the memory
_FIRST = 32  # farthest points looked at first
_SAME = 1e-5  # distances that float32 cannot tell apart
_NEAR = 1e-3  # squared; below it a² + b² − 2ab has lost too many digits


@dataclass(frozen=True)
class Replacement:
    """What takes the place of a rejected sequence, and what that does to the coverage.

    Distances are those of all sequences that are still to be covered (without what was
    rejected) to their nearest selected one.

    Attributes:
        position: Its position among the sequences; -1: nothing is left that may be picked.
        radius_before: Covering radius with the rejected one.
        radius_after: Covering radius with its replacement.
        mean_before: Mean distance with the rejected one.
        mean_after: Mean distance with its replacement.
    """

    position: int
    radius_before: float
    radius_after: float
    mean_before: float
    mean_after: float


class Replacer:
    """Answers, for one selection, what would best replace each of its sequences.

    Prepared once with one product of all points and all selected ones; then an answer needs
    only the points farthest from what stays selected.
    """

    def __init__(
        self, points: FloatArray, selected: IntArray, *, centres: FloatArray | None = None
    ) -> None:
        """Find the nearest and the second nearest selected one of every point.

        Args:
            points: Shape (S, D), float32.
            selected: Positions of the selected ones, shape (K,), int64.
            centres: Points that count as selected before, shape (C, D).
        """
        self._points = points
        self._selected = selected
        self._squares = np.einsum("sd,sd->s", points, points)
        chosen = points[selected]
        if centres is not None:
            chosen = np.concatenate([chosen, centres])
        self._which = np.full(len(points), -1, np.int64)
        self._first = np.full(len(points), np.inf, np.float32)
        self._second = np.full(len(points), np.inf, np.float32)
        for low in range(0, len(points) if len(chosen) else 0, _BLOCK):
            part = slice(low, low + _BLOCK)
            distances = self._distances(np.arange(len(points))[part], chosen)
            rows = np.arange(len(distances))
            self._which[part] = distances.argmin(axis=1)
            self._first[part] = distances[rows, self._which[part]]
            distances[rows, self._which[part]] = np.inf
            self._second[part] = distances.min(axis=1)

    def best(self, at: int, allowed: BoolArray, covered: BoolArray) -> Replacement:
        """Return the replacement that leaves the smallest covering radius.

        Exact: as good as trying every allowed one. Among those with the same radius, the one
        nearest to the mean of what the rejected one covered: it serves these best.

        Args:
            at: Rank of the rejected one in the selection.
            allowed: What may take its place, shape (S,), bool; see `allowed_instead`.
            covered: What is to be covered, shape (S,), bool.
        """
        own = self._which == at
        without = np.where(own, self._second, self._first)
        targets = np.flatnonzero(covered)
        before = self._first[targets]
        options = np.flatnonzero(allowed)
        if not len(options):
            return _replacement(-1, before, without[targets])
        ties = self._least_radius(options, targets[np.argsort(-without[targets])], without)
        served = np.flatnonzero(own & covered)
        mean = self._points[served if len(served) else self._selected[[at]]].mean(axis=0)
        away = self._distances(ties, mean[None])[:, 0]
        position = int(ties[away.argmin()])
        reached = self._distances(targets, self._points[[position]])[:, 0]
        return _replacement(position, before, np.minimum(without[targets], reached))

    def _least_radius(self, options: IntArray, targets: IntArray, without: FloatArray) -> IntArray:
        """Return the options with the smallest covering radius.

        Targets come farthest first, in blocks of growing size. What an option leaves of those
        seen so far is a lower bound of its radius; no target to come is farther than the next
        one. So an option is out once its bound is above that, and all is known once no bound is
        below it.
        """
        bounds = np.zeros(len(options), np.float32)
        low, size = 0, _FIRST
        while low < len(targets):
            block = targets[low : low + size]
            left = np.minimum(self._distances(options, self._points[block]), without[block])
            bounds = np.maximum(bounds, left.max(axis=1))
            low, size = low + size, size * 2
            following = without[targets[low]] if low < len(targets) else 0
            if bounds.min() >= following:
                break
            kept = bounds <= following
            options, bounds = options[kept], bounds[kept]
        ties: IntArray = options[bounds <= bounds.min() + _SAME]
        return ties

    def _distances(self, rows: IntArray, others: FloatArray) -> FloatArray:
        """Return the distances of points to others, shape (R, O), float32."""
        if 2 * len(rows) > len(self._points):  # a product more is cheaper than to copy them
            squared = (self._points @ others.T)[rows]
        else:
            squared = self._points[rows] @ others.T
        squared *= -2
        squared += self._squares[rows][:, None]
        squared += np.einsum("od,od->o", others, others)
        for row, other in zip(*np.nonzero(squared < _NEAR), strict=True):
            squared[row, other] = np.square(self._points[rows[row]] - others[other]).sum()
        distances: FloatArray = np.sqrt(squared, out=squared)
        return distances


def allowed_instead(candidates: BoolArray, rules: Rules, selected: IntArray, at: int) -> BoolArray:
    """Return what may take the place of one selected sequence without breaking a rule.

    Args:
        candidates: What may be selected at all, shape (S,), bool.
        rules: The rules of the selection.
        selected: Positions of the selected ones, shape (K,).
        at: Rank of the one that is replaced.
    """
    allowed = candidates.copy()
    allowed[selected] = False
    others = np.delete(selected, at)
    if rules.apart is not None:
        for other in others.tolist():
            allowed[rules.places.near(other, rules.apart)] = False
    if rules.frames is not None:
        left = rules.frames - int(rules.places.lengths[others].sum())
        allowed &= rules.places.lengths <= left
    if len(rules.at_most):
        picked = np.bincount(rules.group[others], minlength=len(rules.at_most))
        allowed &= (picked < rules.at_most)[rules.group]
    if len(rules.at_least):
        picked = np.bincount(rules.group[others], minlength=len(rules.at_least))
        missing = picked < rules.at_least
        if missing.any():
            allowed &= missing[rules.group]
    return allowed


def _replacement(position: int, before: FloatArray, after: FloatArray) -> Replacement:
    empty = not len(before)
    return Replacement(
        position,
        0.0 if empty else float(before.max()),
        0.0 if empty else float(after.max()),
        0.0 if empty else float(before.mean(dtype=np.float64)),
        0.0 if empty else float(after.mean(dtype=np.float64)),
    )
