"""Priority: the web server comes first, however the kernel shares out its time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from seqsel_core.jobs import priority

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
print(os.nice(0), pathlib.Path("/proc/self/autogroup").read_text())
"""
_SHARE = f"""
import subprocess, sys
subprocess.run([sys.executable, "-c", {_ASK!r}], check=True)
"""


def _told_in_a_new_session(code: str) -> list[str]:
    """Words that `code` prints as the first process of a session.

    The session of the tests themselves tells nothing: it may be the one that the system began
    with, whose file is empty.
    """
    done = subprocess.run(
        [sys.executable, "-c", code], start_new_session=True, capture_output=True, text=True
    )
    return done.stdout.split()


@pytest.fixture
def groups() -> None:
    """Skip where sessions have no priority, or it may not be set (a container's /proc)."""
    if _told_in_a_new_session(_TRY)[-1:] != ["1"]:
        pytest.skip("this system does not let a session set its priority")


@pytest.mark.usefixtures("groups")
def test_a_session_of_its_own_is_nice_as_a_whole() -> None:
    """Catches a worker that takes half of the machine while people wait for a page."""
    niceness, *_, of_session = _told_in_a_new_session(_ASK)
    assert (niceness, of_session) == ("10", "4")


@pytest.mark.usefixtures("groups")
def test_a_session_shared_with_others_keeps_its_priority() -> None:
    """Catches a worker that slows the terminal it was started from, and all that runs there."""
    niceness, *_, of_session = _told_in_a_new_session(_SHARE)
    assert (niceness, of_session) == ("10", "0")


def test_a_system_without_such_groups_is_no_obstacle(monkeypatch) -> None:
    """Catches a worker that does not start in a container whose /proc is read-only."""
    niceness = []
    monkeypatch.setattr(os, "nice", niceness.append)
    monkeypatch.setattr(os, "getsid", lambda _: os.getpid())
    monkeypatch.setattr(priority, "_AUTOGROUP", Path("/nowhere/autogroup"))
    priority.be_nice(7)
    assert niceness == [7]
