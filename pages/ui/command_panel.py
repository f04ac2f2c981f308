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
    """Draw the button, and the dialog with the lines that it opens."""
    if st.button("Copy as command", icon=":material/terminal:", width="stretch", key="command"):
        _lines(record, dataset, values)


@st.dialog("The same selection in a terminal", icon=":material/terminal:", width="large")
def _lines(record: DatasetRecord, dataset: Dataset, values: Parameters) -> None:
    listing = datasets().listing(record.id)
    if reason := no_command(record, len(listing.excluded) if listing else 0):
        st.markdown(reason)
        return
    chosen = loaders.run_options(dataset, values)
    st.caption("Press :material/content_copy: in the corner of a command to copy it.")
    st.markdown("On this machine, in any folder:")
    st.code(command(record, dataset, chosen, data_dir()), language="bash")
    st.markdown("In Docker:")
    st.code(docker_command(record, dataset, chosen, data_dir()), language="bash")
    st.caption("The results go to the folder seqsel-output in your home folder.")
