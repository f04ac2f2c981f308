"""Encoders: a network by name, run the fastest way on its device."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch

from seqsel_core.embed.cores import available_cores
from seqsel_core.embed.networks import load_network
from seqsel_core.embed.onnx_runner import OnnxFile, exported
from seqsel_core.embed.spec import NONE, EncoderSpec
from seqsel_core.embed.torch_runner import TorchRunner
from seqsel_core.errors import ConfigError

_Runner = Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.float32]]


class Encoder:
    """An encoder, loaded and on its device."""

    def __init__(self, spec: EncoderSpec, device: str = "auto") -> None:
        """Load the network.

        Args:
            spec: From `encoder_spec`.
            device: 'auto', 'cpu', 'cuda' or 'cuda:N'. An ONNX file runs on the CPU.

        Raises:
            EncoderError: The network or its weights cannot be had.
            ConfigError: The device is not there.
        """
        self.spec = spec
        is_onnx = spec.file is not None and spec.file.suffix == ".onnx"
        if is_onnx and device not in ("auto", "cpu"):
            raise ConfigError(f"device={device} cannot run an ONNX file: use device=cpu.")
        self.device = resolve_device("cpu" if is_onnx else device)
        self._run = _runner(spec, self.device)

    def embed(self, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return the unit vectors of pictures. May be called from two threads at a time.

        Args:
            pictures: RGB, shape (B, size, size, 3), uint8.

        Returns:
            Shape (B, D), float32, each row of length 1.
        """
        return self._run(pictures)


class NoEncoder:
    """Stands where the user brings embeddings: pictures become vectors of length 0."""

    device = torch.device("cpu")

    def __init__(self, spec: EncoderSpec) -> None:
        """Keep the specification."""
        self.spec = spec

    def embed(self, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return shape (B, 0)."""
        return np.empty((len(pictures), 0), np.float32)


def load_encoder(spec: EncoderSpec, device: str = "auto") -> Encoder | NoEncoder:
    """Return the encoder that a specification names; see `Encoder` for errors."""
    return NoEncoder(spec) if spec.name == NONE else Encoder(spec, device)


def resolve_device(device: str) -> torch.device:
    """Return the torch device that `device=` means.

    Raises:
        ConfigError: It is not a device, or not there.
    """
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        chosen = torch.device(device)
    except RuntimeError as error:
        raise ConfigError(f"device={device} is not one of auto, cpu, cuda, cuda:N.") from error
    if chosen.type not in ("cpu", "cuda"):
        raise ConfigError(f"device={device} is not one of auto, cpu, cuda, cuda:N.")
    if chosen.type == "cuda":
        there = torch.cuda.device_count()
        if (chosen.index or 0) >= there:
            raise ConfigError(
                f"device={device} is not there: this machine has {there} CUDA devices that "
                "torch can use. Use device=cpu or device=auto."
            )
    return chosen


def _runner(spec: EncoderSpec, device: torch.device) -> _Runner:
    if spec.file and spec.file.suffix == ".onnx":
        return OnnxFile(spec, spec.file, available_cores())
    network = load_network(spec)
    if device.type == "cpu":
        runner = exported(network, spec.input_size, available_cores())
        if runner:
            return runner
    return TorchRunner(
        network, device, half=spec.precision == 16, compiled=spec.compiled and device.type == "cuda"
    )
