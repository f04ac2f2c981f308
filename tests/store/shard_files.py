"""Shards to test with."""

from __future__ import annotations

import contextlib
import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from seqsel_core.embed.measures import Measures
from seqsel_core.store.shards import Shard, ShardInfo, ShardStore, ShardWriter
from seqsel_core.video.types import Problem

ID = "ab" + "0" * 30
KEY = "encoder-224-pyav"


def unit(index: int) -> np.ndarray:
    """Return a unit vector with 4 dimensions."""
    vector = np.random.default_rng(index).standard_normal(4)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def append(writer: ShardWriter, count: int) -> None:
    """Add frames."""
    for index in range(count):
        row = (index, index * 512, index / 30, 2**64 - 1 - index, index == 1, *Measures(0.25))
        writer.append(unit(index), row, bytes([97 + index]) * index)


def info(n_frames: int, *problems: Problem) -> ShardInfo:
    """Return what a manifest says."""
    return ShardInfo("encoder", "pyav", n_frames, 4, 80, 48, (1, 15360), n_frames + 1, problems)


def write(store: ShardStore, count: int = 3, video_id: str = ID) -> Shard:
    """Write a whole shard."""
    writer = store.writer(video_id, KEY)
    append(writer, count)
    return writer.finish(info(count))


def temporary(data_dir: Path) -> list[Path]:
    """Return what lies in the temporary directory."""
    return list((data_dir / "shards/tmp").iterdir())


def age(path: Path) -> None:
    """Make a directory an hour old."""
    os.utime(path, times=(time.time() - 3600,) * 2)


@contextlib.contextmanager
def no_more_files() -> Iterator[None]:
    """Let this process open nothing."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.ExitStack() as stack:
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, limits)
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest_descriptor() + 1, limits[1]))
        with contextlib.suppress(OSError):
            while True:  # fill the gaps
                stack.enter_context(open("/dev/null"))  # noqa: PTH123
        yield


def highest_descriptor() -> int:
    """Return the highest number of an open file."""
    return max(int(path.name) for path in Path("/proc/self/fd").iterdir())
