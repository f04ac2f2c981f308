"""Data: add videos, see what was found, watch them being embedded."""

import streamlit as st

from pages.ui import session, text
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
with st.expander("Add videos", icon=":material/add:", key=f"add_{st.session_state.get('added')}"):
    add_videos()
with heading.container(width=420):
    session.dataset_picker(record)

job = queue().latest("embed", record.id)
busy = bool(job and job.active)
job_panel(job, "Embedding")


@st.fragment(run_every="3s" if busy else None)
def table() -> bool:
    """Show the videos, again and again while they are being embedded."""
    try:
        return video_table(record, busy=busy)
    except SeqselError as error:
        st.error(text.for_markdown(str(error), 600), icon=":material/error:")
        return False


ready = table()

if ready and link.button(
    "Explore", type="primary", icon=":material/scatter_plot:", width="stretch", shortcut="e"
):
    st.switch_page("pages/explore/explore.py", query_params=session.link_query(record))
if (
    not busy
    and (not job or job.state != "done")
    and link.button("Embed", icon=":material/play_arrow:", width="stretch")
):
    submit("embed", record.id)
    st.rerun()
