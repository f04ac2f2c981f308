"""Which encoder, known by name: everything about it that needs no torch."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import xxhash

from seqsel_core.errors import EncoderError

SHIPPED = {"efficientnet-lite0": 224, "efficientnet-lite1": 240, "efficientnet-lite2": 260}
"""Encoders whose weights a package brings: name → side of the input in pixels."""

NONE = "none"
"""Name of the encoder that embeds nothing, for embeddings that the user brings."""


@dataclass(frozen=True)
class EncoderSpec:
    """Name and preprocessing of an encoder.

    Attributes:
        name: As given with `encoder=`.
        input_size: Side of the square picture that the network takes, in pixels.
        weights: File with weights, or None for the encoder's own.
        precision: 32, or 16 for mixed precision on CUDA.
    """

    name: str
    input_size: int
    weights: Path | None = None
    precision: int = 32

    @cached_property
    def key(self) -> str:
        """Text that is the same exactly where embeddings are interchangeable."""
        parts = [re.sub(r"[^A-Za-z0-9.]+", "_", self.name), str(self.input_size)]
        if self.weights:
            parts.append(xxhash.xxh3_64(self.weights.read_bytes()).hexdigest()[:8])
        if self.precision != 32:
            parts.append(f"p{self.precision}")
        return "-".join(parts)


def encoder_spec(
    name: str, *, input_size: int = -1, weights: str = "", precision: int = 32
) -> EncoderSpec:
    """Return the specification of an encoder by its name.

    Args:
        name: 'efficientnet-lite0', '-lite1', '-lite2', or 'torchvision:NAME'.
        input_size: Side of the input in pixels; -1: the encoder's own.
        weights: File with weights for a torchvision encoder; '': its published ones.
        precision: 32 or 16.

    Raises:
        EncoderError: No such encoder, or no such weights file.
    """
    if name in SHIPPED or name == NONE:
        own = SHIPPED.get(name, 224)
        if weights:
            raise EncoderError(
                f"encoder_weights={weights} is for torchvision encoders; "
                f"encoder={name} brings its own."
            )
    elif name.startswith("torchvision:") and name != "torchvision:":
        own = 224
    else:
        raise EncoderError(
            f"encoder={name} is not known. Use {', '.join(SHIPPED)}, or torchvision:NAME "
            "(for example torchvision:resnet50)."
        )
    file = Path(weights).expanduser() if weights else None
    if file and not file.is_file():
        raise EncoderError(f"encoder_weights={weights} does not exist.")
    return EncoderSpec(name, own if input_size == -1 else input_size, file, precision)
