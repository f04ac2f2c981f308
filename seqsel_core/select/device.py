"""On which device the selection multiplies: NumPy on the CPU, or torch on a GPU."""

from __future__ import annotations

import sys

from seqsel_core.select.kcenter_products import FloatArray, Products


def products_for(device: str, points: FloatArray) -> Products | None:
    """Return who multiplies points for greedy k-center; None: NumPy. The picks are the same.

    Torch is not loaded for 'cpu', and not for 'auto' either: loading it takes longer than most
    selections. So 'auto' takes a GPU only where torch is there already, as after embedding. A GPU
    that is not there is not missed here: it is the embedding that refuses to go on without.

    Args:
        device: auto, cpu, cuda or cuda:N.
        points: Shape (S, D), float32; copied to the GPU.
    """
    if device == "auto" and "torch" in sys.modules:
        device = "cuda"
    if not device.startswith("cuda"):
        return None
    import torch

    if int(device.partition(":")[2] or 0) >= torch.cuda.device_count():
        return None
    from seqsel_core.select.kcenter_torch import TorchProducts

    return TorchProducts(points, device)
