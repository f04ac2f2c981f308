"""Warm up: what the server holds before the first visitor comes."""

import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_ASK = """
import asyncio, gc, sys
import server
asyncio.run(server.warm(server.app).__aenter__())
print(gc.get_freeze_count(), "pages.ui.proof_panel" in sys.modules, "torch" in sys.modules)
"""


def test_what_is_loaded_is_kept_out_of_the_collection_after_every_run():
    """Every move of every visitor would wait for a look through all that the libraries hold."""
    done = subprocess.run(
        [sys.executable, "-c", _ASK], cwd=_ROOT, capture_output=True, text=True, check=True
    )
    frozen, loaded, torch = done.stdout.split()
    assert int(frozen) > 50_000
    assert (loaded, torch) == ("True", "False")
