"""Ways to run the default encoder on a CPU: speed, exactness, weight.

    python benchmarks/encoders.py [--slow] [--rounds N]

Every way embeds the same batches on all cores, in turn, so that other work on the machine
costs all of them. "ms of CPU" is processor time per frame, which other work hardly changes.
`--slow` adds those that take a minute to start. What is not installed is shown as such.
"""

from __future__ import annotations

import argparse
import copy
import importlib
import importlib.metadata
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.utils.fusion import fuse_conv_bn_eval

from seqsel_core.embed.cores import available_cores
from seqsel_core.embed.networks import UnitVectors, load_network
from seqsel_core.embed.onnx_runner import exported
from seqsel_core.embed.spec import encoder_spec

BATCH = 32
SPEC = encoder_spec("efficientnet-lite0")
Pictures = npt.NDArray[np.uint8]
Way = Callable[[Pictures], npt.NDArray[np.float32]]

BFLOAT16 = """
import sys, time, torch
from seqsel_core.embed.networks import UnitVectors, load_network
from seqsel_core.embed.spec import encoder_spec
whole = UnitVectors(load_network(encoder_spec("efficientnet-lite0")))
whole = whole.to(memory_format=torch.channels_last)
pictures = torch.randint(0, 256, (32, 224, 224, 3)).to(torch.uint8)
with torch.inference_mode():
    exact = whole(pictures)
    with torch.autocast("cpu", torch.bfloat16):
        whole(pictures)
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(3):
            rough = whole(pictures)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
print(96 / wall, 1000 * cpu / 96, float((exact - rough).abs().max()))
"""


@dataclass
class Measured:
    """What one way took, round by round."""

    way: Way
    start: float
    packages: tuple[str, ...]
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    embeddings: npt.NDArray[np.float32] | None = None


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slow", action="store_true")
    parser.add_argument("--rounds", type=int, default=6)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(available_cores())
    pictures = np.random.default_rng(0).integers(0, 256, (BATCH, 224, 224, 3), np.uint8)
    measured, missing = _start(pictures, slow=options.slow)
    for _ in range(options.rounds):
        for item in measured.values():
            wall, cpu = time.perf_counter(), time.process_time()
            item.embeddings = item.way(pictures)
            item.wall.append(time.perf_counter() - wall)
            item.cpu.append(time.process_time() - cpu)
    _print(measured, missing)


def _start(pictures: Pictures, *, slow: bool) -> tuple[dict[str, Measured], dict[str, str]]:
    ways: dict[str, tuple[Callable[[], Way], tuple[str, ...]]] = {
        "torch, eager": (lambda: _torch(_whole(), torch.contiguous_format), ()),
        "torch, channels_last": (lambda: _torch(_whole(), torch.channels_last), ()),
        "torch, norms folded": (lambda: _torch(_folded(), torch.contiguous_format), ()),
        "torch, folded, channels_last": (lambda: _torch(_folded(), torch.channels_last), ()),
        "ONNX Runtime, whole batches": (_onnx_whole, ("onnxruntime", "onnx")),
        "ONNX Runtime, 2 per core (ours)": (_ours, ("onnxruntime", "onnx")),
        "OpenVINO": (_openvino, ("openvino",)),
    }
    if slow:
        ways["torch.jit, for inference"] = (_jit, ())
        ways["torch.compile"] = (_compiled, ())
    measured, missing = {}, {}
    for name, (make, packages) in ways.items():
        began = time.perf_counter()
        try:
            way = make()
            way(pictures)
        except Exception as error:
            absent = isinstance(error, ImportError)
            missing[name] = "not installed" if absent else f"failed: {type(error).__name__}"
            continue
        measured[name] = Measured(way, time.perf_counter() - began, packages)
    return measured, missing


def _print(measured: dict[str, Measured], missing: dict[str, str]) -> None:
    base = measured["torch, channels_last"]
    assert base.embeddings is not None
    print(f"{SPEC.name}, {available_cores()} cores, batches of {BATCH}, float32")
    print(f"{'':<34}frames/s  × torch  ms of CPU  largest difference  start s  added MB")
    for name, item in measured.items():
        assert item.embeddings is not None
        ratio = np.median(np.array(base.wall) / np.array(item.wall))
        difference = np.abs(item.embeddings - base.embeddings).max()
        megabytes = sum(_megabytes(package) for package in item.packages)
        print(
            f"{name:<34}{BATCH / np.median(item.wall):>8.1f}{ratio:>9.2f}"
            f"{1000 * min(item.cpu) / BATCH:>11.2f}{difference:>20.1e}{item.start:>9.1f}"
            f"{megabytes:>10.0f}"
        )
    for name, reason in missing.items():
        print(f"{name:<34}{reason}")
    print(f"{'torch, bfloat16 (own process)':<34}{_bfloat16()}")
    print("× torch: against 'torch, channels_last', median over rounds of both side by side")


def _whole() -> torch.nn.Module:
    return UnitVectors(load_network(SPEC))


def _folded() -> torch.nn.Module:
    """The network with every normalisation folded into the convolution before it."""
    whole: Any = _whole()
    net = whole.model.net
    pairs = [(net, "_conv_stem", "_bn0"), (net, "_conv_head", "_bn1")]
    for block in net._blocks:
        pairs += [(block, "_depthwise_conv", "_bn1"), (block, "_project_conv", "_bn2")]
        if hasattr(block, "_expand_conv"):
            pairs.append((block, "_expand_conv", "_bn0"))
        block._swish = torch.nn.ReLU6(inplace=True)
    for owner, convolution, norm in pairs:
        fused = fuse_conv_bn_eval(getattr(owner, convolution), getattr(owner, norm))
        setattr(owner, convolution, fused)
        setattr(owner, norm, torch.nn.Identity())
    net._swish = torch.nn.ReLU6(inplace=True)
    folded: torch.nn.Module = whole
    return folded


def _torch(module: Any, layout: torch.memory_format) -> Way:
    module = copy.deepcopy(module).to(memory_format=layout)

    def way(pictures: Pictures) -> npt.NDArray[np.float32]:
        with torch.inference_mode():
            batch = torch.from_numpy(pictures)
            if layout == torch.contiguous_format:  # otherwise the view is channels_last
                batch = batch.permute(0, 3, 1, 2).contiguous().permute(0, 2, 3, 1)
            result: npt.NDArray[np.float32] = module(batch).numpy()
            return result

    return way


def _jit() -> Way:
    module: Any = _folded().to(memory_format=torch.channels_last)
    with torch.no_grad():
        example = torch.zeros((BATCH, 224, 224, 3), dtype=torch.uint8)
        traced = torch.jit.freeze(torch.jit.trace(module, example))
        return _warm(torch.jit.optimize_for_inference(traced))


def _compiled() -> Way:
    importlib.import_module("torch._inductor.config").freezing = True
    module: Any = _folded().to(memory_format=torch.channels_last)
    return _warm(torch.compile(module, dynamic=False))


def _warm(module: Any) -> Way:
    def way(pictures: Pictures) -> npt.NDArray[np.float32]:
        with torch.no_grad():
            result: npt.NDArray[np.float32] = module(torch.from_numpy(pictures)).numpy()
            return result

    for _ in range(3):
        way(np.zeros((BATCH, 224, 224, 3), np.uint8))
    return way


def _ours() -> Way:
    runner = exported(load_network(SPEC), SPEC.input_size, available_cores())
    if runner is None:
        raise RuntimeError
    return runner


def _onnx_whole() -> Way:
    onnxruntime: Any = importlib.import_module("onnxruntime")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.onnx"
        example = torch.zeros((BATCH, 224, 224, 3), dtype=torch.uint8)
        torch.onnx.export(_whole(), (example,), path, dynamo=False, input_names=["pictures"])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = available_cores()
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def way(pictures: Pictures) -> npt.NDArray[np.float32]:
        result: npt.NDArray[np.float32] = session.run(None, {"pictures": pictures})[0]
        return result

    return way


def _openvino() -> Way:
    openvino: Any = importlib.import_module("openvino")
    shape = [BATCH, 224, 224, 3]
    example = torch.zeros(shape, dtype=torch.uint8)
    model = openvino.convert_model(_whole(), example_input=example, input=[shape])
    # Without the hint it takes bfloat16 where the processor says that it can.
    settings = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": available_cores()}
    compiled = openvino.Core().compile_model(model, "CPU", settings)

    def way(pictures: Pictures) -> npt.NDArray[np.float32]:
        return np.array(compiled([pictures])[0])

    return way


def _bfloat16() -> str:
    """Measure in another process: on some machines bfloat16 ends it with an illegal instruction."""
    done = subprocess.run(
        [sys.executable, "-c", BFLOAT16],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[1],
    )
    if done.returncode:
        return f"ends the process (exit code {done.returncode})"
    rate, cpu, difference = map(float, done.stdout.split())
    return (
        f"{rate:.1f} frames/s, {cpu:.2f} ms of CPU, largest difference {difference:.1e}: not exact"
    )


def _megabytes(package: str) -> float:
    files = importlib.metadata.files(package) or []
    sizes = (Path(str(file.locate())).stat().st_size for file in files if file.locate().is_file())
    return sum(sizes) / 1e6


if __name__ == "__main__":
    main()
