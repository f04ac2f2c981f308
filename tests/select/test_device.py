"""The device on which the selection multiplies."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch

from seqsel_core.select.device import products_for
from seqsel_core.select.kcenter_torch import TorchProducts
from seqsel_core.select.selection import order_of

POINTS = np.eye(4, dtype=np.float32)


def test_neither_cpu_nor_auto_loads_torch() -> None:
    """Catches seconds of waiting in the web process, or on a machine without a GPU."""
    program = (
        "import sys, numpy as np\n"
        "from seqsel_core.select.device import products_for\n"
        "points = np.eye(4, dtype=np.float32)\n"
        "assert products_for('cpu', points) is products_for('auto', points) is None\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("device", ["auto", "cuda", "cuda:3"])
def test_a_gpu_is_taken_only_where_there_is_one(
    device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a selection from stored embeddings that fails for want of a GPU."""
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    assert products_for(device, POINTS) is None


@pytest.mark.parametrize("method", ["coreset", "representative", "balanced"])
def test_the_picks_are_the_same_with_torch(method: str) -> None:
    """Catches products that a method does not pass on as they are."""
    points = np.random.default_rng(0).standard_normal((200, 16)).astype(np.float32)
    free = np.ones(200, np.bool_)
    host = order_of(points, free, method=method)
    other = order_of(points, free, method=method, products=TorchProducts(points, "cpu"))
    host.extend(40)
    other.extend(40)
    assert other.order == host.order
