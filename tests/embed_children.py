"""Embeds videos in child processes that are killed, doubled, or kept from writing.

Run by the fixture `children` of `test_kill.py`: libraries are imported once, then every
request (one line of JSON on standard input) is done in forked children, and answered with one
line. A stand-in for the network makes embedding as quick as decoding; all else is the engine.

A request: {"input_dir", "data_dir", "copies": 1, "kill": [kind, number], "file_limit": bytes,
"user": uid}. Kinds of moments: "frame" (before the n-th frame is appended), "file" (before the
n-th operation on a file or directory of the store), "time" (after n milliseconds).
The answer: one object per copy, {"code" as that of `subprocess`, "appended": {shard: frames}},
and of those not killed {"error", "milliseconds", "frame", "file"}: how many moments there were.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from seqsel_core import Config, embed
from seqsel_core.errors import SeqselError
from seqsel_core.store.shards import ShardWriter

OPERATIONS = frozenset(
    (
        *("open", "os.mkdir", "os.rmdir", "os.rename", "os.remove", "os.utime", "os.listdir"),
        *("shutil.rmtree", "sqlite3.connect"),
    )
)
LOADED_ONCE = (
    *("seqsel_core.embed.pipeline", "seqsel_core.video.pyav", "seqsel_core.video.probe"),
    *("seqsel_core.store.location", "scipy.fftpack", "PIL.JpegImagePlugin", "pyarrow"),
)
"""What every child would import anew."""


class StandIn:
    """Stands in for a network: a few pixels, as a unit vector."""

    def embed(self, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return unit vectors, shape (B, 16), float32."""
        vectors = pictures[:, 5::10, 5::10, 0].reshape(len(pictures), -1).astype(np.float32) + 1
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


class Moments:
    """Counts what a child does, tells it, and kills it at one moment."""

    def __init__(self, request: dict[str, Any], answer: int) -> None:
        """Watch this process."""
        self.counts = {"frame": 0, "file": 0}
        self._kind, self._number = request.get("kill") or ("", 0)
        self._data_dir = request["data_dir"]
        append, sync = ShardWriter.append, os.fsync

        def counted_append(writer: ShardWriter, *frame: Any) -> None:
            self._pass("frame")
            os.write(answer, f"{writer._final.name}\n".encode())
            append(writer, *frame)

        def counted_sync(descriptor: int) -> None:
            self._pass("file")
            sync(descriptor)

        ShardWriter.append = counted_append  # type: ignore[method-assign]
        os.fsync = counted_sync
        sys.addaudithook(self._audit)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in OPERATIONS and arguments and isinstance(arguments[0], (str, bytes, Path)):
            path = os.fspath(arguments[0])
            if os.fsdecode(path).startswith(self._data_dir):
                self._pass("file")

    def _pass(self, kind: str) -> None:
        self.counts[kind] += 1
        if self._kind == kind and self.counts[kind] == self._number:
            os.kill(os.getpid(), signal.SIGKILL)


def child(request: dict[str, Any], ready: int, answer: int) -> None:
    """Embed, and tell what happened: a line per frame, and one at the end."""
    if request.get("file_limit"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (request["file_limit"],) * 2)
    if request.get("user"):
        os.setgroups([])
        os.setgid(request["user"])
        os.setuid(request["user"])
    moments = Moments(request, answer)
    words = [f"{name}={request[name]}" for name in ("input_dir", "data_dir")]
    words += ["lightly.loader.batch_size=8", "lightly.collate.input_size=40", "isolate=False"]
    config = Config.parse([*words, "stopping_condition.n_samples=1"])
    error = ""
    os.write(ready, b"!")
    began = time.monotonic()
    try:
        embed(config)
    except SeqselError as failure:
        error = f"{type(failure).__name__}: {failure}"
    milliseconds = int(1000 * (time.monotonic() - began))
    report = {"error": error, "milliseconds": milliseconds, **moments.counts}
    os.write(answer, json.dumps(report).encode())


def do(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Fork the children of a request and wait for them."""
    running = []
    for _ in range(request.get("copies", 1)):
        ready, answer = os.pipe(), os.pipe()
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                child(request, ready[1], answer[1])
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        os.close(ready[1])
        os.close(answer[1])
        running.append((pid, ready[0], answer[0]))
    return [wait(pid, ready, answer, request.get("kill")) for pid, ready, answer in running]


def wait(pid: int, ready: int, answer: int, kill: list[Any] | None) -> dict[str, Any]:
    """Wait for a child, or kill it when its time has come; return what it told."""
    os.read(ready, 1)
    os.close(ready)
    if kill and kill[0] == "time":
        time.sleep(kill[1] / 1000)
        os.kill(pid, signal.SIGKILL)  # it may have ended already, but is not reaped yet
    with os.fdopen(answer) as file:
        lines = file.read().split("\n")
    _, status = os.waitpid(pid, 0)
    report = json.loads(lines.pop() or "{}")
    ended = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    return {"appended": Counter(lines), "code": ended, **report}


def main() -> None:
    """Answer requests until there are no more."""
    encoders: Any = importlib.import_module("seqsel_core.embed.encoders")
    encoders.load_encoder = lambda *arguments, **options: StandIn()
    # On two cores one video is read at a time: so one is what a kill may cost.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    for name in LOADED_ONCE:
        importlib.import_module(name)
    for line in sys.stdin:
        print(json.dumps(do(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
