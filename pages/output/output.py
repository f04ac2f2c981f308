"""Output: take the selected frames, the tables and the report."""

import os
from pathlib import Path

import streamlit as st

from pages.ui import loaders, parameters, session, text
from pages.ui.downloads import instant_downloads, run_downloads
from pages.ui.fitting import fit
from pages.ui.job_panel import job_panel, queue, submit
from seqsel_core.errors import SeqselError

_FORMATS = {"png": "PNG (exact)", "jpg": "JPEG (small files)", "webp": "WebP (exact)"}
_SIZES = {"-1": "As in the video", "720": "720 px", "480": "480 px", "224": "224 px"}

record = session.current_dataset()
dataset = None
if record is not None:
    try:
        job = queue().latest("embed", record.id)
        dataset = loaders.load_dataset(record, partial=not (job and job.active))
    except SeqselError as error:
        st.error(text.for_markdown(str(error), 600), icon=":material/error:")
if record is None or dataset is None or not dataset.videos:
    st.title("Nothing to take yet")
    st.markdown("Add videos and choose sequences first.")
    if st.button("Add videos", type="primary", icon=":material/video_library:"):
        st.switch_page("pages/data/videos.py")
    st.stop()

st.title("Output")
with st.container(width=420):
    session.dataset_picker(record)
shown = fit(dataset, parameters.current())
values = shown.parameters
session.write_url(record, values)
choice = loaders.load_choice(dataset, values) if shown.pool else None
if choice is None or not len(choice.selection):
    why = text.for_markdown(shown.refusal, 600) or "No sequence is selected."
    st.warning(why, icon=":material/filter_alt_off:")
    if st.button("Change the selection"):
        st.switch_page("pages/explore/explore.py", query_params=session.link_query(record))
    st.stop()

videos = len({span.video for span in choice.selected})
with st.container(horizontal=True, vertical_alignment="center"):
    st.markdown(
        f"**{text.count(len(choice.selection), 'sequence')} of "
        f"{text.count(values.length, 'frame')}** ({choice.n_selected_frames:,} frames) from "
        f"{videos:,} of {text.count(len(dataset.videos), 'video')} · covering radius "
        f"{choice.selection.covering_radius:.3f}",
        width="content",
    )
    change = st.button("Change", icon=":material/tune:")
if change:
    st.switch_page("pages/explore/explore.py", query_params=session.link_query(record))

st.header("Lists")
instant_downloads(choice)

st.header("Frames and report")
st.markdown(
    "Writes a folder on this machine with the frames at full size, the tables, the plots and "
    "the report; the frames come as a zip too."
)
with st.container(horizontal=True, vertical_alignment="bottom", gap="large"):
    image_format = st.radio(
        "Format", list(_FORMATS), format_func=_FORMATS.__getitem__, horizontal=True
    )
    size = st.radio(
        "Size",
        list(_SIZES),
        format_func=_SIZES.__getitem__,
        horizontal=True,
        help="Length of the short edge of the pictures.",
    )
options = {
    **loaders.run_options(dataset, values),
    "dump_dataset": True,
    "output_image_format": image_format,
    "output_image_size": int(str(size)),
    "output_dir": os.environ.get("SEQSEL_OUTPUT_ROOT") or str(session.data_dir() / "output"),
}
if size == "-1" and any(item.video.is_folder for item in dataset.videos):
    st.caption(":material/info: Frames of a folder are copied as they are, in their own format.")
job = queue().latest("output", record.id, options)
if st.button(
    f"Write {text.count(choice.n_selected_frames, 'frame')}",
    type="primary",
    icon=":material/folder_zip:",
    disabled=bool(job and job.active),
):
    submit("output", record.id, options)
    st.rerun()
job_panel(job, "Writing")
if job and job.result.get("output"):
    if job.result.get("message"):
        st.warning(text.for_markdown(job.result["message"], 400), icon=":material/folder_zip:")
    run_downloads(Path(job.result["output"]), job.result.get("zip", ""))
