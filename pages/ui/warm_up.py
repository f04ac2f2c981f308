"""What every page needs, and what the newest dataset shows, is there before the first visitor."""

from __future__ import annotations

import contextlib
import gc
import importlib
import pkgutil

import pages.ui
from pages.ui import loaders
from pages.ui.explorer.plotly_route import packed_plotly
from pages.ui.fitting import fit
from pages.ui.parameters import from_query
from pages.ui.session import datasets
from seqsel_core.errors import SeqselError


def warm_up() -> None:
    """Load all modules of the pages, and keep them out of the garbage collection.

    Streamlit collects all garbage after each run of a page or fragment. To look through all
    that the libraries hold took 75 ms each time, in which nobody else was served.
    """
    for module in pkgutil.walk_packages(pages.ui.__path__, "pages.ui."):
        importlib.import_module(module.name)
    gc.collect()
    gc.freeze()


def get_ready() -> None:
    """Work out what Explore shows of the newest dataset to who comes without a link."""
    packed_plotly()
    record = next(iter(datasets().all()), None)
    with contextlib.suppress(SeqselError):  # the page says what is wrong
        dataset = loaders.load_dataset(record) if record else None
        if dataset is not None and dataset.videos:
            fitted = fit(dataset, from_query({}))
            if fitted.pool is not None:
                loaders.load_selection(dataset, fitted.parameters)
                loaders.load_judge(dataset, fitted.parameters)
