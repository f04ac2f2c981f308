"""Exit 0 if the container does its work: the app answers, or a selection is running.

A selection from the command line serves no page and ends by itself, so it counts as
healthy while it lives; otherwise an orchestrator would stop it half-way.
"""

from __future__ import annotations

import sys
import urllib.request
from pathlib import Path

HEALTH = "http://127.0.0.1:8501/_stcore/health"
PROCESSES = Path("/proc")


def main() -> int:
    """Return the exit status: 0 healthy, 1 not."""
    return 0 if runs_selection(PROCESSES) or app_answers(HEALTH) else 1


def runs_selection(processes: Path) -> bool:
    """Return whether a process is `python -m seqsel_core …` (the app's workers are not)."""
    for command in processes.glob("[0-9]*/cmdline"):
        try:
            words = command.read_bytes().split(b"\0")
        except OSError:  # it ended in the meantime
            continue
        if words[1:3] == [b"-m", b"seqsel_core"]:
            return True
    return False


def app_answers(address: str) -> bool:
    """Return whether Streamlit's health page answers within three seconds."""
    try:
        with urllib.request.urlopen(address, timeout=3) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
