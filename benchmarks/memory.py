"""Peak memory against the length of a video: it must not grow.

    python benchmarks/memory.py [--minutes 1 10 120] [--network]

The packets of a clip are written one after the other into a longer file, nothing is encoded
again. Each length is embedded in a process of its own, and the peak of that process and of
the process that decodes for it are read at the end. A stand-in for the network (the mean colour
of a coarse grid) keeps it short, since the question is memory; `--network` takes the default
encoder. Promise: the longest needs at most 1.5 GB on top of the libraries, and no more than
the shortest but for the table of frames (about 100 bytes each).
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from pipeline import DATA, THREE, videos_to_read

from seqsel_core import Config, embed

LIMIT_MB = 1500


def main() -> None:
    """Measure every length, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, nargs="+", default=[0.2, 1, 10])
    parser.add_argument("--network", action="store_true")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        _measure(options.measure, network=options.network)
        return
    clip = _clip()
    print(f"'{clip.name}', repeated; network: {'default' if options.network else 'stand-in'}")
    print("minutes     frames    seconds  libraries MB   peak MB  on top MB  decoder's peak MB")
    tops = []
    for minutes in options.minutes:
        with tempfile.TemporaryDirectory() as folder:
            _repeat(clip, Path(folder) / "long.mp4", 60 * minutes)
            words = [sys.executable, __file__, "--measure", folder]
            words += ["--network"] if options.network else []
            done = subprocess.run(words, capture_output=True, text=True, check=True)
        found = json.loads(done.stdout.splitlines()[-1])
        tops.append(found["peak"] - found["libraries"])
        print(
            f"{minutes:>7g}{found['frames']:>11,}{found['seconds']:>11.1f}"
            f"{found['libraries']:>14.0f}{found['peak']:>10.0f}{tops[-1]:>11.0f}"
            f"{found['decoder']:>19.0f}"
        )
    print(f"longest minus shortest: {tops[-1] - tops[0]:.0f} MB; on top: limit {LIMIT_MB} MB")


def _measure(folder: Path, *, network: bool) -> None:
    from seqsel_core.embed import encoders  # torch and all: the libraries

    if not network:
        encoders.load_encoder = lambda spec, device="auto": _CoarseColours()  # type: ignore[assignment,return-value]
    libraries = _peak(resource.RUSAGE_SELF)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as data_dir:
        words = [f"input_dir={folder}", f"data_dir={data_dir}", "stopping_condition.n_samples=1"]
        frames = embed(Config.parse(words)).embedded_now
    found = {
        "frames": frames,
        "seconds": time.perf_counter() - began,
        "libraries": libraries,
        "peak": _peak(resource.RUSAGE_SELF),
        "decoder": _peak(resource.RUSAGE_CHILDREN),
    }
    print(json.dumps(found))


class _CoarseColours:
    """Stands in for a network: mean colours of a grid of 8 × 8, as a unit vector of 192."""

    def embed(self, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return unit vectors of pictures."""
        side = pictures.shape[1] // 8 * 8
        cells = pictures[:, :side, :side].reshape(len(pictures), 8, side // 8, 8, side // 8, 3)
        vectors = cells[:, :, ::7, :, ::7].mean(axis=(2, 4)).reshape(len(pictures), -1) + 1
        unit: npt.NDArray[np.float32] = vectors.astype(np.float32)
        return unit / np.linalg.norm(unit, axis=1, keepdims=True)


def _clip() -> Path:
    if (DATA / "videos" / THREE[2]).is_file():
        return DATA / "videos" / THREE[2]
    return videos_to_read(Path(), everything=False) / "bikes.mp4"


def _repeat(clip: Path, long: Path, seconds: float) -> None:
    """Write the packets of a clip again and again, each time later, until it is long enough."""
    with av.open(str(clip)) as source, av.open(str(long), "w") as target:
        stream: Any = source.streams.video[0]
        copied = target.add_stream_from_template(stream)
        shift = 0
        while shift * stream.time_base < seconds:
            source.seek(0)
            ends = [shift]
            for packet in source.demux(stream):
                if packet.dts is None:
                    continue  # the empty packet at the end
                ends.append(shift + packet.pts + (packet.duration or 1))
                packet.dts += shift
                packet.pts += shift
                packet.stream = copied
                target.mux(packet)
            shift = max(ends)


def _peak(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / 1024


if __name__ == "__main__":
    main()
