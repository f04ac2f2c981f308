"""What can be downloaded: lists at once, frames and report when their folder is written."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.ui import text
from seqsel_core.choice import Choice
from seqsel_core.output.selection_table import selection_csv
from seqsel_core.output.tables import sequence_information
from seqsel_core.output.text import json_bytes
from seqsel_core.units import in_units

_MOST_BYTES = 1_000_000_000  # a download is held in memory while it is offered


def instant_downloads(choice: Choice) -> None:
    """Offer what needs no decoding: sequence_information.json and a csv of the frames."""
    with st.container(horizontal=True):
        st.download_button(
            "sequence_information.json",
            json_bytes(sequence_information(choice)),
            "sequence_information.json",
            "application/json",
            icon=":material/data_object:",
            on_click="ignore",
        )
        st.download_button(
            "selected_frames.csv",
            selection_csv(choice),
            "selected_frames.csv",
            "text/csv",
            icon=":material/table:",
            on_click="ignore",
        )


def run_downloads(folder: Path, archive: str) -> None:
    """Offer the zip and the report of a written folder, and say where it lies."""
    if not folder.is_dir():
        st.info(
            f"{text.for_markdown(str(folder), 200)} is not there any more.",
            icon=":material/folder_off:",
        )
        return
    with st.container(border=True):
        st.markdown(":green[:material/check_circle:] Written to")
        st.code(str(folder), language=None)
        with st.container(horizontal=True):
            _offer(Path(archive) if archive else None, "Frames (zip)", "application/zip")
            _offer(folder / "report.pdf", "Report (pdf)", "application/pdf")
            _offer(folder / "report.json", "Report (json)", "application/json")


def _offer(path: Path | None, label: str, mime: str) -> None:
    if path is None or not path.is_file():
        return
    n_bytes = path.stat().st_size
    if n_bytes > _MOST_BYTES:
        st.caption(f"{label}: {in_units(n_bytes)} is too big for a download; take it from there.")
        return
    st.download_button(
        f"{label}, {in_units(n_bytes)}",
        path.read_bytes,
        path.name,
        mime,
        icon=":material/download:",
        on_click="ignore",
    )
