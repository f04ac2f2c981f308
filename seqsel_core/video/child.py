"""The process that decodes: `python -m seqsel_core.video.child`, started by `isolated.py`.

Reads what is asked from its standard input, writes frames to its standard output, and may
die at any time: that costs the video in hand only.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import IO, Any

import numpy as np

from seqsel_core.errors import SeqselError
from seqsel_core.video import ffmpeg_log
from seqsel_core.video.decoders import decoder_for
from seqsel_core.video.limits import setting
from seqsel_core.video.probe import estimate_frames
from seqsel_core.video.types import Picture, ReadResult, Wanted
from seqsel_core.video.wire import frame_message, full_message, receive, send, to_video

MOST_MEMORY = setting("SEQSEL_DECODE_MEMORY_MB") * 1024**2
"""Bytes of data that the process may take. What needs more is decoded by fewer threads, and
is a problem of that video if one takes too much."""

_HEARTBEAT_SECONDS = 3.0
_LOOK_SECONDS = 2.0


def main() -> None:
    """Answer until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C: who asked ends this process
    threading.Thread(target=_outlive_nobody, args=(os.getppid(),), daemon=True).start()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not mix with frames
    ffmpeg_log.listen()
    with contextlib.suppress(EOFError, BrokenPipeError):
        send(answers, {"kind": "ready"})
        while True:
            request, _ = receive(sys.stdin.buffer)
            _Answer(request, answers).give()


class _Answer:
    """One request, and how far it is."""

    def __init__(self, request: dict[str, Any], pipe: IO[bytes]) -> None:
        self._request = request
        self._pipe = pipe
        self._lock = threading.Lock()
        self._result = ReadResult()

    def give(self) -> None:
        """Send all frames, and how it ended."""
        ended = threading.Event()
        heart = threading.Thread(target=self._beat, args=(ended,), daemon=True)
        heart.start()
        last: dict[str, Any] = {"kind": "end"}
        try:
            if not self._request["decoder"].startswith("torchcodec"):  # CUDA maps a lot
                _limit_memory()
            if self._request["do"] == "estimate":
                last["frames"] = estimate_frames(to_video(self._request["video"]))
            else:
                for message, picture in self._frames():
                    self._send({"kind": "frame", **message}, picture)
        except SeqselError as error:
            last = {"kind": "error", "class": type(error).__name__, "reason": str(error)}
        except BrokenPipeError:
            raise
        except Exception as error:
            last = {"kind": "failed", "reason": f"{type(error).__name__}: {error}"}
        finally:
            ended.set()
            heart.join()
        self._send({**last, **self._state()}, None)

    def _frames(self) -> Iterator[tuple[dict[str, Any], Picture]]:
        request = self._request
        video = to_video(request["video"])
        decoder = decoder_for(video, request["decoder"], threads=request["threads"])
        if request["do"] == "frames":
            for frame in decoder.frames(video, request["size"], self._result):
                state = self._state() if frame.index == 0 else {}
                yield {**frame_message(frame), **state}, frame.picture
            return
        if request["do"] == "full":
            for full in decoder.full_frames(video, request["wanted"]):
                yield full_message(full), full.picture
            return
        wanted = [Wanted(*item) for item in request["wanted"]]
        for item, full in zip(wanted, decoder.sought_frames(video, wanted), strict=False):
            if full.pixel_hash != item.pixel_hash:
                return  # nobody could use it, nor what follows
            yield full_message(full), full.picture

    def _state(self) -> dict[str, Any]:
        result = self._result
        return {
            "problems": [(problem.reason, problem.frames) for problem in result.problems],
            "width": result.width,
            "height": result.height,
            "time_base": result.time_base,
        }

    def _send(self, message: dict[str, Any], picture: Picture | None) -> None:
        with self._lock:
            send(self._pipe, message, picture)

    def _beat(self, ended: threading.Event) -> None:
        """Say that it goes on, while packets are read of which no frame comes."""
        before = -1
        while not ended.wait(_HEARTBEAT_SECONDS):
            if self._result.packets != before:
                before = self._result.packets
                with contextlib.suppress(BrokenPipeError):
                    self._send({"kind": "alive"}, None)


def _outlive_nobody(parent: int) -> None:
    """End this process when the one that asks was killed: a decoder that hangs would not notice."""
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os._exit(1)


def _limit_memory() -> None:
    """Let the system refuse memory beyond the limit, where it can."""
    with contextlib.suppress(ImportError, AttributeError, OSError, ValueError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        most = MOST_MEMORY if hard == resource.RLIM_INFINITY else min(MOST_MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


if __name__ == "__main__":
    np.zeros(1)  # loads what NumPy loads late, before memory is limited
    main()
