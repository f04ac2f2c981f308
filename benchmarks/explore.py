"""What each move on the page Explore costs: server time, bytes to the browser, memory.

    python benchmarks/explore.py [--frames 1000000] [--videos 200] [--profile DIRECTORY] [--browser]

Stored frames of 1,280 dimensions (float16, memory-mapped, wandering like video) are cut into
sequences of ten; app.py runs whole in a process of its own, in Streamlit's test runner, without
a browser. A time is that of the whole script run, which the limits are for, and of moves the
median of several; 'maps' is when the maps of the new selection are on their way to the browser:
the verdict follows, into its place.
'cpu' is what all threads worked. On a machine that others use, compare the last. Before every
move the server is left to prepare what it does while people look (for many more picks). Bytes
are those of all messages of the run, but of what the browser keeps from the runs before; strips
and Plotly are fetched apart from them. With `--browser` a real one is driven too: milliseconds
until the new picture is painted, software WebGL included.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from _stored_videos import store_videos
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

from pages.ui.ahead import AHEAD
from pages.ui.explorer.picture_route import HEADER, picture_route
from pages.ui.explorer.plotly_route import plotly_route
from pages.ui.warm_up import warm_up

APP = Path(__file__).parents[1] / "app.py"
LIMIT_KB, LIMIT_MB = 100, 1500
LIMIT_PICTURES = 200  # milliseconds
PIXEL_LIMITS = {"first view": 3000, "n_samples": 500, "lasso": 1000}  # milliseconds
KEPT_RUNS = 100  # a browser keeps large messages for so many runs: global.maxCachedMessageAge


def main() -> None:
    """Store the videos, and measure the page in a new process."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--frames", type=int, default=100_000)
    parser.add_argument("--videos", type=int, default=200)
    parser.add_argument("--profile", type=Path, help="folder for a profile of every move")
    parser.add_argument("--data", type=Path, help="store the videos here, or find them here")
    parser.add_argument("--browser", action="store_true", help="measure in Chromium, too")
    parser.add_argument("--page", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--warm-up", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    if given.warm_up:
        Browser().open()
        return
    if given.page:
        _measure(given.profile)
        return
    with tempfile.TemporaryDirectory() as folder:
        data_dir = given.data or Path(folder)
        if not any(data_dir.glob("shards")):
            store_videos(data_dir, given.videos, given.frames // given.videos)
        print(f"Explore with {given.frames:,} frames in {given.videos} videos", flush=True)
        # The main process held all embeddings; its memory says nothing about the page.
        environment = {**os.environ, "SEQSEL_DATA_DIR": str(data_dir)}
        # Installed packages are compiled; those of a development machine may not be.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        environment.setdefault("PYTHONPYCACHEPREFIX", str(Path(folder) / "compiled"))
        command = [sys.executable, __file__]
        subprocess.run([*command, "--warm-up"], check=True, env=environment)
        command += ["--profile", str(given.profile)] if given.profile else []
        subprocess.run([*command, "--page"], check=True, env=environment)
        if given.browser:
            _in_browser(data_dir)


def _in_browser(data_dir: Path) -> None:
    from _explore_browser import measure

    print(f"\n{'in the browser':<26}{'ms':>8}{'limit':>8}")
    for name, milliseconds in measure(data_dir).items():
        limit = next((limit for start, limit in PIXEL_LIMITS.items() if name.startswith(start)), 0)
        told = f"{limit:>8}{_met(milliseconds <= limit)}" if limit else ""
        print(f"{name:<26}{milliseconds:>8.0f}{told}")


class Browser:
    """Stands for the browser: sends what it would send, and counts what it gets."""

    def __init__(self) -> None:
        """Open no page yet."""
        self.app = AppTest.from_file(str(APP), default_timeout=600)
        self.app.switch_page("pages/explore/explore.py")
        self.bytes = 0
        self.components: dict[str, ForwardMsg] = {}
        self.drawn = 0.0  # when the maps were sent last
        self._run = 0
        self._sent: dict[str, dict[str, Any]] = {}
        self._kept: dict[str, int] = {}
        ForwardMsgQueue.on_before_enqueue_msg(self._get)

    def open(self) -> None:
        """Open the page."""
        self._begin()
        self.app.run()
        self._finish()

    def move(self, label: str, value: int) -> None:
        """Move the number slider of a label."""
        data = json.loads(self._proto(label).json)
        self._send(
            label, {"move": {"value": value, "step": data["step"], "turn": data["seen"] + 1}}
        )

    def lasso(self) -> None:
        """Draw around all points of the PCA map that lie right of its middle."""
        corners = [[0, -100], [100, -100], [100, 100], [0, 100]]
        self._send("explorer", {"region": {"map": "pca", "polygon": corners}})

    def pictures_pass(self) -> str:
        """Return what lets the browser fetch pictures of frames."""
        return str(json.loads(self._proto("explorer").json)["pictures"])

    def _send(self, name: str, state: dict[str, Any]) -> None:
        states = self.app._tree.get_widget_states()
        self._sent[name] = {**self._sent.get(name, {}), **state}  # what is not sent is taken back
        text = json.dumps(self._sent[name])
        states.widgets.append(WidgetState(id=self._proto(name).id, json_value=text))
        self._begin()
        self.app._run(states)
        self._finish()

    def _proto(self, name: str) -> Any:
        return self.components[name].delta.new_element.bidi_component

    def _begin(self) -> None:
        self.bytes = 0
        self._run += 1

    def _finish(self) -> None:
        assert not self.app.exception, self.app.exception[0].value

    def _get(self, message: ForwardMsg) -> None:
        """Count a message; a large one that the browser keeps is a reference to it."""
        kept = self._kept.get(message.hash, -KEPT_RUNS)
        if message.metadata.cacheable:
            self._kept[message.hash] = self._run
        known = message.metadata.cacheable and self._run - kept < KEPT_RUNS
        self.bytes += len(message.hash) + 50 if known else message.ByteSize()
        if message.delta.new_element.WhichOneof("type") == "bidi_component":
            proto = message.delta.new_element.bidi_component
            name = proto.component_name
            if name == "number_slider":
                name = json.loads(proto.json)["label"]
            self.components[name] = message
            if name == "explorer":
                self.drawn = time.perf_counter()


def _pictures(name: str, browser: Browser, several: Sequence[Sequence[tuple[int, int]]]) -> None:
    """Fetch pictures of frames from their address; print the median milliseconds."""
    taken = []
    for places in several:
        at = ",".join(f"{video}:{frame}" for video, frame in places)
        began = time.perf_counter()
        answer = asyncio.run(_answer(browser.pictures_pass(), at))
        taken.append(1000 * (time.perf_counter() - began))
        assert len(json.loads(answer)) == len(places), "pictures are missing"
    milliseconds = np.median(taken)
    met = _met(milliseconds <= LIMIT_PICTURES)
    print(f"{name:<26}{milliseconds:>8.0f}{LIMIT_PICTURES:>8}{met}", flush=True)


async def _answer(given: str, at: str) -> bytes:
    """Return what the address of pictures answers to a browser with a pass."""
    parts = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        parts.append(message.get("body", b""))

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/api/pictures",
        "query_string": f"at={at}".encode(),
        "headers": [(HEADER.lower().encode(), given.encode())],
    }
    await picture_route("")(scope, receive, send)
    return b"".join(parts)


def _measure(profiles: Path | None) -> None:
    warm_up()  # as the server does before its first visitor
    plotly_route("")
    browser = Browser()

    def lengths(*values: int) -> list[Callable[[], None]]:
        return [partial(browser.move, "Sequence length", value) for value in values]

    def samples(*values: int) -> list[Callable[[], None]]:
        return [partial(browser.move, "Samples", value) for value in values]

    moves: list[tuple[str, int, list[Callable[[], None]]]] = [
        ("first view", 3000, [browser.open]),
        ("n_samples, 10 picks more", 50, samples(300, 400, 500, 600, 700)),
        ("n_samples, one pick more", 50, samples(710, 720, 730, 740, 750)),
        ("n_samples, fewer picks", 50, samples(600, 450, 320, 280, 250)),
        ("length, a new one", 500, lengths(11, 12, 13, 14, 15)),
        ("length, one seen before", 500, lengths(14, 13, 12, 11, 10)),
        ("lasso to strips", 1000, [browser.lasso]),
    ]
    head = (
        f"{'':<26}{'ms':>8}{'limit':>8}{'':>7}{'maps':>8}{'cpu':>8}{'kB':>9}{'limit':>8}{'':>7}"
        f"{'MB peak':>9}"
    )
    print(head, flush=True)
    for number, (name, limit, several) in enumerate(moves):
        measured = []
        for move in several:
            _wait_for_preparations()
            profile = cProfile.Profile() if profiles else None
            milliseconds, began, cpu = _timed(move, profile)
            kilobytes = browser.bytes / 1000
            measured.append((milliseconds, 1000 * (browser.drawn - began), cpu, kilobytes))
        milliseconds, drawn, cpu, _ = np.median(measured, axis=0)
        kilobytes = max(kilobytes for *_, kilobytes in measured)
        first = number == 0  # all code and all points come with it
        print(
            f"{name:<26}{milliseconds:>8.0f}{limit:>8}{_met(milliseconds <= limit)}"
            f"{drawn:>8.0f}{cpu:>8.0f}{kilobytes:>9.1f}"
            + (f"{'':>15}" if first else f"{LIMIT_KB:>8}{_met(kilobytes <= LIMIT_KB)}")
            + f"{_peak_mb():>9.0f}",
            flush=True,
        )
        if profile and profiles:
            profiles.mkdir(parents=True, exist_ok=True)
            profile.dump_stats(profiles / f"{number}.prof")
    _pictures("picture on hover", browser, [[(video, 100)] for video in range(5)])
    twenty = [[(video, 5) for video in range(first, first + 20)] for first in range(5)]
    _pictures("20 pictures on the maps", browser, twenty)
    print(f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    peak = _peak_mb()
    print(f"peak memory of the process {peak:.0f} MB, limit {LIMIT_MB}{_met(peak <= LIMIT_MB)}")


def _wait_for_preparations() -> None:
    for thread in threading.enumerate():
        if thread.name == AHEAD:
            thread.join()


def _met(met: bool) -> str:
    return f"{'met' if met else 'MISSED':>7}"


def _timed(
    move: Callable[[], None], profile: cProfile.Profile | None
) -> tuple[float, float, float]:
    """Return the milliseconds of the script run that a move causes, when it began, and its CPU.

    What the test runner does around it, about 20 ms, no server does.
    """
    taken = worked = 0.0
    first = float("inf")
    run = LocalScriptRunner._run_script

    def run_timed(runner: LocalScriptRunner, data: Any) -> None:
        nonlocal taken, worked, first
        began, began_work = time.perf_counter(), time.process_time()
        first = min(first, began)
        if profile:
            profile.runcall(run, runner, data)
        else:
            run(runner, data)
        taken += time.perf_counter() - began
        worked += time.process_time() - began_work

    LocalScriptRunner._run_script = run_timed  # type: ignore[assignment, method-assign]
    try:
        move()
    finally:
        LocalScriptRunner._run_script = run  # type: ignore[method-assign]
    return 1000 * taken, first, 1000 * worked


def _peak_mb() -> float:
    """Return the largest resident memory of this process so far, its mapped files included."""
    # Not `ru_maxrss`: a child begins with that of its parent.
    status = Path("/proc/self/status").read_text("utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
