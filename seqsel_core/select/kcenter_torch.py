"""Matrix products for greedy k-center in torch: on a GPU, or on the CPU to test it.

Only the products run there; which point is picked is decided by the same code, and where
rounding would decide, by the same float64 on the CPU. So the picks are the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import torch

from seqsel_core.select.kcenter_products import FloatArray, IntArray


class TorchProducts:
    """Products on a device of torch, which holds a copy of the points."""

    frontier = 16384
    elements = 1 << 24
    stride = 1024  # every look at who may stop waits for the device

    def __init__(self, points: FloatArray, device: str = "cuda") -> None:
        """Copy points, shape (S, D), float32, to a device."""
        self._device = torch.device(device)
        self._points = torch.tensor(points, device=self._device)
        self._doubled = torch.empty((16, points.shape[1]), device=self._device)
        self._squares = torch.empty(16, device=self._device)
        self._count = 0

    def add(self, centre: FloatArray, square: float) -> None:
        """Append a centre, shape (D,), with its squared length."""
        if self._count == len(self._squares):
            self._doubled = torch.cat([self._doubled, torch.empty_like(self._doubled)])
            self._squares = torch.cat([self._squares, torch.empty_like(self._squares)])
        self._doubled[self._count] = torch.tensor(-2 * centre, device=self._device)
        self._squares[self._count] = square
        self._count += 1

    def gather(self, positions: IntArray) -> torch.Tensor:
        """Return the points at positions, shape (R,), as a block."""
        return self._points[torch.tensor(positions, device=self._device)]

    def narrow(self, block: torch.Tensor, keep: npt.NDArray[np.bool_]) -> torch.Tensor:
        """Return the points of a block that are flagged, shape (R,)."""
        return block[torch.tensor(keep, device=self._device)]

    def nearest(self, block: torch.Tensor, first: int, stop: int) -> tuple[FloatArray, IntArray]:
        """Find the nearest of the centres first to stop - 1; see `Products.nearest`."""
        with torch.no_grad(), _whole_float32():
            between = torch.addmm(self._squares[first:stop], block, self._doubled[first:stop].T)
            values, which = between.min(dim=1)
        return values.cpu().numpy(), which.cpu().numpy() + first


@contextmanager
def _whole_float32() -> Iterator[None]:
    """Keep a GPU from rounding factors to ten bits, which the process may allow elsewhere."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)
