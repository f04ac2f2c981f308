"""Networks in torch, fed through the ring of staging buffers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from seqsel_core.embed.networks import Network
from seqsel_core.embed.torch_runner import IN_FLIGHT, TorchRunner

DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.gpu)]


class Means(torch.nn.Module):
    """Gives the mean of each channel: what went in can be told from what comes out."""

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return (B, 3)."""
        return pictures.mean(dim=(2, 3))


def runner(device: str) -> TorchRunner:
    """Return a runner on a device, or skip where it is not there."""
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("no CUDA device that torch can use")
    network = Network(Means().eval(), (0.0, 0.0, 0.0), (255.0, 255.0, 255.0))
    return TorchRunner(network, torch.device(device), half=False, compiled=False)


@pytest.mark.parametrize("device", DEVICES)
def test_batches_on_their_way_do_not_mix(device: str) -> None:
    """Catches a staging buffer that is filled again before it was copied."""
    run = runner(device)
    random = np.random.default_rng(0)
    batches = [random.integers(0, 256, (4, 16, 16, 3), np.uint8) for _ in range(40)]
    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(run, batches))
    for batch, result in zip(batches, results, strict=True):
        means = batch.reshape(4, -1, 3).mean(axis=1)
        wanted = means / np.linalg.norm(means, axis=1, keepdims=True)
        np.testing.assert_allclose(result, wanted, atol=1e-5)


@pytest.mark.parametrize("device", DEVICES)
def test_a_failure_gives_its_buffer_back(device: str) -> None:
    """Catches a ring that runs dry after errors: the next batch would wait for ever."""
    run = runner(device)
    wrong = np.zeros((2, 16, 16, 4), np.uint8)  # four channels
    for _ in range(IN_FLIGHT + 1):
        with pytest.raises(RuntimeError):
            run(wrong)
    assert run(np.ones((2, 16, 16, 3), np.uint8)).shape == (2, 3)


@pytest.mark.gpu
@pytest.mark.slow
def test_a_compiled_network_gives_the_same() -> None:
    """Catches a compiler that computes something else."""
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device that torch can use")
    network = Network(torch.nn.Conv2d(3, 8, 3).eval(), (127.0,) * 3, (128.0,) * 3)
    batch = np.random.default_rng(0).integers(0, 256, (8, 32, 32, 3), np.uint8)
    device = torch.device("cuda")
    compiled = TorchRunner(network, device, half=False, compiled=True)(batch)
    plain = TorchRunner(network, device, half=False, compiled=False)(batch)
    np.testing.assert_allclose(compiled, plain, atol=1e-4)
