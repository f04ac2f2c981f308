"""The container's health check."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def healthcheck() -> ModuleType:
    """The script as a module; it lies in no package."""
    spec = importlib.util.spec_from_file_location("healthcheck", ROOT / "docker" / "healthcheck.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/well" else 503)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


@pytest.fixture
def server() -> Iterator[str]:
    """The address of a server that is well at /well only."""
    with HTTPServer(("127.0.0.1", 0), _Answers) as http:
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


def write_command(processes: Path, number: int, *words: str) -> None:
    """Write what the system shows of a process."""
    folder = processes / str(number)
    folder.mkdir()
    (folder / "cmdline").write_bytes(b"".join(word.encode() + b"\0" for word in words))


def test_the_app_is_healthy_only_when_it_answers_well(healthcheck: ModuleType, server: str) -> None:
    """Catches a check that takes any answer, or an exception, for health."""
    assert healthcheck.app_answers(f"{server}/well")
    assert not healthcheck.app_answers(f"{server}/ill")


def test_a_closed_port_is_not_healthy(healthcheck: ModuleType) -> None:
    """Catches a check that ends in a traceback, whose status Docker does not define."""
    assert not healthcheck.app_answers("http://127.0.0.1:1/well")


def test_a_running_selection_is_healthy(healthcheck: ModuleType, tmp_path: Path) -> None:
    """Catches a long selection stopped by an orchestrator because it serves no page."""
    write_command(tmp_path, 1, "tini", "--", "entrypoint.sh", "seed=1")
    write_command(tmp_path, 7, "python", "-m", "seqsel_core", "seed=1")
    assert healthcheck.runs_selection(tmp_path)


def test_a_worker_does_not_speak_for_the_app(healthcheck: ModuleType, tmp_path: Path) -> None:
    """Catches a hung app that counts as healthy because its worker still runs."""
    write_command(tmp_path, 7, "python", "-m", "streamlit", "run", "app.py")
    write_command(tmp_path, 8, "python", "-m", "seqsel_core.jobs.worker")
    assert not healthcheck.runs_selection(tmp_path)
