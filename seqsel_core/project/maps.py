"""Maps of frames: two coordinates for every frame, by PCA and by UMAP.

Maps are made of frames, not of sequences: they stay as they are while the sequence length
moves, and a sequence is drawn as the streak of its frames.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Coordinates = npt.NDArray[np.float32]

FIT_LIMIT = 20_000
"""Points that principal components are found from at most; the others are placed by them."""

_COMPONENTS = 50  # principal components that UMAP sees
_NEIGHBORS = 50  # searched always, so that a map does not depend on which others are asked for


def stack(embeddings: Sequence[npt.NDArray[Any]]) -> npt.NDArray[np.float32]:
    """Return the embeddings of all videos as one array, shape (N, D), float32."""
    return np.concatenate([np.asarray(part, np.float32) for part in embeddings])


def pca(points: npt.NDArray[np.float32], components: int = 2) -> Coordinates:
    """Return the first principal components of points, signs fixed.

    Args:
        points: Shape (N, D).
        components: How many; fewer come back as zeros where there are not so many.

    Returns:
        Shape (N, components), float32. Fitted on at most `FIT_LIMIT` evenly spaced points.
    """
    from sklearn.decomposition import PCA

    fitted_on = points[spread_rows(len(points))]
    coordinates = np.zeros((len(points), components), np.float32)
    possible = min(components, len(fitted_on) - 1, points.shape[1])
    if possible < 1:
        return coordinates
    model = PCA(possible, svd_solver="covariance_eigh").fit(fitted_on)
    axes = model.components_
    largest = np.abs(axes).argmax(axis=1)
    axes *= np.sign(axes[np.arange(len(axes)), largest])[:, None]
    for at in range(0, len(points), 65536):
        block = points[at : at + 65536] - model.mean_
        coordinates[at : at + 65536, :possible] = block @ axes.T
    return coordinates


def umap(
    points: npt.NDArray[np.float32], n_neighbors: Sequence[int] = (15,), *, seed: int = 0
) -> dict[int, Coordinates]:
    """Return UMAP maps, one for each number of neighbours.

    Neighbours are searched once, in the first 50 principal components. Importing the library
    and the first fit take many seconds: call this in a worker process.

    Args:
        points: Shape (N, D).
        n_neighbors: Numbers of neighbours; small ones show detail, large ones the whole.
        seed: Makes the maps repeatable.

    Returns:
        {number of neighbours: coordinates, shape (N, 2), float32}; with fewer than four
        points, all zeros.

    References:
        McInnes, Healy, Melville: "UMAP: Uniform Manifold Approximation and Projection" (2018).
    """
    if len(points) < 4:
        return {number: np.zeros((len(points), 2), np.float32) for number in n_neighbors}
    from sklearn.neighbors import NearestNeighbors
    from umap import UMAP

    reduced = pca(points, min(_COMPONENTS, len(points) - 1))
    most = min(max(_NEIGHBORS, *n_neighbors), len(reduced) - 1)
    # Exact neighbours: for this many points faster than UMAP's own approximate search, whose
    # compilation alone takes half a minute.
    search = NearestNeighbors(n_neighbors=most, algorithm="brute").fit(reduced)
    distances, indices = search.kneighbors(reduced)
    maps = {}
    for number in n_neighbors:
        model = UMAP(
            n_neighbors=min(number, most),
            init="pca" if len(reduced) < 1000 else "spectral",
            random_state=seed,
            n_jobs=1,  # what the seed forces
            precomputed_knn=(indices, distances.astype(np.float32), None),
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that new points cannot be placed: none will be
            maps[number] = np.asarray(model.fit_transform(reduced), np.float32)
    return maps


def spread_rows(count: int, limit: int = FIT_LIMIT) -> npt.NDArray[np.int64]:
    """Return at most `limit` evenly spaced positions of `count`, ascending."""
    return np.unique(np.linspace(0, count - 1, min(count, limit)).round().astype(np.int64))
