"""The server as it is started: the app and the route, below one base, until it is stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def ask(url: str) -> tuple[int, bytes]:
    """Return status and body; 0 where nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
    except OSError:
        return 0, b""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_app_and_route_share_a_server(tmp_path: Path, number: signal.Signals) -> None:
    """Catches options that the server no longer knows, and a fault told at Ctrl+C."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = [f"--server.port={port}", "--server.baseUrlPath=seqsel"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "pages.ui.serve", *options],
            cwd=ROOT,
            env={**os.environ, "SEQSEL_DATA_DIR": str(tmp_path / "data")},
            stdout=log,
            stderr=log,
        )
    try:
        base, until = f"http://127.0.0.1:{port}/seqsel", time.monotonic() + 60
        while ask(f"{base}/_stcore/health")[0] != 200:
            said = (tmp_path / "log").read_text()
            assert process.poll() is None and time.monotonic() < until, said
            time.sleep(0.1)
        assert ask(f"{base}/explore")[0] == 200
        status, body = ask(f"{base}/api/upload")
        assert status == 403 and b"Reload the page" in body
        status, body = ask(f"{base}/api/work")
        assert status == 401 and b"Reload it" in body
        process.send_signal(number)
        assert process.wait(30) == 0
        assert "Traceback" not in (tmp_path / "log").read_text()
    finally:
        process.kill()
        process.wait()
