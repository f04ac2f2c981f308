"""Against what one would write instead: same network, same videos, same machine, one run.

    python benchmarks/peers.py [--rounds N] [--batch N] [--frames N] [FOLDER]

Each peer decodes every frame, scales it to the network's square, and embeds it in batches with
torch in evaluation mode, on all cores; network loading is not counted. Ours does more in
the same pass: hashes, quality measures, thumbnails, the store. The order changes from round to
round; shown are the median rates. Promise: at least 1.5 × the best peer.

"ms of CPU" is processor time per frame, children included: other work on the machine hardly
changes it. Embeddings are compared with ours: they agree as far as the ways of scaling do.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import itertools
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import torch
from pipeline import ENCODER, videos_to_read

from seqsel_core import Config, embed
from seqsel_core.embed import encoders
from seqsel_core.embed.cores import available_cores
from seqsel_core.embed.networks import UnitVectors, load_network
from seqsel_core.embed.spec import encoder_spec
from seqsel_core.video.discover import discover

SPEC = encoder_spec(ENCODER)
SIZE = SPEC.input_size
Embeddings = list[npt.NDArray[np.float32]]  # one array (N, D) per video
Pictures = Iterator[npt.NDArray[np.uint8]]  # (SIZE, SIZE, 3) each
Batches = Iterator[npt.NDArray[np.uint8]]  # (B, SIZE, SIZE, 3) each


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--frames", type=int, default=200, help="of each video, at most")
    options = parser.parse_args()
    torch.set_num_threads(available_cores())
    with tempfile.TemporaryDirectory() as made:
        folder = options.folder or videos_to_read(Path(made), everything=False)
        _measure(folder, options.rounds, options.batch, options.frames)


def _measure(folder: Path, rounds: int, batch: int, most: int) -> None:
    paths = [video.path for video in discover(folder).videos if not video.is_folder]
    network = UnitVectors(load_network(SPEC)).to(memory_format=torch.channels_last)
    encoder = encoders.load_encoder(SPEC, "cpu")
    encoders.load_encoder = lambda spec, device="auto": encoder  # loaded once, as the peers' is
    ours = "seqsel"
    ways: dict[str, Callable[[], Embeddings]] = {ours: lambda: _ours(folder, batch, most)}
    missing = {}
    for name, module, read in READERS:
        try:
            importlib.import_module(module)
        except ImportError:
            missing[name] = f"not installed ({module})"
            continue
        ways[name] = lambda read=read: [
            _embedded(network, _batched(itertools.islice(read(path), most), batch))
            for path in paths
        ]
    missing |= _cannot_be_compared()
    wall: dict[str, list[float]] = {name: [] for name in ways}
    cpu: dict[str, list[float]] = {name: [] for name in ways}
    results: dict[str, Embeddings] = {}
    for number in range(rounds):
        for name in list(ways)[:: -1 if number % 2 else 1]:
            began, used = time.perf_counter(), _processor_seconds()
            results[name] = ways[name]()
            frames = sum(map(len, results[name]))
            wall[name].append((time.perf_counter() - began) / frames)
            cpu[name].append((_processor_seconds() - used) / frames)
    print(f"{len(paths)} videos, {SPEC.name}, {available_cores()} cores, {rounds} rounds")
    print(f"{'':<28}frames  frames/s  ms of CPU  agreement  ours is faster")
    for name in ways:
        frames = sum(map(len, results[name]))
        ratio = np.median(np.array(wall[name]) / np.array(wall[ours]))
        print(
            f"{name:<28}{frames:>6}{1 / np.median(wall[name]):>10.1f}"
            f"{1000 * np.median(cpu[name]):>11.2f}{_agreement(results[name], results[ours]):>11}"
            f"{ratio:>13.2f} ×"
        )
    for name, reason in missing.items():
        print(f"{name:<28}{reason}")
    best = min((name for name in ways if name != ours), key=lambda name: np.median(wall[name]))
    ratio = np.median(np.array(wall[best]) / np.array(wall[ours]))
    print(f"against the best, {best}: {ratio:.2f} × (limit 1.50)")


def _ours(folder: Path, batch: int, most: int) -> Embeddings:
    with tempfile.TemporaryDirectory() as data_dir:
        words = [f"input_dir={folder}", f"data_dir={data_dir}", "stopping_condition.n_samples=1"]
        words += [f"encoder={ENCODER}", f"lightly.loader.batch_size={batch}"]
        words += [f"decode_limits.max_frames={most}"]
        dataset = embed(Config.parse(words))
        return [np.array(part, np.float32) for part in dataset.embeddings]


def _embedded(network: torch.nn.Module, batches: Batches) -> npt.NDArray[np.float32]:
    with torch.inference_mode():
        return np.concatenate([network(torch.from_numpy(batch)).numpy() for batch in batches])


def _decord(path: Path) -> Pictures:
    decord: Any = importlib.import_module("decord")
    reader = decord.VideoReader(str(path), width=SIZE, height=SIZE)
    for at in range(0, len(reader), 32):
        yield from reader.get_batch(range(at, min(at + 32, len(reader)))).asnumpy()


def _opencv(path: Path) -> Pictures:
    cv2: Any = importlib.import_module("cv2")
    capture = cv2.VideoCapture(str(path))
    while True:
        there, picture = capture.read()
        if not there:
            return
        small = cv2.resize(picture, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
        yield cv2.cvtColor(small, cv2.COLOR_BGR2RGB)


def _pyav(path: Path) -> Pictures:
    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        for frame in container.decode(video=0):
            yield frame.to_ndarray(width=SIZE, height=SIZE, format="rgb24")


def _batched(frames: Pictures, batch: int) -> Batches:
    waiting = []
    for picture in frames:
        waiting.append(picture)
        if len(waiting) == batch:
            yield np.stack(waiting)
            waiting = []
    if waiting:
        yield np.stack(waiting)


READERS: tuple[tuple[str, str, Callable[[Path], Pictures]], ...] = (
    ("decord + torch", "decord", _decord),
    ("OpenCV + torch", "cv2", _opencv),
    ("PyAV + torch", "av", _pyav),
)


def _cannot_be_compared() -> dict[str, str]:
    io: Any = importlib.import_module("torchvision.io")
    found = {}
    if not hasattr(io, "read_video"):
        found["torchvision.io.read_video"] = "does not exist any more"
    for name, module in (("FiftyOne", "fiftyone"), ("LightlyStudio", "lightly_studio")):
        there = importlib.util.find_spec(module) is not None
        found[name] = "installed, but not compared here" if there else "not installed"
    return found


def _processor_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(item.ru_utime + item.ru_stime for item in used)


def _agreement(embeddings: Embeddings, ours: Embeddings) -> str:
    """Return the mean cosine to ours, or '-' where the numbers of frames differ."""
    if [len(part) for part in embeddings] != [len(part) for part in ours]:
        return "-"
    cosines = [(a * b).sum(axis=1) for a, b in zip(embeddings, ours, strict=True)]
    return f"{np.concatenate(cosines).mean():.4f}"


if __name__ == "__main__":
    main()
