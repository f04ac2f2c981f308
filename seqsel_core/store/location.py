"""Where seqsel keeps what it computes."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def default_data_dir() -> Path:
    """Return `$SEQSEL_DATA_DIR`, or the user's data folder for seqsel."""
    chosen = os.environ.get("SEQSEL_DATA_DIR")
    if chosen:
        return Path(chosen).expanduser()
    return Path(platformdirs.user_data_dir("seqsel", appauthor=False))
