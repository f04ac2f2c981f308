"""Explore: move sequence length and number of samples, and see at once what is selected."""

import numpy as np
import streamlit as st

from pages.ui import loaders, proof, review, session, text, view
from pages.ui.access import current_user
from pages.ui.command_panel import command_panel
from pages.ui.controls import further_controls, main_controls
from pages.ui.explorer import colours, explorer, lanes
from pages.ui.explorer.picture_route import Pass, passes
from pages.ui.explorer.points import points_of
from pages.ui.explorer.region import Region, inside
from pages.ui.explorer.solid import with_solid
from pages.ui.job_panel import job_panel, queue, submit
from pages.ui.player import player
from pages.ui.proof_panel import proof_panel
from pages.ui.sequence_table import sequence_table
from pages.ui.shortcuts import listen, shortcuts_button
from pages.ui.strip_list import Strips, positions_of, strip_list
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

# Parts have their places from the start: where a message or a spinner comes and goes above them,
# the browser would take the maps for others, and draw them from nothing.
with st.container(gap=None):
    explorer.fetch_plotly()
    above = st.container()
linked, below = st.container(), st.container()

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
    chosen = main_controls(dataset)
    with st.container():  # where a spinner comes and goes, too
        if chosen.pool is not None:
            # Before the rest is drawn, which would jump when this button came above it.
            selection = loaders.load_selection(dataset, chosen.parameters)
            selected_frames = int(chosen.pool.cut.sequences.lengths[selection.order].sum())
            take = st.button(
                f"Take {text.count(selected_frames, 'frame')}",
                type="primary",
                icon=":material/folder_zip:",
                width="stretch",
            )
            if take:
                st.switch_page("pages/output/output.py", query_params=session.link_query(record))
    further_controls(dataset, chosen.parameters)
session.write_url(record, chosen.parameters)
if chosen.pool is None:
    st.title("No sequence is left")
    st.warning(text.for_markdown(chosen.refusal, 600), icon=":material/filter_alt_off:")
    st.stop()

with above:
    values = chosen.parameters
    pool = chosen.pool
    sequences = pool.cut.sequences
    reached = len({int(sequences.video[position]) for position in selection.order})
    near = loaders.load_nearest(dataset, values, selection)

    missing = sum(item.reason == NOT_EMBEDDED for item in dataset.unreadable)
    if missing:
        st.warning(
            f"Not embedded yet: {missing:,} of {missing + len(dataset.videos):,} videos. "
            "The choice is among the others.",
            icon=":material/hourglass_top:",
        )
    judging = proof.Judging(dataset, values, pool, selection, near)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(
            f"{text.count(len(selection), 'sequence')} of {text.count(values.length, 'frame')} "
            f"from {reached:,} of {text.count(len(dataset.videos), 'video')}",
            anchor=False,
            width="content",
        )
        left_out = text.count(sequences.left_out, "frame") if sequences.left_out else ""
        st.caption(
            f"of {int(pool.candidates.sum()):,} that can be selected"
            + (f" · {left_out} in no sequence" if left_out else ""),
            width="content",
        )
    if len(selection) < values.n_sequences:
        st.caption(
            f":material/info: {len(selection):,} of the {values.n_sequences:,} sequences asked "
            "for: what is left is closer than the least distance, or kept out by the rules."
        )

    explorer.forget_others(dataset.key)
    looked_at = explorer.focus()
    focused = explorer.position_of(looked_at, sequences) if looked_at else None
    region = explorer.region()
    strips = Strips(dataset, sequences, selection, near, values)
    maps = loaders.load_maps(dataset)
    held = inside(region, sequences, maps) if region else None
    around = "lasso" if isinstance(region, Region) else "stretch"
    answer = ""
    if held is not None:
        chosen_inside = int(held[selection.order].sum())
        answer = f"{text.count(int(held.sum()), 'sequence')} in it, {chosen_inside:,} selected"

    with st.container(horizontal=True, vertical_alignment="bottom"):
        mode = view.select("Colour by", "colour_by", width=140)
        kind = view.select("Points", "points", width=130)
        axes = view.select("PCA map", "axes", width=90)
        sort = view.select("Sort the timeline by", "sort_lanes", width=170)
        st.space("stretch")
        review.begin(strips, focused, positions_of(strips, held, view.chosen("strip_order")))
        shortcuts_button()

    solid = with_solid(dataset, maps) if axes == "3-D" else None
    missing_map = next((name for name in MAPS if name not in maps.coordinates), None)
    if missing_map or (axes == "3-D" and solid is None):
        jobs = [queue().latest(kind_of_job, record.id) for kind_of_job in ("embed", "umap")]
        job = max((job for job in jobs if job), key=lambda job: job.id, default=None)
        job_panel(job, "Drawing the maps")
        if (job is None or not job.active) and st.button(
            "Draw the maps" if missing_map else "Draw the 3-D map", key="draw"
        ):
            submit("umap", record.id)
            st.rerun()

full = float(selection.radii[0]) if len(selection) else 0.0
videos = lanes.sorted_videos(sort, dataset, sequences, selection.order, near)
lanes_note = ""
if isinstance(region, Region) and held is not None:
    hit = set(np.unique(sequences.video[held]).tolist())
    videos = [video for video in videos if video in hit]
    lanes_note = f"{len(videos):,} of {len(dataset.videos):,} videos have something in the lasso"
pages = max(1, -(-len(videos) // _LANES))
page = min(st.session_state.get("lane_page", 1), pages)
drawn = solid or maps
scene = explorer.Scene(
    dataset=dataset,
    sequences=sequences,
    selection=selection,
    maps=drawn,
    points=kind,
    colour=colours.colour(mode, dataset, points_of(kind, dataset, sequences, drawn), near, full),
    timeline=lanes.lanes(
        videos[(page - 1) * _LANES : page * _LANES],
        dataset,
        sequences,
        near,
        full,
        loaders.load_checks(dataset).corrupt,
        loaders.load_cuts(dataset),
        held if isinstance(region, Region) else None,
        lanes_note,
    ),
    focus=focused,
    region=region,
    answer=answer,
    pictures=passes().issue(Pass(current_user(), record.id, dataset)),
)
with linked:
    explorer.explorer(scene)
    if pages > 1:
        if st.session_state.get("lane_page", 1) > pages:
            st.session_state["lane_page"] = pages
        st.pagination(pages, key="lane_page", width="stretch")

verdict = None
with below:
    if len(selection):
        judge, verdict = judging.finish()
        proof_panel(record, dataset, values, pool, selection, near, judge, verdict)
    with st.container(key="strips"):
        strip_list(strips, held, around)
    with st.expander(
        "Table of all sequences", icon=":material/table_rows:", on_change="rerun", key="table"
    ) as panel:
        if panel.open:
            sequence_table(strips, held, focused)
    review.review(strips, focused, positions_of(strips, held, view.chosen("strip_order")))
    player(record, dataset, sequences)

with st.sidebar:
    command_panel(record, dataset, values)
    listen()
loaders.think_ahead(dataset, values, verdict)
