"""A server of its own for a benchmark: on loopback, until the benchmark ends."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
APP = ("-m", "pages.ui.serve")
_PATIENCE = 60  # seconds until it answers
_END = 30  # seconds until it has ended


@contextlib.contextmanager
def serve(
    data_dir: Path, *options: str, words: Sequence[str] = APP, **variables: str
) -> Iterator[tuple[str, int]]:
    """Start a server; give its address and process id; end it and the workers it started.

    Args:
        data_dir: Where it keeps its data; its log is there, too.
        options: Of Streamlit, for example `--server.disconnectedSessionTTL=2`.
        words: What Python runs.
        variables: Of the environment.

    Raises:
        TimeoutError: It does not answer.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, *words, f"--server.port={port}", *options],
            cwd=ROOT,
            env={
                **os.environ,
                "SEQSEL_DATA_DIR": str(data_dir),
                "PYTHONPATH": str(ROOT),
                **variables,
            },
            stdout=log,
            stderr=log,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(f"{url}/_stcore/health")
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(_END)
        _end_workers(data_dir)


def megabytes(pid: int, what: str) -> float:
    """Return memory of a process in MB.

    Args:
        pid: Of the process.
        what: `VmHWM` (the peak), `VmRSS`, or `RssAnon` (its own: mapped files do not count).
    """
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    line = next(line for line in status.splitlines() if line.startswith(f"{what}:"))
    return int(line.split()[1]) * 1024 / 1e6


def _wait(url: str) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url, timeout=2).read()
            return
        if time.monotonic() > until:
            raise TimeoutError(f"{url} does not answer")
        time.sleep(0.2)


def _end_workers(data_dir: Path) -> None:
    """End the workers of a data directory, and wait until they have ended."""
    ours: list[Path] = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if b"seqsel_core.jobs.worker" in words and os.fsencode(data_dir) in words:
                os.kill(int(entry.name), signal.SIGTERM)
                ours.append(entry)
    until = time.monotonic() + _END
    while any(_runs(entry) for entry in ours) and time.monotonic() < until:
        time.sleep(0.1)


def _runs(entry: Path) -> bool:
    """Return whether a process has not ended; one whose parent has not looked counts as ended."""
    try:
        return (entry / "stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
