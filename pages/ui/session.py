"""Which dataset a session works on, and where this server keeps its data."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

import streamlit as st

from pages.ui import parameters, text
from pages.ui.parameters import Parameters
from seqsel_core.store.datasets import DatasetRecord, Datasets
from seqsel_core.store.location import default_data_dir

_KEY = "dataset"


def data_dir() -> Path:
    """Return the data directory of this server."""
    return default_data_dir()


def datasets() -> Datasets:
    """Return the datasets of this server."""
    return _datasets(str(data_dir()))


@st.cache_resource(max_entries=4)
def _datasets(path: str) -> Datasets:
    return Datasets(Path(path))


def choose(dataset_id: str) -> None:
    """Make a dataset the current one."""
    st.session_state[_KEY] = dataset_id


def current_dataset() -> DatasetRecord | None:
    """Return the current dataset, and follow the URL where the browser went back or forward.

    It is that of the URL, else of the session, else the newest. A link to a dataset that is
    gone says so.
    """
    followed = parameters.follow_url()
    known = {item.id: item for item in datasets().all()}
    linked = st.query_params.get(_KEY)
    if linked and linked not in known:
        st.warning(
            "The dataset of this link is not on this server (any more).", icon=":material/link_off:"
        )
    chosen = linked if followed and linked in known else st.session_state.get(_KEY)
    record = known.get(chosen or "") or known.get(linked or "")
    record = record or next(iter(known.values()), None)
    if record:
        st.session_state[_KEY] = record.id
    return record


def dataset_picker(record: DatasetRecord) -> None:
    """Show which dataset this is, with the others to choose from."""
    every = datasets().all()
    names = Counter(item.name for item in every)
    known = {
        item.id: f"{item.name} ({_what_else(item)})" if names[item.name] > 1 else item.name
        for item in every
    }
    st.session_state["dataset_picker"] = record.id
    st.selectbox(
        "Dataset",
        list(known),
        format_func=lambda key: text.short(known.get(key, ""), 48),
        key="dataset_picker",
        on_change=lambda: choose(st.session_state["dataset_picker"]),
    )


def write_url(record: DatasetRecord | None, values: Parameters | None = None) -> None:
    """Put the dataset and the parameters into the URL, so that a reload shows the same.

    Args:
        record: The dataset; None: the URL is left empty.
        values: The parameters as they are shown; None: as they are asked for.
    """
    wanted = parameters.to_query(values or parameters.current()) if record else {}
    if record:
        wanted[_KEY] = record.id
    parameters.show_in_url(wanted)


def link_query(record: DatasetRecord) -> dict[str, str]:
    """Return the query of a link to another page on the same dataset."""
    return {**parameters.to_query(parameters.current()), _KEY: record.id}


def _what_else(record: DatasetRecord) -> str:
    """Return what tells a dataset from another of its name."""
    added = datetime.fromtimestamp(record.created).strftime("%d %b %H:%M")
    return f"{record.input_dir.parent.name}, {record.frame_order}, {added}"
