"""Data: add videos, see what was found, watch them being embedded."""

import streamlit as st

from pages.ui import session
from pages.ui.add_videos import add_videos
from pages.ui.job_panel import job_panel, queue, submit
from pages.ui.video_table import video_table
from seqsel_core.errors import SeqselError

record = session.current_dataset()
session.write_url(record)

if record is None:
    st.title("Pick the video sequences worth labelling")
    st.markdown(
        "Add videos or folders of frames. Every frame is embedded once; then you choose how "
        "long the sequences are and how many you want, look at them, and take them with you."
    )
    add_videos()
    st.stop()

heading, link = st.columns([5, 1], vertical_alignment="bottom")
heading.title("Videos")
with st.expander("Add videos", icon=":material/add:", expanded=False):
    add_videos()
with heading.container(width=420):
    session.dataset_picker(record)

job = queue().latest("embed", record.id)
job_panel(job, "Embedding")

try:
    ready = video_table(record, busy=bool(job and job.active))
except SeqselError as error:
    st.error(str(error), icon=":material/error:")
    ready = False

if ready:
    if link.button(
        "Explore", type="primary", icon=":material/scatter_plot:", width="stretch", shortcut="e"
    ):
        st.switch_page("pages/explore/tune.py", query_params=session.link_query(record))
elif not (job and job.active) and link.button("Embed", type="primary", width="stretch"):
    submit("embed", record.id)
    st.rerun()
