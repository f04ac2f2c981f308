"""The maps of a dataset: which frames are mapped, and where they lie on each map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from seqsel_core.project.maps import Coordinates, pca, spread_rows, stack, umap
from seqsel_core.store.projections import Projections

Embeddings = Sequence[npt.NDArray[Any]]

MAP_LIMIT = 50_000
"""Frames of a dataset that lie on its maps at most, evenly spaced in every video."""

SOLID = "pca_3d"
"""The name of the PCA map with three axes."""


@dataclass(frozen=True)
class MapSet:
    """Maps of the frames of a dataset.

    Attributes:
        video: Position of each mapped frame's video in the dataset, shape (M,), int64.
        row: Its row in that video's frame table, shape (M,), int64.
        coordinates: {'pca', 'umap_k_15', …: shape (M, 2), float32; 'pca_3d': shape (M, 3)}.
    """

    video: npt.NDArray[np.int64]
    row: npt.NDArray[np.int64]
    coordinates: dict[str, Coordinates]

    def at(self, name: str, video: int, rows: npt.NDArray[np.int64]) -> Coordinates:
        """Return the coordinates of frames of one video on one map, shape (len(rows), 2 or 3).

        Where a long dataset has not every frame mapped, a frame lies where the mapped frame
        nearest to it in time lies.
        """
        first, last = np.searchsorted(self.video, [video, video + 1])
        mapped = self.row[first:last]
        after = np.searchsorted(mapped, rows).clip(0, len(mapped) - 1)
        before = (after - 1).clip(0)
        nearer = np.where(rows - mapped[before] < mapped[after] - rows, before, after)
        coordinates: Coordinates = self.coordinates[name][first + nearer]
        return coordinates


def mapped_frames(
    sizes: Sequence[int], limit: int = MAP_LIMIT
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return (video, row) of the frames to map: all, or evenly spaced ones of each video.

    Args:
        sizes: Readable frames of each video.
        limit: Frames to map at most, apart from one per video.
    """
    total = sum(sizes)
    rows = [
        spread_rows(size, limit=max(1, size * limit // total) if total > limit else size)
        for size in sizes
    ]
    video = np.repeat(np.arange(len(sizes)), [len(part) for part in rows])
    return video, np.concatenate(rows) if rows else np.empty(0, np.int64)


def map_frames(
    embeddings: Embeddings,
    names: Sequence[str],
    *,
    seed: int = 0,
    stored: Projections | None = None,
    advance: Callable[[str], None] = lambda name: None,
) -> MapSet:
    """Compute maps, or read those that are stored.

    Args:
        embeddings: Unit vectors per video, shape (N, D) each.
        names: 'pca', 'pca_3d', 'umap_k_NEIGHBOURS'.
        seed: Of UMAP.
        stored: Where maps of this dataset are kept; None: nowhere.
        advance: Told the name of every map that is ready.
    """
    video, row = mapped_frames([len(part) for part in embeddings])
    maps: dict[str, Coordinates] = {}
    for name in names:
        kept = stored.load(_stored_name(name, seed)) if stored else None
        if kept is not None and len(kept) == len(row):
            maps[name] = kept
    missing = [name for name in names if name not in maps]
    if missing:
        chosen = [part[row[video == at]] for at, part in enumerate(embeddings)]
        maps |= _compute(stack(chosen), missing, seed)
    if stored:
        for name in missing:
            stored.save(_stored_name(name, seed), maps[name])
    for name in names:
        advance(name)
    return MapSet(video, row, {name: maps[name] for name in names})


def stored_maps(sizes: Sequence[int], names: Sequence[str], data_dir: Path, key: str) -> MapSet:
    """Return those of the named maps (seed 0) that are stored already, computing none."""
    video, row = mapped_frames(sizes)
    stored = Projections(data_dir, key)
    maps = {name: stored.load(_stored_name(name, 0)) for name in names}
    kept = {name: m for name, m in maps.items() if m is not None and len(m) == len(row)}
    return MapSet(video, row, kept)


def _compute(
    points: npt.NDArray[np.float32], names: Sequence[str], seed: int
) -> dict[str, Coordinates]:
    maps = {name: pca(points, 3 if name == SOLID else 2) for name in names if _is_pca(name)}
    neighbors = [int(name.removeprefix("umap_k_")) for name in names if not _is_pca(name)]
    if neighbors:
        fitted = umap(points, neighbors, seed=seed)
        maps |= {f"umap_k_{number}": fitted[number] for number in neighbors}
    return maps


def _stored_name(name: str, seed: int) -> str:
    return name if _is_pca(name) else f"{name}-seed_{seed}"


def _is_pca(name: str) -> bool:
    return name in ("pca", SOLID)
