"""Run a network with torch: on CUDA, and on a CPU where ONNX Runtime cannot.

On CUDA, pictures go through pinned memory on a stream of their own: while one batch is
computed, the next one is copied. That needs two callers at a time, as the pipeline has.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from seqsel_core.embed.networks import Network, UnitVectors

IN_FLIGHT = 2
"""Batches that may be on their way at a time: one copied, one computed."""


class TorchRunner:
    """A network in torch, on one device. May be called from several threads."""

    def __init__(
        self, network: Network, device: torch.device, *, half: bool, compiled: bool
    ) -> None:
        """Move a network to its device.

        Args:
            network: From `load_network`.
            device: CPU or CUDA.
            half: Compute in mixed precision; on CUDA only.
            compiled: Compile with torch.compile: faster after a first batch that takes minutes.
        """
        whole: Any = UnitVectors(network).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._whole = torch.compile(whole, dynamic=False) if compiled else whole
        self._device = device
        self._cuda = device.type == "cuda"
        self._half = half and self._cuda
        self._copying: Any = torch.cuda.Stream(device) if self._cuda else None  # type: ignore[no-untyped-call]
        self._computing = threading.Lock()
        self._ring: queue.Queue[torch.Tensor | None] = queue.Queue()
        for _ in range(IN_FLIGHT):
            self._ring.put(None)

    def __call__(self, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return unit vectors (B, D) of RGB pictures (B, H, W, 3), uint8."""
        staging = self._ring.get()
        try:
            if staging is None or staging.shape != pictures.shape:
                staging = torch.empty(pictures.shape, dtype=torch.uint8, pin_memory=self._cuda)
            staging.copy_(torch.from_numpy(pictures))
            result: npt.NDArray[np.float32] = self._embed(staging).cpu().numpy()
            return result
        finally:
            self._ring.put(staging)

    def _embed(self, staging: torch.Tensor) -> torch.Tensor:
        with torch.inference_mode():
            batch, arrived = self._copied(staging)
            # One at a time: on CUDA this only hands work to the device; on a CPU two would
            # fight for the same cores.
            with (
                self._computing,
                torch.autocast(self._device.type, torch.float16, enabled=self._half),
            ):
                if arrived is not None:
                    torch.cuda.current_stream(self._device).wait_event(arrived)
                    batch.record_stream(torch.cuda.current_stream(self._device))
                unit: torch.Tensor = self._whole(batch)
                return unit

    def _copied(self, staging: torch.Tensor) -> tuple[torch.Tensor, Any]:
        stream = torch.cuda.stream(self._copying) if self._copying else contextlib.nullcontext()
        with stream:
            batch = staging.to(self._device, non_blocking=True)
            if self._copying is None:
                return batch, None
            arrived: Any = torch.cuda.Event()  # type: ignore[no-untyped-call]
            arrived.record(self._copying)
            return batch, arrived
