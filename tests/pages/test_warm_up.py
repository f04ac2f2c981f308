"""Warm up: what the server holds before the first visitor comes."""

import subprocess
import sys
from pathlib import Path

import pytest

from pages.ui import loaders
from pages.ui.fitting import fit
from pages.ui.parameters import Parameters
from pages.ui.warm_up import get_ready
from seqsel_core.errors import SeqselError

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


def test_the_newest_dataset_is_there_before_somebody_asks(dataset, monkeypatch):
    """The first visitor of a new server would wait for what it could have done before."""
    get_ready()
    opened = loaders.load_dataset(dataset)
    monkeypatch.setattr(loaders, "order_in", None)
    monkeypatch.setattr(loaders, "cut_up", None)
    monkeypatch.setattr(loaders, "Judge", None)
    fitted = fit(opened, Parameters())
    assert len(loaders.load_selection(opened, fitted.parameters)) > 0
    assert loaders.load_judge(opened, fitted.parameters)


def test_a_server_without_a_dataset_starts(data_dir):
    """The first start of all would end with a traceback."""
    get_ready()


def test_a_dataset_that_cannot_be_read_is_left_to_its_page(dataset, data_dir):
    """A damaged store would fill the log of the server, and the page say nothing of it."""
    for path in (data_dir / "shards").rglob("*.npy"):
        path.write_bytes(b"damaged")
    with pytest.raises(SeqselError):
        loaders.load_dataset(dataset)
    get_ready()
