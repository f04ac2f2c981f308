"""Networks in ONNX Runtime: the same embeddings, or torch instead."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

from seqsel_core.embed import onnx_runner
from seqsel_core.embed.networks import Network
from seqsel_core.embed.onnx_runner import exported


def network(model: torch.nn.Module) -> Network:
    """Return a network without normalisation."""
    return Network(model.eval(), (0.0, 0.0, 0.0), (255.0, 255.0, 255.0))


def pictures(count: int) -> npt.NDArray[np.uint8]:
    """Return noise, shape (count, 16, 16, 3)."""
    return np.random.default_rng(0).integers(0, 256, (count, 16, 16, 3), np.uint8)


def test_every_picture_keeps_its_vector() -> None:
    """Catches pieces of a batch put together in another order, or the filled-up picture kept."""
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 5, 3), torch.nn.AdaptiveAvgPool2d(1))
    run = exported(network(model), 16, threads=3)
    assert run is not None
    batch = pictures(11)
    alone = np.concatenate([run(picture[None]) for picture in batch])
    np.testing.assert_array_equal(run(batch), alone)
    with ThreadPoolExecutor(4) as pool:
        for result in pool.map(run, [batch] * 8):
            np.testing.assert_array_equal(result, alone)
    with torch.no_grad():
        scaled = torch.from_numpy(batch.transpose(0, 3, 1, 2) / 255).float()
        wanted = torch.nn.functional.normalize(model(scaled).flatten(1), dim=1)
    np.testing.assert_allclose(alone, wanted.numpy(), atol=1e-5)


def test_what_cannot_be_exported_is_left_to_torch() -> None:
    """Catches a network that works in torch refused because of the faster way."""

    class Odd(torch.nn.Module):
        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            return torch.linalg.eigvals(pictures[:, 0]).real

    assert exported(network(Odd()), 16, threads=1) is None


def test_other_embeddings_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a faulty export whose embeddings would be stored as the network's own."""

    class Wrong(onnx_runner.OnnxRunner):
        def __call__(self, pictures: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
            return super().__call__(pictures) + np.float32(0.01)

    monkeypatch.setattr(onnx_runner, "OnnxRunner", Wrong)
    assert exported(network(torch.nn.AdaptiveAvgPool2d(1)), 16, threads=1) is None
