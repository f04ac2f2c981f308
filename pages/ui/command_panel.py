"""The button that shows the commands that make the selection of the page."""

from __future__ import annotations

import streamlit as st

from pages.ui import loaders
from pages.ui.command import command, docker_command, no_command
from pages.ui.parameters import Parameters
from pages.ui.session import data_dir, datasets
from seqsel_core.dataset import Dataset
from seqsel_core.store.datasets import DatasetRecord


def command_panel(record: DatasetRecord, dataset: Dataset, values: Parameters) -> None:
    """Draw the button, and the lines that it opens."""
    with st.popover(
        "Copy as command",
        icon=":material/terminal:",
        width="stretch",
        on_change="rerun",
        key="command",
    ) as panel:
        if not panel.open:
            return
        listing = datasets().listing(record.id)
        if reason := no_command(record, len(listing.excluded) if listing else 0):
            st.markdown(reason)
            return
        chosen = loaders.run_options(dataset, values)
        st.markdown("The same selection from a terminal:")
        st.code(command(record, dataset, chosen, data_dir()), language="bash")
        st.markdown("or in Docker:")
        st.code(docker_command(record, dataset, chosen, data_dir()), language="bash")
