"""Decode in a process of its own: one that crashes, hangs or takes all memory costs one video.

The process is started afresh (`python -m`, not fork), reads one video after the other, and is
replaced when it died or was given up. Frames come through a pipe.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from seqsel_core import errors
from seqsel_core.video.limits import setting
from seqsel_core.video.types import Frame, FullFrame, Picture, Problem, ReadResult, Video, Wanted
from seqsel_core.video.wire import (
    receive,
    send,
    to_frame,
    to_full,
    video_message,
    wanted_message,
)

SECONDS_WITHOUT_PROGRESS = float(setting("SEQSEL_DECODE_SECONDS"))
"""After this long without a frame or a packet, a decoder counts as hanging."""

_PIPE_BYTES = 1 << 20  # some frames ahead, and fewer changes between the two processes


class IsolatedDecoder:
    """Reads as the decoder of a name does, in another process; implements `Decoder`."""

    def __init__(self, name: str, threads: int = -1) -> None:
        """Choose a decoder as `decoder_for` does."""
        self.name = name
        self._threads = threads

    def frames(self, video: Video, size: int, result: ReadResult) -> Iterator[Frame]:
        """Yield every frame that came before an end of any kind; see `Decoder.frames`."""
        count = 0
        try:
            for message, picture in self._ask(video, {"do": "frames", "size": size}, result):
                yield to_frame(message, picture)
                count += 1
        except _Died as death:
            reason = f"{death} after {count} frames" if count else str(death)
            result.problems.append(Problem(reason))
        except OSError as error:
            result.problems.append(Problem(f"reading failed: {error}"))

    def full_frames(self, video: Video, indices: Sequence[int]) -> Iterator[FullFrame]:
        """Yield frames at full size; see `Decoder.full_frames`.

        Raises:
            OSError: The decoder died.
        """
        request = {"do": "full", "wanted": list(indices)}
        for message, picture in self._ask(video, request, ReadResult()):
            yield to_full(message, picture)

    def sought_frames(self, video: Video, wanted: Sequence[Wanted]) -> Iterator[FullFrame]:
        """Yield frames found by seeking; see `Decoder.sought_frames`.

        Raises:
            OSError: The decoder died.
        """
        request = {"do": "sought", "wanted": wanted_message(list(wanted))}
        for message, picture in self._ask(video, request, ReadResult()):
            yield to_full(message, picture)

    def _ask(
        self, video: Video, request: dict[str, Any], result: ReadResult
    ) -> Iterator[tuple[dict[str, Any], Picture]]:
        request = {**request, "decoder": self.name, "threads": self._threads}
        for message, picture in _answers(video, request, result):
            if picture is not None:
                yield message, picture


def isolated_estimate(video: Video) -> int:
    """Return `estimate_frames` of a file; 0 also where the process dies of it."""
    request = {"do": "estimate", "decoder": ""}
    try:
        *_, (message, _) = _answers(video, request, ReadResult())
    except OSError:
        return 0
    return int(message["frames"])


def _answers(
    video: Video, request: dict[str, Any], result: ReadResult
) -> Iterator[tuple[dict[str, Any], Picture | None]]:
    """Yield every message of an answer; `result` receives what reading found.

    Raises:
        _Died: The process died.
        OSError: Reading failed in a way that nobody foresaw.
        SeqselError: As the decoder raises.
    """
    process = _borrow()
    whole = False
    try:
        process.ask({**request, "video": video_message(video)})
        while not whole:
            message, picture = process.answer()
            if "problems" in message:
                _take_over(message, result)
            whole = message["kind"] not in ("frame", "alive")
            if message["kind"] in ("frame", "end"):
                yield message, picture
    finally:
        if whole:
            _give_back(process)
        else:
            process.end()
    if message["kind"] == "error":
        raise getattr(errors, message["class"])(message["reason"])
    if message["kind"] == "failed":
        raise OSError(message["reason"])


class _Died(OSError):
    """The process that decoded is gone."""


class _Process:
    """One process that decodes."""

    def __init__(self) -> None:
        root = str(Path(__file__).parents[2])
        paths = [root, os.environ.get("PYTHONPATH", "")]
        self._child = subprocess.Popen(
            [sys.executable, "-P", "-m", "seqsel_core.video.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        )
        _all.add(self)
        assert self._child.stdin
        assert self._child.stdout
        self._requests: IO[bytes] = self._child.stdin
        self._answers: IO[bytes] = self._child.stdout
        self._waiting_since: float | None = None
        self._hung = False
        _enlarge(self._answers)
        try:
            receive(self._answers)  # not timed: the first start on a machine may be slow
        except (EOFError, OSError) as error:
            self.end()
            raise errors.SeqselError(
                "The process that decodes cannot be started (exit code "
                f"{self._child.returncode}). Try isolate=False."
            ) from error
        threading.Thread(target=self._watch, name="watch decoder", daemon=True).start()

    def ask(self, request: dict[str, Any]) -> None:
        """Send a request.

        Raises:
            _Died: The process is gone.
        """
        try:
            send(self._requests, request)
        except OSError as error:
            raise _Died(self._obituary()) from error

    def answer(self) -> tuple[dict[str, Any], Picture | None]:
        """Wait for the next message.

        Raises:
            _Died: The process is gone, or was ended for hanging.
        """
        self._waiting_since = time.monotonic()
        try:
            return receive(self._answers)
        except (EOFError, OSError) as error:
            raise _Died(self._obituary()) from error
        finally:
            self._waiting_since = None

    def kill(self) -> None:
        """Kill the process and do not wait for its end."""
        self._child.kill()

    def end(self) -> None:
        """End the process, whatever it does."""
        self._child.kill()
        self._child.wait()
        with contextlib.suppress(OSError):
            self._requests.close()
        self._answers.close()

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._child.pid

    @property
    def lives(self) -> bool:
        """Whether it can be asked."""
        return self._child.poll() is None

    def _watch(self) -> None:
        """End the process when an answer takes too long; time in which nobody waits is free."""
        while self._child.returncode is None:
            since = self._waiting_since
            if since is not None and time.monotonic() - since > SECONDS_WITHOUT_PROGRESS:
                self._hung = True
                self._child.kill()
                return
            time.sleep(min(1.0, SECONDS_WITHOUT_PROGRESS / 4))

    def _obituary(self) -> str:
        code = self._child.wait()
        if self._hung:
            return f"decoding made no progress for {SECONDS_WITHOUT_PROGRESS:g} seconds"
        if code < 0:
            with contextlib.suppress(ValueError):
                return f"the decoder crashed ({signal.Signals(-code).name})"
        return f"the decoder ended (exit code {code})"


_all: weakref.WeakSet[_Process] = weakref.WeakSet()
_idle: list[_Process] = []
_idle_lock = threading.Lock()


def _borrow() -> _Process:
    with _idle_lock:
        while _idle:
            process = _idle.pop()
            if process.lives:
                return process
            process.end()
    return _Process()


def _give_back(process: _Process) -> None:
    with _idle_lock:
        _idle.append(process)


@atexit.register
def end_idle() -> None:
    """End the processes that wait for the next video."""
    with _idle_lock:
        while _idle:
            _idle.pop().end()


def kill_all() -> None:
    """Kill all processes that decode, also those in the midst of a video; does not wait."""
    for process in list(_all):
        process.kill()


def _take_over(message: dict[str, Any], result: ReadResult) -> None:
    result.problems[:] = [Problem(reason, frames) for reason, frames in message["problems"]]
    result.width, result.height = message["width"], message["height"]
    numerator, denominator = message["time_base"]
    result.time_base = (numerator, denominator)


def _enlarge(pipe: IO[bytes]) -> None:
    with contextlib.suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
