"""The top of the Data page: what the dataset is called, where its videos come from, who sees it."""

from __future__ import annotations

import streamlit as st

from pages.ui import access, text
from pages.ui.session import datasets, moment, show_all, source_name, visible
from seqsel_core.store.datasets import DatasetRecord

_MOST_NAME = 120  # letters
_SHOWN_NAME = 42  # letters; the whole name is in the tooltip
_RENAMING = "renaming"


def dataset_title(record: DatasetRecord) -> None:
    """Show the name, which can be changed in its place, and the way back to all datasets."""
    if len(visible()) > 1:
        st.button(
            "All datasets",
            icon=":material/arrow_back:",
            type="tertiary",
            key="to_all",
            on_click=show_all,
        )
    mine = record.can_be_changed_by(access.current_user())
    if mine and st.session_state.get(_RENAMING) == record.id:
        _rename(record)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        whole = text.for_markdown(record.name, 400) if len(record.name) > _SHOWN_NAME else None
        name = text.for_markdown(record.name, _SHOWN_NAME)
        st.title(name, anchor=False, width="content", help=whole)
        if mine:
            st.button(
                "Rename",
                icon=":material/edit:",
                type="tertiary",
                key="rename",
                on_click=_begin_renaming,
                args=(record.id,),
            )


def dataset_line(record: DatasetRecord) -> None:
    """Show in one line where the videos come from, the encoder, the age, and who sees it."""
    names = [source_name(source) for source in record.sources]
    shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    parts = [f"From {text.for_markdown(shown, 120)}", f"encoder {record.encoder}"]
    parts.append(f"added {moment(record.created)}")
    user = access.current_user()
    if user and record.owner != user:
        shared = f"shared by {record.owner}" if record.owner else "everybody's"
        parts.append(text.for_markdown(shared, 60))
    st.caption(" · ".join(parts))


def share_switch(record: DatasetRecord) -> None:
    """Show the switch by which the owner lets everybody see it, where there is a sign-in."""
    user = access.current_user()
    if not user or record.owner != user:
        return
    st.session_state["shared"] = record.shared
    st.toggle(
        "Shared with everybody",
        key="shared",
        help="Everybody who is signed in can look at it, select from it and take frames. Only "
        "you can rename it, add to it or remove it.",
        on_change=_share,
        args=(record.id,),
    )


def _share(dataset_id: str) -> None:
    record = datasets().get(dataset_id)
    if record and record.owner == access.current_user():
        datasets().share(dataset_id, bool(st.session_state["shared"]))


def _begin_renaming(dataset_id: str) -> None:
    st.session_state[_RENAMING] = dataset_id


def _rename(record: DatasetRecord) -> None:
    with (
        st.form("rename_form", border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        name = st.text_input("Name", record.name, max_chars=_MOST_NAME, width=480, key="new_name")
        saved = st.form_submit_button("Save", type="primary")
        left = st.form_submit_button("Cancel")
    if saved and (name or "").strip():
        datasets().rename(record.id, text.plain((name or "").strip()))
    if saved or left:
        st.session_state[_RENAMING] = ""
        st.rerun()
