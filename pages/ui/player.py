"""One sequence played as a clip, in a dialog, with its frames in numbers."""

from __future__ import annotations

import streamlit as st

from pages.ui import text
from pages.ui.job_panel import job_panel, queue, submit
from pages.ui.places import frame_range
from pages.ui.session import data_dir
from pages.ui.stepper import stepper
from seqsel_core.dataset import Dataset
from seqsel_core.sequences import Sequences
from seqsel_core.store.clips import clip_path
from seqsel_core.store.datasets import DatasetRecord

_KEY = "playing"  # (video, start, stop) of the sequence whose dialog is open


def play(video: int, start: int, stop: int) -> None:
    """Open the dialog of a sequence in this run."""
    st.session_state[_KEY] = (video, start, stop)


def player(record: DatasetRecord, dataset: Dataset, sequences: Sequences) -> None:
    """Show the dialog of the sequence that is played, if one is."""
    playing = st.session_state.get(_KEY)
    if playing is None:
        return
    video, start, stop = playing
    if video >= len(dataset.videos) or stop - start > sequences.length:
        st.session_state.pop(_KEY)
        return

    name = text.for_markdown(dataset.videos[video].video.name, 50)

    @st.dialog(f"{name} · {frame_range(start, stop - start)}", width="large", on_dismiss=_close)
    def show() -> None:
        _clip(record, dataset, video, start, stop)
        _numbers(dataset, video, start, stop)

    show()


def _close() -> None:
    st.session_state.pop(_KEY, None)


def _clip(record: DatasetRecord, dataset: Dataset, video: int, start: int, stop: int) -> None:
    """Show the clip; the worker makes it where there is none yet."""
    item = dataset.videos[video]
    path = clip_path(data_dir(), item.video_id, start, stop)
    if path.exists():
        st.video(path, loop=True, autoplay=True, muted=True)
        stepper(dataset, video, start, stop)
        return
    wanted = {"video_id": item.video_id, "start": start, "stop": stop}
    job = queue().latest("clip", record.id, wanted)
    if job is None or job.state in ("done", "cancelled"):
        job = queue().get(submit("clip", record.id, wanted))
    job_panel(job, "Clip")


def _numbers(dataset: Dataset, video: int, start: int, stop: int) -> None:
    table = dataset.videos[video].frames
    rows = table[(table["index"] >= start) & (table["index"] < stop)]
    st.dataframe(
        {
            "Frame": rows["index"],
            "Seconds": rows["seconds"],
            "Sharpness": rows["sharpness"],
            "Brightness": rows["brightness"],
            "Contrast": rows["contrast"],
            "Difference to the frame before": rows["difference"],
        },
        hide_index=True,
        height=240,
        column_config={
            "Seconds": st.column_config.NumberColumn(format="%.3f"),
            **{
                column: st.column_config.NumberColumn(format="%.2f")
                for column in (
                    "Sharpness",
                    "Brightness",
                    "Contrast",
                    "Difference to the frame before",
                )
            },
        },
    )
