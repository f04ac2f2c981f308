"""Which dataset a session works on, and where this server keeps its data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import streamlit as st

from pages.ui import access, fields, parameters, roots, text
from pages.ui._compat import went_back_or_forward
from pages.ui.parameters import Parameters
from seqsel_core.store.datasets import DatasetRecord, Datasets, Source
from seqsel_core.store.location import default_data_dir

_KEY = "dataset"
_ALL = "all_datasets"


def data_dir() -> Path:
    """Return the data directory of this server."""
    return default_data_dir()


def datasets() -> Datasets:
    """Return the datasets of this server."""
    return _datasets(str(data_dir()))


@st.cache_resource(max_entries=4, show_spinner=False)
def _datasets(path: str) -> Datasets:
    return Datasets(Path(path))


def visible() -> list[DatasetRecord]:
    """Return the datasets that the person at this page may see, the newest first."""
    return datasets().all(access.current_user())


def choose(dataset_id: str) -> None:
    """Make a dataset the current one."""
    st.session_state[_KEY] = dataset_id
    st.session_state[_ALL] = False


def show_all() -> None:
    """Let the Data page show the list of all datasets."""
    st.session_state[_ALL] = True


def opened_dataset() -> DatasetRecord | None:
    """Return the dataset that the Data page shows; None: the list of all, or there is none.

    The list is shown when it was asked for, and to who comes without a link where there are
    several.
    """
    linked = st.query_params.get(_KEY)
    if went_back_or_forward():
        st.session_state[_ALL] = not linked
    known = {item.id: item for item in visible()}
    chosen = linked in known or st.session_state.get(_KEY) in known
    if len(known) > 1 and (st.session_state.get(_ALL) or not chosen):
        _tell_of_dead_link(known)
        return None
    return current_dataset()


def current_dataset() -> DatasetRecord | None:
    """Return the current dataset, and follow the URL where the browser went back or forward.

    It is that of the URL, else of the session, else the newest. A link to a dataset that is
    gone says so.
    """
    followed = parameters.follow_url()
    known = {item.id: item for item in visible()}
    _tell_of_dead_link(known)
    linked = st.query_params.get(_KEY)
    chosen = linked if followed and linked in known else st.session_state.get(_KEY)
    record = known.get(chosen or "") or known.get(linked or "")
    record = record or next(iter(known.values()), None)
    if record:
        st.session_state[_KEY] = record.id
    return record


def _tell_of_dead_link(known: Collection[str]) -> None:
    linked = st.query_params.get(_KEY)
    if linked and linked not in known:
        st.warning(
            "The dataset of this link is not on this server (any more), or is not shared with you.",
            icon=":material/link_off:",
        )


def dataset_picker(record: DatasetRecord) -> None:
    """Show which dataset this is, with the others to choose from."""
    every = visible()
    names = Counter(item.name for item in every)
    known = {
        item.id: f"{item.name} ({_what_else(item)})" if names[item.name] > 1 else item.name
        for item in every
    }
    key = fields.key_for("dataset_picker", record.id)
    st.selectbox(
        "Dataset",
        list(known),
        list(known).index(record.id),
        format_func=lambda dataset_id: text.short(known.get(dataset_id, ""), 48),
        key=key,
        on_change=_take,
        args=(key,),
    )


def _take(key: str) -> None:
    if fields.is_shown("dataset_picker", key):
        choose(st.session_state[key])


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


def source_name(source: Source) -> str:
    """Return what a source is called: a folder as it is browsed, or 'upload'; any text."""
    if source.kind == "upload":
        return "upload"
    for root in roots.input_roots():
        if source.path != root.path and source.path.is_relative_to(root.path):
            return source.path.relative_to(root.path).as_posix()
    return source.path.name or str(source.path)


def moment(seconds: float) -> str:
    """Return a time as '23 Nov 14:02', in the time zone of the server."""
    when = datetime.fromtimestamp(seconds)
    return when.strftime("%d %b %H:%M" if when.year == datetime.now().year else "%d %b %Y")


def _what_else(record: DatasetRecord) -> str:
    """Return what tells a dataset from another of its name."""
    where = ", ".join(source_name(source) for source in record.sources[:2])
    return f"{where}, {record.frame_order}, {moment(record.created)}"
