"""Greedy k-center with the products of torch: the same picks as with NumPy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import torch

from seqsel_core.select.kcenter import KCenter
from seqsel_core.select.kcenter_torch import TorchProducts


class FewAtATime(TorchProducts):
    """Products with a frontier so small that every path is taken on small sets."""

    frontier = 16
    elements = 512


def clustered(count: int, dimensions: int) -> npt.NDArray[np.float32]:
    """Return clusters of unit vectors, with exact copies among them."""
    random = np.random.default_rng(5)
    centres = random.standard_normal((30, dimensions))
    points = centres[random.integers(0, 30, count)]
    points = points + 0.2 * random.standard_normal((count, dimensions))
    points[random.integers(0, count, count // 10)] = points[: count // 10]
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


def assert_same_picks(device: str, points: npt.NDArray[np.float32], count: int) -> None:
    """Select with NumPy and with torch, from given centres too."""
    everything = np.ones(len(points), np.bool_)
    for centres in (None, points[::97]):
        host = KCenter(points, everything, centres=centres)
        for products in (TorchProducts(points, device), FewAtATime(points, device)):
            other = KCenter(points, everything, centres=centres, products=products)
            host.extend(count)
            other.extend(count)
            assert other.order == host.order
            np.testing.assert_allclose(other.radii, host.radii, atol=1e-5)
            np.testing.assert_allclose(other.nearest, host.nearest, atol=1e-4)


def test_torch_picks_as_numpy_does() -> None:
    """Catches products, bounds or ties that differ between the two."""
    assert_same_picks("cpu", clustered(300, 32), 50)


def test_the_setting_for_products_stays_as_it_was() -> None:
    """Catches a selection that makes every network of the process slower."""
    before = torch.get_float32_matmul_precision()
    try:
        torch.set_float32_matmul_precision("medium")
        points = clustered(50, 8)
        KCenter(points, np.ones(50, np.bool_), products=TorchProducts(points, "cpu")).extend(5)
        assert torch.get_float32_matmul_precision() == "medium"
    finally:
        torch.set_float32_matmul_precision(before)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_picks_as_numpy_does() -> None:
    """Catches TF32 products, whose rounding is a thousand times that which is allowed for."""
    assert_same_picks("cuda", clustered(40_000, 512), 400)
