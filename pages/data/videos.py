"""Data: the datasets; of one of them: its videos, how far it is, what can be done with it."""

import streamlit as st

from pages.ui import access, session, text
from pages.ui.add_videos import add_videos
from pages.ui.dataset_header import dataset_line, dataset_title, share_switch
from pages.ui.dataset_list import dataset_list
from pages.ui.dataset_removal import removal_button
from pages.ui.job_panel import job_panel, queue, submit
from pages.ui.video_table import Shown, video_table
from seqsel_core.errors import SeqselError
from seqsel_core.store.datasets import DatasetRecord

record = session.opened_dataset()
session.write_url(record)
every = session.visible()

if not every:
    st.title("Pick the video sequences worth labelling")
    st.markdown(
        "Add videos or folders of frames. Every frame is embedded once; then you choose how "
        "long the sequences are and how many you want, look at them, and take them with you."
    )
    add_videos()
    st.stop()

add_key = f"add_{st.session_state.get('added')}"  # another one is closed again
if record is None:
    st.title("Datasets", anchor=False)
    with st.expander("Add videos", icon=":material/add:", key=add_key):
        add_videos()
    dataset_list(every)
    st.stop()

mine = record.can_be_changed_by(access.current_user())
heading, actions = st.columns([2, 1], vertical_alignment="bottom")
with heading:
    dataset_title(record)
actions = actions.container(horizontal=True, horizontal_alignment="right")
dataset_line(record)
share_switch(record)
with st.expander("Add videos", icon=":material/add:", key=add_key):
    add_videos(record if mine else None)

job = queue().latest("embed", record.id)
busy = bool(job and job.active)
job_panel(job, "Embedding")


looks: list[Shown] = []


@st.fragment(run_every="3s" if busy else None)
def table(record: DatasetRecord) -> Shown:
    """Show the videos, again and again while they are being embedded."""
    try:
        looks.append(video_table(record, busy=busy, can_change=mine and not busy))
    except SeqselError as error:
        st.error(text.for_markdown(str(error), 600), icon=":material/error:")
        looks.append(Shown(ready=False, missing=0))
    if looks[-1].ready != looks[0].ready:  # the button above comes or goes
        st.rerun()
    return looks[-1]


shown = table(record)

with actions:
    if mine:
        removal_button(record)
    ended_well = bool(job and job.state == "done")  # otherwise the panel has a button
    wanted = False
    if job is None or (ended_well and shown.missing):
        wanted = st.button("Embed", icon=":material/play_arrow:")
    elif ended_well and mine and any(source.kind == "folder" for source in record.sources):
        wanted = st.button(
            "Rescan",
            icon=":material/sync:",
            help="Look for videos that are new, changed or gone. Only what is new is embedded.",
        )
    if wanted:
        submit("embed", record.id)
        st.rerun()
    if shown.ready and st.button(
        "Explore", type="primary", icon=":material/scatter_plot:", shortcut="e"
    ):
        st.switch_page("pages/explore/explore.py", query_params=session.link_query(record))
