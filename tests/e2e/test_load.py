"""Visitors without a browser, a few of them for a few seconds: the whole is a benchmark."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


def test_visitors_meet_no_error_and_leave_no_memory():
    """Sessions that disturb each other, or are never let go, show with many users only."""
    options = ["--visitors=4", "--seconds=9", "--frames=2000", "--videos=2"]
    done = subprocess.run(
        [sys.executable, "benchmarks/load.py", *options],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert "errors 0, limit 0     met" in done.stdout, done.stdout + done.stderr
    assert "embed" in done.stdout or "the job beside them: " in done.stdout
    assert "failed" not in done.stdout
