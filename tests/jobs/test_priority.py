"""Priority: the web server comes first, however the kernel shares out its time."""

import subprocess
import sys
from pathlib import Path

import pytest

_AUTOGROUP = Path("/proc/self/autogroup")
_ASK = """
import os, pathlib
from seqsel_core.jobs.priority import be_nice
be_nice(10)
group = pathlib.Path("/proc/self/autogroup")
print(os.nice(0), group.read_text().split()[-1] if group.exists() else "")
"""


def _told(own_session: bool) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", _ASK],
        start_new_session=own_session,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


@pytest.mark.skipif(not _AUTOGROUP.exists(), reason="this kernel does not group sessions")
def test_a_session_of_its_own_is_nice_as_a_whole() -> None:
    """Catches a worker that takes half of the machine while people wait for a page."""
    before = _AUTOGROUP.read_text("utf-8")
    assert _told(own_session=True) == ["10", "4"]
    assert _told(own_session=False)[0] == "10"
    assert _AUTOGROUP.read_text("utf-8") == before  # those who share a session keep theirs
