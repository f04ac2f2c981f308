"""Explore: move sequence length and number of samples, and see at once what is selected."""

import streamlit as st

from pages.ui import loaders, proof, session, text
from pages.ui.command import command, docker_command
from pages.ui.controls import controls
from pages.ui.explorer import colours, explorer, lanes
from pages.ui.explorer.region import inside
from pages.ui.job_panel import job_panel, queue, submit
from pages.ui.player import player
from pages.ui.strip_list import Strips, looked_at_card, strip_list
from seqsel_core.errors import SeqselError
from seqsel_core.jobs.kinds import MAPS
from seqsel_core.opening import NOT_EMBEDDED

_LANES = 12  # videos on one page of the timeline

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
if chosen.pool is None:
    st.title("No sequence is left")
    st.warning(text.for_markdown(chosen.refusal, 600), icon=":material/filter_alt_off:")
    st.stop()

values = chosen.parameters
pool = chosen.pool
sequences = pool.cut.sequences
selection = loaders.load_selection(dataset, values)
reached = len({int(sequences.video[position]) for position in selection.order})
near = loaders.load_nearest(dataset, values, selection)

missing = sum(item.reason == NOT_EMBEDDED for item in dataset.unreadable)
if missing:
    st.warning(
        f"Not embedded yet: {missing:,} of {missing + len(dataset.videos):,} videos. "
        "The choice is among the others.",
        icon=":material/hourglass_top:",
    )
selected_frames = int(sequences.lengths[selection.order].sum())
if len(selection):
    judge = loaders.load_judge(dataset, values)
    verdict = judge.verdict(selection.order, near[pool.candidates])
    proof.headline(verdict)
st.subheader(
    f"{text.count(len(selection), 'sequence')} of {text.count(values.length, 'frame')} "
    f"from {reached:,} of {text.count(len(dataset.videos), 'video')}"
)
st.caption(
    f"{selected_frames:,} frames, {selected_frames / dataset.n_frames:.1%} of all · "
    f"chosen from {int(pool.candidates.sum()):,} of {text.count(len(sequences), 'sequence')}"
    + (f" · {sequences.left_out:,} frames are in no sequence" if sequences.left_out else "")
)
if len(selection) < values.n_sequences:
    st.caption(
        f":material/info: {len(selection):,} of the {values.n_sequences:,} sequences asked for: "
        "what is left is closer than the least distance, or kept out by the rules."
    )

maps = loaders.load_maps(dataset)
missing_map = next((name for name in MAPS if name not in maps.coordinates), None)
if missing_map:
    jobs = [queue().latest(kind, record.id) for kind in ("embed", "umap")]
    job = max((job for job in jobs if job), key=lambda job: job.id, default=None)
    job_panel(job, "Drawing the maps")
    if (job is None or not job.active) and st.button("Draw the maps", key="draw"):
        submit("umap", record.id)
        st.rerun()

full = float(selection.radii[0]) if len(selection) else 0.0
with st.container(horizontal=True, vertical_alignment="bottom"):
    mode = st.selectbox("Colour by", colours.MODES, key="colour_by", width=180)
    sort = st.selectbox("Sort the timeline by", lanes.SORTS, key="sort_lanes", width=180)
videos = lanes.sorted_videos(sort, dataset, sequences, selection.order, near)
pages = -(-len(videos) // _LANES)
page = min(st.session_state.get("lane_page", 1), pages)
explorer.forget_others(dataset.key)
looked_at = explorer.focus()
region = explorer.region()
focused = explorer.position_of(looked_at, sequences) if looked_at else None
explorer.explorer(
    explorer.Scene(
        dataset=dataset,
        sequences=sequences,
        selection=selection,
        maps=maps,
        colour=colours.colour(mode, dataset, sequences, near, full),
        timeline=lanes.lanes(
            videos[(page - 1) * _LANES : page * _LANES],
            dataset,
            sequences,
            near,
            full,
            loaders.load_checks(dataset).corrupt,
            loaders.load_cuts(dataset),
        ),
        focus=focused,
        region=region,
    )
)
if pages > 1:
    with st.container(horizontal=True, horizontal_alignment="center"):
        st.pagination(pages, key="lane_page")

with st.expander(
    "How many are enough, and how near is everything",
    icon=":material/query_stats:",
    on_change="rerun",
    key="proof",
) as panel:
    if panel.open and len(selection):
        left, right = st.columns(2)
        figure, elbow = proof.curve_figure(
            loaders.load_radii(dataset, values), len(selection), judge
        )
        with left:
            st.markdown("**Covering radius by number of sequences**")
            st.plotly_chart(
                figure,
                key="curve",
                on_select=lambda: proof.take_count("curve", values.length),
                selection_mode="points",
                config={"displayModeBar": False},
                alt="The covering radius falls with the number of sequences",
            )
            if elbow:
                st.caption(
                    f"Click on the curve to take that many. Beyond {elbow} sequences, each "
                    "further one brings much less."
                )
        with right:
            st.markdown("**Distance to the nearest selected sequence**")
            st.plotly_chart(
                proof.histogram_figure(
                    near[pool.candidates], loaders.load_random_distances(dataset, values)
                ),
                key="histogram",
                config={"displayModeBar": False},
                alt="Distances of all sequences, beside those to a random selection",
            )

strips = Strips(dataset, sequences, selection, near, values)
if focused is not None:
    looked_at_card(strips, focused)
strip_list(strips, inside(region, sequences, maps) if region else None)
with st.expander(
    "Table of all sequences", icon=":material/table_rows:", on_change="rerun", key="table"
) as panel:
    if panel.open:
        from pages.ui.sequence_table import sequence_table  # pandas takes a second to load

        sequence_table(strips)
player(record, dataset, sequences)

with st.sidebar:
    if st.button(
        f"Take {text.count(selected_frames, 'frame')}",
        type="primary",
        icon=":material/folder_zip:",
        width="stretch",
    ):
        st.switch_page("pages/output/output.py", query_params=session.link_query(record))
    with st.popover("Copy as command", icon=":material/terminal:", width="stretch"):
        st.markdown("The same selection from a terminal:")
        chosen_options = loaders.run_options(dataset, values)
        st.code(command(record, chosen_options, session.data_dir()), language="bash")
        st.markdown("or in Docker:")
        st.code(docker_command(record, chosen_options, session.data_dir()), language="bash")
