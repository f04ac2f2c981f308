"""How many processor cores this process may use, and how reading shares them with the network."""

from __future__ import annotations

import os
from pathlib import Path

_QUOTA = Path("/sys/fs/cgroup/cpu.max")

_READING_SHARE = 0.3
"""Part of the cores that readers take where the network runs on the CPU too.

Reading and measuring a 720p frame costs about half as much processor time as embedding it with
the default encoder; a reader that has run ahead waits and takes nothing.
"""


def available_cores(quota_file: Path = _QUOTA) -> int:
    """Return the cores that this process may use: of the machine, its mask and its container.

    Args:
        quota_file: Where Linux says how much processor time a container has.
    """
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    try:
        quota, period = quota_file.read_text("ascii").split()
        if quota != "max":
            cores = min(cores, max(1, round(int(quota) / int(period))))
    except (OSError, ValueError):  # no container, or no such file on this system
        pass
    return cores


def readers_for(videos: int, cores: int, *, network_on_cpu: bool) -> int:
    """Return how many videos to read at a time, at least 1.

    Args:
        videos: How many there are.
        cores: From `available_cores`.
        network_on_cpu: Whether the network takes its share of the cores.
    """
    share = _READING_SHARE if network_on_cpu else 1
    return max(1, min(videos, round(cores * share)))
