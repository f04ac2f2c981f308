"""Maps: exact where they can be, repeatable where they cannot."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from seqsel_core.project import maps
from seqsel_core.project.maps import pca, stack, umap


def points(count: int, dimensions: int, seed: int = 0) -> npt.NDArray[np.float32]:
    """Return random points whose components differ in their spread."""
    generator = np.random.default_rng(seed)
    spread = np.linspace(3, 0.2, dimensions)
    turned = np.linalg.qr(generator.standard_normal((dimensions, dimensions)))[0]
    values = generator.standard_normal((count, dimensions)) * spread @ turned + 5
    return values.astype(np.float32)


def by_svd(values: npt.NDArray[np.float32], components: int) -> npt.NDArray[np.float64]:
    """Return principal components by NumPy's singular values, signs as they come."""
    centred = values.astype(np.float64) - values.mean(axis=0, dtype=np.float64)
    axes = np.linalg.svd(centred, full_matrices=False)[2][:components]
    return centred @ axes.T


@pytest.mark.parametrize(("count", "dimensions", "components"), [(200, 12, 2), (10, 30, 5)])
def test_pca_is_that_of_singular_values(count: int, dimensions: int, components: int) -> None:
    """Catches components in the wrong order, points that are not centred, and lost precision."""
    values = points(count, dimensions)
    found, expected = pca(values, components), by_svd(values, components)
    assert found.shape == (count, components)
    assert found.dtype == np.float32
    signs = np.sign((found * expected).sum(axis=0))
    np.testing.assert_allclose(found, expected * signs, atol=2e-3)


def test_signs_are_the_same_every_time() -> None:
    """Catches a map that is mirrored from one run, or one library, to the next."""
    values = points(100, 8)
    first = pca(values)
    np.testing.assert_array_equal(pca(values), first)
    centred = values - values.mean(axis=0)
    axes = np.linalg.lstsq(first.astype(np.float64), centred, rcond=None)[0]
    largest = np.abs(axes).argmax(axis=1)
    assert (axes[[0, 1], largest] > 0).all()


@pytest.mark.parametrize("count", [0, 1, 2, 3])
@pytest.mark.parametrize("dimensions", [1, 4])
def test_fewer_points_than_components_leave_zeros(count: int, dimensions: int) -> None:
    """Catches an error, or another shape, for a dataset of one or two frames."""
    found = pca(points(count, dimensions), 3)
    assert found.shape == (count, 3)
    assert np.isfinite(found).all()
    possible = max(0, min(3, count - 1, dimensions))
    assert (found[:, possible:] == 0).all()
    if possible:
        assert np.ptp(found[:, 0]) > 0


def test_equal_points_lie_in_one_place() -> None:
    """Catches NaN and warnings where all frames are the same, as in a still picture."""
    found = pca(np.full((20, 6), 0.4, np.float32))
    np.testing.assert_allclose(found, 0, atol=1e-5)


def test_more_points_than_the_limit_are_placed_into_the_fitted_map(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Catches points beyond the limit left at zero, and a map of the first ones only."""
    values = points(300, 6)
    whole = pca(values)
    monkeypatch.setattr(maps, "FIT_LIMIT", 100)
    found = pca(values)
    assert np.abs(found).min(axis=1).min() > 0
    for component in (0, 1):
        assert abs(np.corrcoef(found[:, component], whole[:, component])[0, 1]) > 0.9


def test_videos_are_stacked_in_order() -> None:
    """Catches frames of one video drawn in the place of another's, and float16 kept."""
    stacked = stack([np.zeros((2, 3), np.float16), np.ones((1, 3), np.float16)])
    assert stacked.dtype == np.float32
    assert stacked[:, 0].tolist() == [0, 0, 1]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_too_few_points_for_umap_are_zeros(count: int) -> None:
    """Catches an error of the library for a dataset of a few frames."""
    found = umap(points(count, 4), (5, 15))
    assert {number: part.shape for number, part in found.items()} == {
        5: (count, 2),
        15: (count, 2),
    }
    assert all((part == 0).all() for part in found.values())


@pytest.mark.slow
def test_umap_keeps_clusters_apart_and_is_repeatable() -> None:
    """Catches a map without structure, neighbours of other points, and a seed ignored."""
    generator = np.random.default_rng(0)
    centres = generator.standard_normal((3, 16)) * 10
    values = (np.repeat(centres, 30, axis=0) + generator.standard_normal((90, 16))).astype("f4")
    found = umap(values, (5, 15), seed=1)
    for part in found.values():
        assert part.shape == (90, 2)
        assert np.isfinite(part).all()
        clusters = part.reshape(3, 30, 2)
        middles = clusters.mean(axis=1)
        within = np.linalg.norm(clusters - middles[:, None], axis=2).max()
        between = [np.linalg.norm(middles[a] - middles[b]) for a, b in ((0, 1), (0, 2), (1, 2))]
        assert within < min(between)
    again = umap(values, (15,), seed=1)
    np.testing.assert_array_equal(umap(values, (15,), seed=1)[15], again[15])
    assert not np.array_equal(umap(values, (15,), seed=2)[15], again[15])


@pytest.mark.slow
@pytest.mark.parametrize("count", [4, 5, 12])
def test_umap_of_few_points_works(count: int) -> None:
    """Catches more neighbours than points, for which the library has errors of its own."""
    found = umap(points(count, 6), (15,))[15]
    assert found.shape == (count, 2)
    assert np.isfinite(found).all()


@pytest.mark.slow
def test_umap_places_points_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches points beyond the limit left without coordinates."""
    monkeypatch.setattr(maps, "FIT_LIMIT", 60)
    generator = np.random.default_rng(0)
    values = np.repeat(generator.standard_normal((2, 8)) * 10, 50, axis=0)
    values = (values + generator.standard_normal((100, 8))).astype(np.float32)
    found = umap(values, (10,))[10]
    assert np.isfinite(found).all()
    middles = found.reshape(2, 50, 2).mean(axis=1)
    nearest = np.linalg.norm(found[:, None] - middles[None], axis=2).argmin(axis=1)
    assert (nearest == np.repeat([0, 1], 50)).mean() > 0.95
