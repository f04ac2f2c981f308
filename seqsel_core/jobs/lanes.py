"""Who does which work: a lane for each device that embeds, and one for all that is quick.

Short work never waits behind forty hours of embedding. A lane is one worker process, and one
lock file that this process keeps locked. The lock is the lease: the system lets go of it at the
moment in which the process ends, however it ends, so it cannot outlive its process, it needs no
renewal, and no clock that is set back or stops can make two processes believe that they hold it.
The heartbeat in the table of jobs is for people only.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path
from typing import IO, Any

EMBED = "embed"
QUICK = "quick"

_RESERVE = 256 << 10  # bytes
_DRIVER = Path("/proc/driver/nvidia/gpus")
_DEVICES = Path("/dev")


def lane_of(kind: str, parameters: dict[str, Any]) -> str:
    """Return who does a job; what a second encoder judges is embedded by that one, too."""
    return EMBED if kind == "embed" or parameters.get("judge") else QUICK


def workers() -> dict[str, str]:
    """Return {name of a worker: its lane}: 'embed-0', 'embed-1', …, and 'quick'.

    There is one to embed for each NVIDIA GPU, and one where there is none;
    `SEQSEL_WORKERS` says another number.
    """
    try:
        count = int(os.environ["SEQSEL_WORKERS"])
    except (KeyError, ValueError):
        count = len(_devices())
    return {**{f"{EMBED}-{number}": EMBED for number in range(max(1, count))}, QUICK: QUICK}


def lane(worker: str) -> str:
    """Return the lane of a worker, also of one that this machine would not start."""
    return worker.partition("-")[0]


def environment(worker: str) -> dict[str, str]:
    """Return the environment for a worker's process: it sees the device that is its own."""
    devices = _devices()
    number = worker.partition("-")[2]
    if len(devices) < 2 or not number.isdigit():
        return dict(os.environ)
    return {**os.environ, "CUDA_VISIBLE_DEVICES": devices[int(number) % len(devices)]}


def lock_path(data_dir: Path, worker: str) -> Path:
    """Return the lock file of a worker."""
    return data_dir / f"worker-{worker}.lock"


def take(data_dir: Path, worker: str) -> IO[str] | None:
    """Return the locked lock file of a worker, or None where another process holds it.

    Raises:
        OSError: It cannot be made.
    """
    file = lock_path(data_dir, worker).open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def reserve(lock: IO[str]) -> None:
    """Let a lock file take some space on the disk, for the day on which that is full."""
    with contextlib.suppress(OSError, AttributeError):  # full already, or a disk that cannot
        os.posix_fallocate(lock.fileno(), 0, _RESERVE)


def give_up_reserve(lock: IO[str]) -> None:
    """Free that space: enough for the catalogue to hear that the disk is full."""
    with contextlib.suppress(OSError):
        os.ftruncate(lock.fileno(), 0)


def still_there(lock: IO[str]) -> bool:
    """Return whether a lock file is still the one that others would try to lock."""
    try:
        return os.path.samestat(os.fstat(lock.fileno()), os.stat(lock.name))  # noqa: PTH116
    except OSError:
        return False


def lives(data_dir: Path, worker: str) -> bool:
    """Return whether the process of a worker lives.

    Raises:
        OSError: Its lock file cannot be made.
    """
    lock = take(data_dir, worker)
    if lock is None:
        return True
    lock.close()
    return False


def machine() -> str:
    """Return a text that changes when the machine, or the container, is started again.

    A job whose worker ended together with its machine did nothing wrong.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        first = Path("/proc/1/stat").read_text("ascii", "replace").rpartition(")")[2].split()
        return f"{boot} {first[19]}"  # when the first process of this machine was started
    except (OSError, IndexError):
        return ""


def _devices() -> list[str]:
    """Return what CUDA calls the GPUs that this process may use."""
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    if chosen is not None:
        return [name.strip() for name in chosen.split(",") if name.strip()]
    # A container may see the driver's list of all GPUs, but the device files only of its own.
    given = sum(path.name[6:].isdigit() for path in _DEVICES.glob("nvidia[0-9]*"))
    known = len(list(_DRIVER.iterdir())) if _DRIVER.is_dir() else given
    return [str(number) for number in range(min(known, given))]
