"""A visitor without a browser: says to the server what a browser would say, and listens.

It keeps what a browser keeps (widgets, timers of fragments, large messages, pictures), so that
the server does the same work, but draws nothing: twenty of them fit beside a server.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from typing import Any, Self
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

KEPT_RUNS = 100  # a browser keeps large messages for so many runs: global.maxCachedMessageAge
LOOK = 3.0  # seconds between two looks of the header at the jobs
PATIENCE = 60.0  # seconds after which an answer counts as lost


class Visitor:
    """One session.

    Attributes:
        errors: What went wrong: exceptions that the page showed, lost answers.
        bytes: What the server sent.
        polls: How often a timer asked for a fragment, or the header for the jobs.
    """

    def __init__(self, url: str) -> None:
        """Visit a server, `http://127.0.0.1:PORT`."""
        self._url = url
        self._socket: ClientConnection | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._timers: dict[str, tuple[float, asyncio.Task[None]]] = {}
        self._fetches: set[asyncio.Task[None]] = set()
        self._finished = asyncio.Event()
        self._forget_page()
        self._pass = ""
        self._kept: dict[str, tuple[ForwardMsg, int]] = {}
        self._fetched: set[str] = set()
        self._run = 0
        self.errors: list[str] = []
        self.bytes = self.polls = 0

    def _forget_page(self) -> None:
        self._query = self._page = self._name = ""
        self._pages: dict[str, str] = {}
        self._states: dict[str, dict[str, Any]] = {}
        self.components: dict[str, Any] = {}

    async def __aenter__(self) -> Self:
        """Connect."""
        address = self._url.replace("http", "ws", 1) + "/_stcore/stream"
        self._socket = await connect(address, max_size=None, ping_interval=None)
        self._tasks = [asyncio.create_task(self._listen(self._socket))]
        self._tasks.append(asyncio.create_task(self._look()))
        return self

    async def __aexit__(self, *error: object) -> None:
        """Leave, as by closing the tab."""
        self._stop_timers()
        for task in [*self._tasks, *self._fetches]:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if self._socket is not None:
            await self._socket.close()

    async def open(self, name: str, query: str) -> float:
        """Open a page by its address; return the seconds until it is drawn."""
        self._name, self._query = name, query
        return await self._full_run([])

    async def go(self, name: str) -> float:
        """Change to another page by the navigation; return the seconds until it is drawn."""
        self._page, self._query = self._pages[name], ""
        self._states.clear()
        return await self._full_run([])

    async def move(self, label: str, value: int) -> float:
        """Move the number slider of a label; return the seconds until the page is drawn."""
        proto = self.components[label]
        data = json.loads(proto.json)
        sent = {"value": value, "step": data["step"], "turn": data["seen"] + 1}
        self._states[proto.id] = {"move": sent}
        return await self._full_run(self._widgets())

    def slider(self, label: str) -> dict[str, Any]:
        """Return what the number slider of a label shows; empty where it is not on the page."""
        proto = self.components.get(label)
        return json.loads(proto.json) if proto else {}

    def _widgets(self) -> list[WidgetState]:
        items = self._states.items()
        return [WidgetState(id=key, json_value=json.dumps(state)) for key, state in items]

    async def _full_run(self, widgets: list[WidgetState]) -> float:
        self._finished.clear()
        began = time.perf_counter()
        await self._send(widgets)
        try:
            await asyncio.wait_for(self._finished.wait(), PATIENCE)
        except TimeoutError:
            self.errors.append(f"no answer within {PATIENCE:.0f} s")
        return time.perf_counter() - began

    async def _send(self, widgets: list[WidgetState], fragment: str = "") -> None:
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash = self._query, self._page
        state.page_name = "" if self._page else self._name
        state.fragment_id, state.is_auto_rerun = fragment, bool(fragment)
        state.cached_message_hashes.extend(self._kept)
        state.widget_states.widgets.extend(widgets)
        assert self._socket is not None
        await self._socket.send(message.SerializeToString())

    async def _listen(self, socket: ClientConnection) -> None:
        try:
            async for data in socket:
                assert isinstance(data, bytes)
                self.bytes += len(data)
                message = ForwardMsg()
                message.ParseFromString(data)
                self._take(message)
        except Exception as error:  # else nobody would hear of it: the answer just never comes
            self.errors.append(f"the visitor cannot read what came: {error!r}")
            self._finished.set()

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            metadata = message.metadata
            kept, _ = self._kept[message.ref_hash]
            message = ForwardMsg()
            message.CopyFrom(kept)
            message.metadata.CopyFrom(metadata)
            kind = message.WhichOneof("type")
        if message.metadata.cacheable:
            self._kept[message.hash] = (message, self._run)
        whole_page = not message.metadata.run.fragment_ids
        if kind == "new_session" and whole_page:
            self._stop_timers()
        elif kind == "navigation":
            self._page = message.navigation.page_script_hash
            self._pages = {
                page.url_pathname: page.page_script_hash for page in message.navigation.app_pages
            }
        elif kind == "page_info_changed":
            self._query = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            self._start_timer(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                self._stop_timer(fragment)
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._draw(message.delta.new_element)
        elif kind == "script_finished":
            self._finish(message.script_finished, whole_page)

    def _draw(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        if kind == "bidi_component":
            proto = element.bidi_component
            label = json.loads(proto.json or "{}") if proto.WhichOneof("data") == "json" else {}
            name = label.get("label") if isinstance(label, dict) else None
            self.components[name or proto.component_name] = proto
            if isinstance(label, dict) and "pass" in label:
                self._pass = label["pass"]
            for row in label.get("rows", ()) if proto.component_name == "strip_rows" else ():
                self._fetch(row["address"])
        elif kind == "exception":
            self.errors.append(f"{element.exception.type}: {element.exception.message}")
        elif kind == "imgs":
            for image in element.imgs.imgs:
                self._fetch(image.url)

    def _finish(self, status: int, whole_page: bool) -> None:
        if status == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            self.errors.append("the script cannot be compiled")
        if whole_page and status == ForwardMsg.FINISHED_SUCCESSFULLY:
            self._run += 1
            old = [key for key, (_, run) in self._kept.items() if self._run - run > KEPT_RUNS]
            for key in old:
                del self._kept[key]
            self._finished.set()

    def _start_timer(self, fragment: str, interval: float) -> None:
        if self._timers.get(fragment, (0.0, None))[0] == interval:
            return
        self._stop_timer(fragment)
        self._timers[fragment] = (interval, asyncio.create_task(self._tick(fragment, interval)))

    async def _tick(self, fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            self.polls += 1
            await self._send(self._widgets(), fragment)

    def _stop_timer(self, fragment: str) -> None:
        _, task = self._timers.pop(fragment, (0.0, None))
        if task:
            task.cancel()

    def _stop_timers(self) -> None:
        for fragment in list(self._timers):
            self._stop_timer(fragment)

    async def _look(self) -> None:
        """Look at the jobs, as the header of a page does that is seen."""
        while True:
            await asyncio.sleep(LOOK)
            if self._pass:
                self.polls += 1
                await self._get("/api/work", f"X-Seqsel-Work: {self._pass}")

    def _fetch(self, path: str) -> None:
        """Fetch a picture, once; a browser keeps it."""
        if not path.startswith("/") or path in self._fetched:
            return
        self._fetched.add(path)
        task = asyncio.create_task(self._get(path))
        self._fetches.add(task)
        task.add_done_callback(self._fetches.discard)

    async def _get(self, path: str, *headers: str) -> None:
        address = urlsplit(self._url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        try:
            lines = [f"GET {path} HTTP/1.1", f"Host: {address.netloc}", "Connection: close"]
            writer.write("\r\n".join([*lines, *headers, "", ""]).encode())
            answer = await reader.read()
            self.bytes += len(answer)
            if b" 200 " not in answer[:20]:
                self.errors.append(f"{path}: {answer[:40]!r}")
        finally:
            writer.close()
