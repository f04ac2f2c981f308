"""Parameters under a name: some that come with the app, and those that a user saves."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

import streamlit as st

from pages.ui import parameters, text
from pages.ui.access import current_user
from pages.ui.parameters import Parameters
from pages.ui.session import data_dir
from seqsel_core.errors import SeqselError
from seqsel_core.store.presets import LONGEST_NAME, Presets

_OF_DATASET = ("pinned", "rejected")  # mean nothing in another one
_STRATEGY = ("method", "balance", "even_over", "max_per_video", "min_distance", "min_gap")
_BUILT_IN: dict[str, dict[str, Any]] = {
    "Rare first": {"method": "coreset"},
    "Typical first": {"method": "representative"},
    "Evenly per video": {"method": "balanced", "even_over": "video"},
    "Clean frames only": {"blurred": True, "frozen": True, "avoid_cuts": True},
}
_HELP = {
    "Rare first": "What is farthest from everything picked before",
    "Typical first": "What stands for most of the others",
    "Evenly per video": "Typical and rare, as many of each video as can be",
    "Clean frames only": "Without blurred and frozen frames, and over no scene cut",
}


def presets_panel(values: Parameters) -> None:
    """Draw the button that opens the presets.

    Args:
        values: The parameters now, for saving them.
    """
    with st.popover("Presets", icon=":material/bookmark:", width="stretch"):
        st.markdown("**Come with the app**")
        for name, changes in _BUILT_IN.items():
            st.button(
                name,
                key=f"preset_built_in_{name}",
                width="stretch",
                help=_HELP[name],
                on_click=_apply_built_in,
                args=(changes,),
            )
        st.markdown("**Yours**")
        try:
            saved = _presets().all()
        except SeqselError as error:
            st.error(text.for_markdown(str(error), 600), icon=":material/error:")
            return
        if not saved:
            st.caption("None yet. A preset keeps all of these settings, for any dataset.")
        for number, (name, query) in enumerate(saved.items()):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.button(
                    text.for_markdown(name),
                    key=f"preset_{number}",
                    width="stretch",
                    on_click=_apply,
                    args=(query,),
                )
                st.button(
                    "Delete",
                    icon=":material/delete:",
                    key=f"preset_delete_{number}",
                    type="tertiary",
                    help="Delete this preset",
                    on_click=_delete,
                    args=(name,),
                )
        with st.form("save_preset", clear_on_submit=True, border=False):
            st.text_input("Save these settings as", key="preset_name", max_chars=LONGEST_NAME)
            st.form_submit_button("Save", on_click=_save, args=(values,), width="stretch")
        if refusal := st.session_state.pop("preset_refusal", ""):
            st.error(text.for_markdown(refusal, 600), icon=":material/error:")


def _presets() -> Presets:
    return Presets(data_dir(), current_user())


def _apply_built_in(changes: dict[str, Any]) -> None:
    """Take a built-in preset; what its kind sets and it does not has its default."""
    of_kind = _STRATEGY if "method" in changes else tuple(changes)
    defaults = {item.name: item.default for item in fields(Parameters) if item.name in of_kind}
    parameters.change(**{**defaults, **changes})


def _apply(query: dict[str, str]) -> None:
    """Take a saved preset; what is pinned and rejected stays as it is."""
    found = asdict(parameters.from_query(query))
    parameters.change(**{name: found[name] for name in found if name not in _OF_DATASET})


def _save(values: Parameters) -> None:
    query = parameters.to_query(values)
    kept = {name: value for name, value in query.items() if name not in _OF_DATASET}
    _try(lambda: _presets().save(st.session_state["preset_name"], kept))


def _delete(name: str) -> None:
    _try(lambda: _presets().delete(name))


def _try(do: Any) -> None:
    try:
        do()
    except (SeqselError, OSError) as error:
        st.session_state["preset_refusal"] = str(error)
