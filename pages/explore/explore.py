"""Explore: move sequence length and number of samples, and see at once what is selected."""

import numpy as np
import streamlit as st

from pages.ui import charts, loaders, session, text
from pages.ui.controls import controls
from pages.ui.job_panel import job_panel, queue, submit
from pages.ui.strip_list import strip_list
from seqsel_core.errors import SeqselError
from seqsel_core.opening import NOT_EMBEDDED

record = session.current_dataset()
if record is None:
    st.title("Nothing to explore yet")
    st.markdown("Add videos first; the sample takes a minute.")
    if st.button("Add videos", type="primary", icon=":material/video_library:"):
        st.switch_page("pages/data/videos.py")
    st.stop()

job = queue().latest("embed", record.id)
busy = bool(job and job.active)
try:
    dataset = loaders.load_dataset(record, partial=not busy)
except SeqselError as error:
    st.error(text.for_markdown(str(error), 600), icon=":material/error:")
    st.stop()

with st.sidebar:
    session.dataset_picker(record)

if dataset is None or not dataset.videos:
    session.write_url(record)
    st.title("Explore")
    job_panel(job, "Embedding")
    if not busy:
        st.info("No video of this dataset is ready.", icon=":material/hourglass_empty:")
        if st.button("To the videos", type="primary"):
            st.switch_page("pages/data/videos.py", query_params=session.link_query(record))
    st.stop()

with st.sidebar:
    chosen = controls(dataset)
session.write_url(record, chosen.parameters)
available = int(chosen.candidates.sum())
if not available:
    st.title("No sequence is left")
    every = len(chosen.candidates)
    st.warning(
        f"All {every:,} sequences hold a frame that a check leaves out. "
        "Switch a check off, or choose shorter sequences."
        if every
        else "No video has that many frames in a row. Choose shorter sequences.",
        icon=":material/filter_alt_off:",
    )
    st.stop()

values = chosen.parameters
selection = loaders.load_selection(dataset, values)
sequences = loaders.load_pool(dataset, values.length).sequences
reached = len({int(sequences.video[position]) for position in selection.order})

missing = sum(item.reason == NOT_EMBEDDED for item in dataset.unreadable)
if missing:
    st.warning(
        f"Not embedded yet: {missing:,} of {missing + len(dataset.videos):,} videos. "
        "The choice is among the others.",
        icon=":material/hourglass_top:",
    )
selected_frames = len(selection) * values.length
st.subheader(
    f"{text.count(len(selection), 'sequence')} of {text.count(values.length, 'frame')} "
    f"from {reached:,} of {text.count(len(dataset.videos), 'video')}"
)
with st.container(horizontal=True, gap="large"):
    st.metric("Selected frames", f"{selected_frames:,}", width="content")
    st.metric("Share of all frames", f"{selected_frames / dataset.n_frames:.1%}", width="content")
    st.metric(
        "Covering radius",
        f"{selection.covering_radius:.3f}",
        width="content",
        help="The largest distance of any sequence to the nearest selected one, 0 to 2. "
        "Smaller is better: nothing is far from what you label.",
    )
    st.metric(
        "Closest pair",
        f"{np.min(selection.distances[1:]):.3f}" if len(selection) > 1 else "–",
        width="content",
        help="The smallest distance at which a sequence was picked. "
        "Larger is better: nothing is labelled twice.",
    )
    st.metric(
        "Sequences to choose from",
        f"{available:,}",
        width="content",
        help=f"Of {len(sequences):,} sequences, those without a frame that a check leaves out. "
        f"{sequences.left_out:,} frames at the ends of videos fill no sequence.",
    )
if len(selection) < values.n_sequences:
    st.caption(
        f":material/info: {len(selection):,} of the {values.n_sequences:,} sequences asked for: "
        "the next would be closer than the least distance."
    )

maps = loaders.load_maps(dataset)
plot_options = {
    "displaylogo": False,
    "modeBarButtons": [["zoom2d", "pan2d", "resetScale2d"]],
}
for column, (name, title) in zip(
    st.columns(2), {"pca": "PCA", "umap_k_15": "UMAP"}.items(), strict=True
):
    with column.container(border=True, height=470):
        st.markdown(f"**{title}**")
        if name in maps.coordinates:
            st.plotly_chart(
                charts.map_figure(name, maps, dataset, sequences, selection),
                key=f"map_{name}",
                config=plot_options,
                alt=f"{title} map of all sequences; the selected ones are coloured by video",
            )
        else:
            jobs = [queue().latest(kind, record.id) for kind in ("embed", "umap")]
            job = max((job for job in jobs if job), key=lambda job: job.id, default=None)
            job_panel(job, f"{title} map")
            if (job is None or not job.active) and st.button("Draw this map", key=f"draw_{name}"):
                submit("umap", record.id)
                st.rerun()

with st.container(border=True):
    st.markdown("**Timeline**")
    order = sorted(
        range(len(dataset.videos)),
        key=lambda video: (-int((sequences.video[selection.order] == video).sum()), video),
    )
    most = 12
    everything = len(order) <= most or st.toggle(f"All {len(order)} videos", key="all_lanes")
    st.plotly_chart(
        charts.timeline_figure(
            dataset, sequences, selection, order[: None if everything else most]
        ),
        key="timeline",
        config={"displayModeBar": False},
        alt="One bar per video with the selected parts marked",
    )

strip_list(dataset, sequences, selection)

with st.sidebar:
    if st.button(
        f"Take {text.count(selected_frames, 'frame')}",
        type="primary",
        icon=":material/folder_zip:",
        width="stretch",
    ):
        st.switch_page("pages/output/output.py", query_params=session.link_query(record))
