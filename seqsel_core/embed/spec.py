"""Which encoder, known by name: everything about it that needs no torch."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import xxhash

from seqsel_core.embed.input_sizes import timm_size, torchvision_size
from seqsel_core.errors import EncoderError

SHIPPED = {"efficientnet-lite0": 224, "efficientnet-lite1": 240, "efficientnet-lite2": 260}
"""Encoders whose weights a package brings: name → side of the input in pixels."""

NONE = "none"
"""Name of the encoder that embeds nothing, for embeddings that the user brings."""

OFFLINE = (
    "Without a network connection: give a file with encoder_weights=, "
    f"or use one of {', '.join(SHIPPED)}."
)
"""What to do where weights cannot be fetched."""

FILE_ENDINGS = (".onnx", ".pt", ".pth", ".torchscript", ".ts")
"""Endings of files that hold a whole network; all but the first are TorchScript."""

_HUBS = ("torchvision:", "timm:")


@dataclass(frozen=True)
class EncoderSpec:
    """An encoder and how it is used.

    Attributes:
        name: As given with `encoder=`.
        input_size: Side of the square picture that the network takes, in pixels.
        weights: File with weights, or None for the encoder's own.
        precision: 32, or 16 for mixed precision on CUDA.
        file: File that holds the whole network, or None.
        compiled: Compile the network on CUDA; embeddings stay interchangeable.
        every: Embed every so many frames; see `pipeline.embed_videos`.
    """

    name: str
    input_size: int
    weights: Path | None = None
    precision: int = 32
    file: Path | None = None
    compiled: bool = False
    every: int = 1

    @cached_property
    def key(self) -> str:
        """Text that is the same exactly where embeddings are interchangeable.

        Mean and standard deviation follow from the name; how a picture becomes a square of
        `input_size` is one rule for all encoders (see `networks.py`).
        """
        name = f"file{self.file.suffix}" if self.file else self.name
        parts = [re.sub(r"[^A-Za-z0-9.]+", "_", name), str(self.input_size)]
        for path in (self.file, self.weights):
            if path:
                parts.append(xxhash.xxh3_64(path.read_bytes()).hexdigest()[:8])
        if self.precision != 32:
            parts.append(f"p{self.precision}")
        if self.every != 1:
            parts.append(f"every{self.every}")
        return "-".join(parts)


def encoder_spec(
    name: str,
    *,
    input_size: int = -1,
    weights: str = "",
    precision: int = 32,
    compiled: bool = False,
    every: int = 1,
) -> EncoderSpec:
    """Return the specification of an encoder by its name.

    Args:
        name: 'efficientnet-lite0', '-lite1', '-lite2', 'torchvision:NAME', 'timm:NAME',
            'file:PATH', or 'none'.
        input_size: Side of the input in pixels; -1: the encoder's own (a file: 224).
        weights: File with weights for a torchvision or timm encoder; '': its published ones.
        precision: 32 or 16.
        compiled: As in `EncoderSpec`.
        every: As in `EncoderSpec`.

    Raises:
        EncoderError: No such encoder, or no such file.
    """
    hub = next((hub for hub in _HUBS if name.startswith(hub) and name != hub), "")
    path = name.removeprefix("file:") if name.startswith("file:") else ""
    if not (name in SHIPPED or name == NONE or hub or path):
        raise EncoderError(
            f"encoder={name} is not known. Use {', '.join(SHIPPED)}, torchvision:NAME "
            "(for example torchvision:resnet50), timm:NAME, or file:PATH (a network saved as "
            "ONNX or TorchScript)."
        )
    if weights and not hub:
        raise EncoderError(
            f"encoder_weights={weights} is for torchvision and timm encoders; "
            f"encoder={name} brings its own."
        )
    file, network = _existing("encoder_weights=", weights), _existing("encoder=file:", path)
    if network and network.suffix not in FILE_ENDINGS:
        raise EncoderError(f"encoder={name} does not end in one of {', '.join(FILE_ENDINGS)}.")
    if input_size == -1:
        input_size = _own_size(name, hub)
    every = 1 if name == NONE else every
    return EncoderSpec(name, input_size, file, precision, network, compiled, every)


def _own_size(name: str, hub: str) -> int:
    if hub == "torchvision:":
        return torchvision_size(name.removeprefix(hub))
    if hub == "timm:":
        return timm_size(name.removeprefix(hub))
    return SHIPPED.get(name, 224)


def _existing(option: str, text: str) -> Path | None:
    if not text:
        return None
    path = Path(text).expanduser()
    if not path.is_file():
        raise EncoderError(f"{option}{text} does not exist.")
    return path
