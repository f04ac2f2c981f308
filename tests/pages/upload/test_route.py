"""The route of uploads: what is let in, and what is answered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from streamlit import config
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string

from pages.ui.upload.route import upload_route
from pages.ui.upload.tickets import tickets
from seqsel_core.store.uploads import discover_upload

TOKEN = generate_xsrf_token_string()
OWN = {
    "host": "localhost:8501",
    "origin": "http://localhost:8501",
    "x-xsrftoken": TOKEN,
    "cookie": f"_streamlit_xsrf={TOKEN}",
}


def ask(
    method: str,
    query: str = "",
    body: bytes | Iterable[bytes | None] = b"",
    path: str = "/api/upload",
    **headers: str,
) -> tuple[int, dict[str, Any]]:
    """Ask the route; a None in the body is a connection that breaks."""
    parts = [body] if isinstance(body, bytes) else list(body)
    messages = [
        {"type": "http.request", "body": part, "more_body": True}
        if part is not None
        else {"type": "http.disconnect"}
        for part in parts
    ]
    messages.append({"type": "http.request", "body": b"", "more_body": False})
    sent: list[Any] = []
    all_headers = OWN | {name.replace("_", "-"): value for name, value in headers.items()}
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(n.encode(), v.encode()) for n, v in all_headers.items() if v],
    }

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(upload_route("")(scope, receive, send))
    status = sent[0]["status"]
    body_sent = b"".join(message.get("body", b"") for message in sent[1:])
    return status, json.loads(body_sent) if body_sent.startswith(b"{") else {}


@pytest.fixture
def ticket(tmp_path: Path) -> str:
    """A ticket for uploads below tmp_path."""
    tickets.cache_clear()
    return tickets().issue("", tmp_path)


def announce(ticket: str, *files: tuple[str, int]) -> Any:
    """Announce files."""
    body = json.dumps({"files": files}).encode()
    return ask("POST", body=body, x_seqsel_upload=ticket)


def test_a_file_comes_in_pieces(ticket: str) -> None:
    """Catches bytes that are lost between the parts of a request, or between requests."""
    content = bytes(range(256)) * 12_000  # three megabytes in odd parts
    status, answer = announce(ticket, ("a.mp4", len(content)), ("x.txt", 3), ("b.mp4", 3))
    assert status == 200
    assert answer == {"files": [0, "neither a video nor a frame", 1]}
    half = 1_500_001
    parts = [content[at : min(at + 70_001, half)] for at in range(0, half, 70_001)]
    assert ask("PUT", "file=0&at=0", parts, x_seqsel_upload=ticket) == (
        200,
        {"file": 0, "at": half},
    )
    assert ask("GET", "file=0", x_seqsel_upload=ticket) == (200, {"at": half})
    rest = content[half:] + b"end"
    answer = ask("PUT", f"file=0&at={half}", rest, x_seqsel_upload=ticket)
    assert answer == (200, {"file": 2, "at": 0})
    videos = discover_upload(tickets().finish(ticket)).videos
    assert [video.path.read_bytes() for video in videos] == [content, b"end"]


def test_a_broken_connection_is_gone_on_with(ticket: str) -> None:
    """Catches a traceback, or a file of which the server has more than it says."""
    announce(ticket, ("a.mp4", 3_000_000))
    parts = [b"x" * 1_200_000, b"y" * 100, None]
    status, _ = ask("PUT", "file=0&at=0", parts, x_seqsel_upload=ticket)
    assert status == 408
    _, answer = ask("GET", "file=0", x_seqsel_upload=ticket)
    assert answer["at"] == 1_200_000
    assert tickets().arrival(ticket).promised == 1_800_000


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example.com"},
        {"host": ""},
        {"origin": "http://evil.example.com"},
        {"origin": "null"},
        {"origin": "http://localhost:9999"},
        {"x_xsrftoken": ""},
        {"x_xsrftoken": generate_xsrf_token_string()},
        {"cookie": ""},
    ],
)
def test_other_sites_are_refused(
    ticket: str, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a page of another site that uploads in the name of who looks at it."""
    options = {"server.allowedHosts": ["localhost"], "server.enableCORS": True}
    real = config.get_option
    monkeypatch.setattr(config, "get_option", lambda name: options.get(name, real(name)))
    status, answer = ask("GET", "file=0", x_seqsel_upload=ticket, **headers)
    assert status == 403 and answer["error"]


@pytest.mark.parametrize("ticket", ["", "no-ticket", "x" * 43])
def test_nobody_uploads_without_a_ticket(ticket: str) -> None:
    """Catches a server that anybody who reaches its port can fill."""
    for method in ("GET", "POST", "PUT", "DELETE"):
        assert ask(method, "file=0&at=0", b"x", x_seqsel_upload=ticket)[0] == 401


@pytest.mark.parametrize(
    ("method", "query", "body"),
    [
        ("POST", "", b""),
        ("POST", "", b"[]"),
        ("POST", "", b'{"files": [["a.mp4"]]}'),
        ("POST", "", b'{"files": [["a.mp4", -1]]}'),
        ("POST", "", b'{"files": [["a.mp4", "many"]]}'),
        ("PUT", "", b"x"),
        ("PUT", "file=a&at=0", b"x"),
        ("PUT", "file=0&at=0", b"x"),
        ("PUT", "file=../../etc&at=0", b"x"),
        ("GET", "", b""),
        ("GET", "file=7", b""),
        ("DELETE", "file=7", b""),
    ],
)
def test_nonsense_is_a_sentence(ticket: str, method: str, query: str, body: bytes) -> None:
    """Catches a traceback, and a path where a number should be."""
    status, answer = ask(method, query, body, x_seqsel_upload=ticket)
    assert status == 400 and answer["error"].endswith(".")


def test_a_full_server_says_so(ticket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a quota that is told without its numbers."""
    monkeypatch.setenv("SEQSEL_UPLOAD_QUOTA", "1MB")
    status, answer = announce(ticket, ("a.mp4", 2_000_000))
    assert status == 507
    assert "take 2 MB, and 1 MB can be uploaded" in answer["error"]


def test_files_can_be_removed(ticket: str, tmp_path: Path) -> None:
    """Catches a cancelled upload that stays on the disk."""
    announce(ticket, ("a.mp4", 1), ("b.mp4", 1))
    ask("PUT", "file=0&at=0", b"xy", x_seqsel_upload=ticket)
    assert ask("DELETE", "file=0", x_seqsel_upload=ticket) == (200, {})
    assert tickets().arrival(ticket).n_complete == 1
    assert ask("DELETE", "", x_seqsel_upload=ticket) == (200, {})
    assert list(tmp_path.iterdir()) == []
    assert ask("GET", "file=0", x_seqsel_upload=ticket)[0] == 401


def test_the_route_lies_below_the_base() -> None:
    """Catches an app behind a proxy at /seqsel whose uploads end nowhere."""
    assert upload_route("").path == "/api/upload"
    assert upload_route("/seqsel/").path == "/seqsel/api/upload"
    assert upload_route("a/b").path == "/a/b/api/upload"
