"""Greedy k-center over more points than fit in memory, or over many machines: in two rounds.

First round: greedy k-center in each shard for itself gives its coreset, of τ ≥ k points. Second
round: greedy k-center over the union of the coresets. Only one shard is in memory at a time,
and then all the coresets.

Malkomes, Kusner, Chen, Weinberger and Moseley, "Fast distributed k-center clustering with
outliers on massive data", NIPS 2015: with τ = k the covering radius is at most four times the
smallest possible one. Ceccarello, Pietracaprina and Pucci, "Solving k-center clustering (with
outliers) in MapReduce and streaming, almost as accurately as sequentially", VLDB 2019: larger
coresets bring the factor down to 2 + ε.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from seqsel_core.select.kcenter import FloatArray, IntArray, KCenter


@dataclass(frozen=True)
class ShardedSelection:
    """What was picked from shards, in the order picked.

    Attributes:
        shard: Number of the shard of each pick, shape (K,), int64.
        position: Position of each pick within its shard, shape (K,), int64.
        points: The picks, shape (K, D), float32.
        distances: Distance of each pick to all before it, shape (K,), float32; inf for the
            first where there is none.
        radius_limit: The covering radius of all picks over all shards is at most this.
    """

    shard: IntArray
    position: IntArray
    points: FloatArray
    distances: FloatArray
    radius_limit: float

    def __len__(self) -> int:
        return len(self.shard)


def select_from_shards(
    shards: Iterable[FloatArray],
    count: int,
    *,
    coreset: int = 0,
    centres: FloatArray | None = None,
) -> ShardedSelection:
    """Select from shards that are read one after another, each once.

    Why the result is good: let r be the smallest covering radius that `count` points can have.
    Greedy in a shard picks τ ≥ count points that leave it a radius of at most 2 r (Gonzalez
    1985: `count` + 1 points, all more than 2 r apart, cannot share `count` balls of radius r,
    wherever the centres of the balls are). The same holds for greedy over the union of the
    coresets. By the triangle inequality every point of every shard lies within 2 r + 2 r = 4 r
    of a pick; in fact within the radius of the first round plus that of the second, which is
    returned as `radius_limit`. As τ grows, the first radius goes to 0, and the limit to 2 r.
    With `centres`, r is the smallest radius that these and `count` points can have together.

    Args:
        shards: Points, each shape (S, D), float32; all of one D. Empty ones are passed over.
        count: Picks wanted, at least 1; fewer are made where there are fewer points.
        coreset: τ, points kept of every shard; at least `count`, which is the default (0).
        centres: Points that count as already selected, shape (C, D), float32.

    Raises:
        ValueError: `count` is below 1; `coreset` is smaller than `count`, so that nothing would
            be guaranteed; or a point holds NaN or infinity.
    """
    if count < 1:
        raise ValueError(f"{count} picks are not possible: give at least 1")
    kept = coreset or count
    if kept < count:
        raise ValueError(
            f"coresets of {kept} points cannot serve a selection of {count}: give at least {count}"
        )
    numbers: list[IntArray] = []
    positions: list[IntArray] = []
    parts: list[FloatArray] = []
    first_radius = 0.0
    for number, points in enumerate(shards):
        if not len(points):
            continue
        greedy = KCenter(points, np.ones(len(points), np.bool_), centres=centres)
        greedy.extend(kept)
        first_radius = max(first_radius, greedy.radii[-1])
        numbers.append(np.full(len(greedy.order), number, np.int64))
        positions.append(np.array(greedy.order, np.int64))
        parts.append(points[greedy.order])
    if not parts:
        dimensions = 0 if centres is None else centres.shape[1]
        nothing = np.empty(0, np.int64)
        empty = np.empty((0, dimensions), np.float32)
        return ShardedSelection(nothing, nothing, empty, np.empty(0, np.float32), 0.0)
    union = np.concatenate(parts)
    greedy = KCenter(union, np.ones(len(union), np.bool_), centres=centres)
    greedy.extend(count)
    return ShardedSelection(
        shard=np.concatenate(numbers)[greedy.order],
        position=np.concatenate(positions)[greedy.order],
        points=union[greedy.order],
        distances=np.array(greedy.distances, np.float32),
        radius_limit=first_radius + greedy.radii[-1],
    )
