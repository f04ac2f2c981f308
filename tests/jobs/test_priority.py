"""Priority: the web server comes first, however the kernel shares out its time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from seqsel_core.jobs import priority

_AUTOGROUP = Path("/proc/self/autogroup")
_TRY = """
import pathlib
group = pathlib.Path("/proc/self/autogroup")
group.write_text("1")
print(group.read_text())
"""
_ASK = """
import os, pathlib
from seqsel_core.jobs.priority import be_nice
be_nice(10)
group = pathlib.Path("/proc/self/autogroup")
print(os.nice(0), group.read_text().split()[-1] if group.exists() else "")
"""


def _told(code: str, own_session: bool) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", code],
        start_new_session=own_session,
        capture_output=True,
        text=True,
    )
    return done.stdout.split()


def _need_groups() -> None:
    """Skip where sessions have no priority, or it may not be set (a container's /proc)."""
    if _told(_TRY, own_session=True)[-1:] != ["1"]:
        pytest.skip("this system does not let a session set its priority")


def test_a_session_of_its_own_is_nice_as_a_whole() -> None:
    """Catches a worker that takes half of the machine while people wait for a page."""
    _need_groups()
    before = _AUTOGROUP.read_text("utf-8")
    assert _told(_ASK, own_session=True) == ["10", "4"]
    assert _told(_ASK, own_session=False)[0] == "10"
    assert _AUTOGROUP.read_text("utf-8") == before  # those who share a session keep theirs


def test_a_system_without_such_groups_is_no_obstacle(monkeypatch) -> None:
    """Catches a worker that does not start in a container whose /proc is read-only."""
    niceness = []
    monkeypatch.setattr(os, "nice", niceness.append)
    monkeypatch.setattr(os, "getsid", lambda _: os.getpid())
    monkeypatch.setattr(priority, "_AUTOGROUP", Path("/nowhere/autogroup"))
    priority.be_nice(7)
    assert niceness == [7]
