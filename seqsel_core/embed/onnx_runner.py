"""Run a network on the CPU with ONNX Runtime: the fastest exact way that was measured.

`benchmarks/encoders.py` compares the ways. Two things make the difference: convolution,
normalisation and activation are fused; and each core runs the whole network on two pictures
at a time, so that what passes between layers stays in its cache and cores never wait for
each other between layers.
"""

from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from seqsel_core.embed.networks import IMAGENET_MEAN, IMAGENET_STD, Network, UnitVectors
from seqsel_core.embed.spec import EncoderSpec
from seqsel_core.errors import EncoderError

CHUNK = 2
"""Pictures per pass through an exported network."""

_TOLERANCE = 1e-4
"""Largest difference between embeddings of the exported network and of the network itself."""


class OnnxRunner:
    """A network in ONNX Runtime, on all cores. May be called from several threads."""

    def __init__(self, model: bytes | str, threads: int, *, chunk: int = CHUNK) -> None:
        """Load a model.

        Args:
            model: Content of an ONNX file, or its path.
            threads: Cores to use.
            chunk: Pictures per pass.

        Raises:
            ImportError: ONNX Runtime is not installed.
            Exception: As ONNX Runtime raises, if the model cannot be loaded.
        """
        import onnxruntime  # type: ignore[import-untyped]

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # pictures go side by side, not the parts of one
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )
        self._input = self.session.get_inputs()[0].name
        self._chunk = chunk
        self._pool = ThreadPoolExecutor(threads, "network")

    def __call__(self, pictures: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        """Return the model's first output for pictures (B, …), any B."""
        starts = range(0, len(pictures), self._chunk)
        parts = self._pool.map(lambda at: self._run(pictures[at : at + self._chunk]), starts)
        return np.concatenate(list(parts))

    def _run(self, pictures: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        missing = self._chunk - len(pictures)
        if missing:  # the shape is fixed, so that it is planned once
            pictures = np.concatenate([pictures, np.repeat(pictures[-1:], missing, axis=0)])
        output = self.session.run(None, {self._input: pictures})[0]
        result: npt.NDArray[np.float32] = output[: len(output) - missing]
        return result


class OnnxFile:
    """An ONNX file of the user's: normalised pictures (B, 3, H, W) float32 to features (B, D)."""

    def __init__(self, spec: EncoderSpec, file: Path, threads: int) -> None:
        """Load the file.

        Raises:
            EncoderError: It cannot be loaded, or takes another input.
        """
        try:
            self._runner = OnnxRunner(str(file), threads)
        except Exception as error:
            raise EncoderError(
                f"encoder={spec.name} cannot be loaded by ONNX Runtime ({type(error).__name__})."
            ) from error
        shape = self._runner.session.get_inputs()[0].shape
        if len(shape) != 4 or (isinstance(shape[1], int) and shape[1] != 3):
            raise EncoderError(
                f"encoder={spec.name} takes {shape}, not pictures of shape (B, 3, H, W)."
            )
        fixed = {side for side in shape[2:] if isinstance(side, int)}
        if fixed - {spec.input_size}:
            raise EncoderError(
                f"encoder={spec.name} takes {shape[2]} × {shape[3]} pixels, not "
                f"{spec.input_size} × {spec.input_size}: give lightly.collate.input_size="
                f"{shape[2]}."
            )
        if isinstance(shape[0], int):
            self._runner = OnnxRunner(str(file), threads, chunk=shape[0])
        self._mean = 255 * np.array(IMAGENET_MEAN, np.float32).reshape(1, 3, 1, 1)
        self._std = 255 * np.array(IMAGENET_STD, np.float32).reshape(1, 3, 1, 1)

    def __call__(self, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return unit vectors (B, D) of RGB pictures (B, H, W, 3), uint8."""
        batch = pictures.transpose(0, 3, 1, 2).astype(np.float32, order="C")
        features = self._runner((batch - self._mean) / self._std)
        features = features.reshape(len(features), -1)
        norms = np.linalg.norm(features, axis=1, keepdims=True).clip(1e-12)
        unit: npt.NDArray[np.float32] = features / norms
        return unit


def exported(network: Network, size: int, threads: int) -> OnnxRunner | None:
    """Return a torch network as a runner from bytes to unit vectors.

    Args:
        network: From `load_network`.
        size: Side of the pictures in pixels.
        threads: Cores to use.

    Returns:
        None where it cannot be had: the network cannot be exported, ONNX Runtime is not
        installed, or its embeddings are not those of the network itself.
    """
    whole = UnitVectors(network)
    shape = (CHUNK, size, size, 3)
    pictures = torch.randint(0, 256, shape, generator=torch.Generator().manual_seed(0))
    pictures = pictures.to(torch.uint8)
    buffer = BytesIO()
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            # The tracing exporter: the other one needs further packages and is slower.
            torch.onnx.export(whole, (pictures,), buffer, dynamo=False)  # type: ignore[arg-type]
            wanted = whole(pictures).numpy()
        runner = OnnxRunner(buffer.getvalue(), threads)
        got = runner(pictures.numpy())
    except Exception:  # whatever it is: torch itself runs every network, only slower
        return None
    return runner if np.abs(got - wanted).max() <= _TOLERANCE else None
