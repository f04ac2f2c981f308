"""How the list of a dataset's videos changes: by a look at its folders, and by hand."""

from __future__ import annotations

import streamlit as st

from pages.ui import text
from pages.ui.job_panel import submit
from pages.ui.session import data_dir, datasets, moment
from seqsel_core.jobs.suspects import try_again
from seqsel_core.store.datasets import DatasetRecord, Listing
from seqsel_core.store.listings import Changes
from seqsel_core.video.types import Video

_MOST_NAMES = 200  # of each kind that are listed


def changes_line(changes: Changes | None) -> None:
    """Say what the last look at the folders found different from the one before."""
    if changes is None:
        return
    kinds = {
        "new": changes.new,
        "changed": changes.changed,
        "renamed": changes.renamed,
        "gone": changes.gone,
    }
    counts = ", ".join(f"**{len(names):,} {kind}**" for kind, names in kinds.items() if names)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f":material/sync: Looked through again {moment(changes.looked)}: "
            f"{counts or 'nothing new, nothing gone'}.",
            width="content",
        )
        if counts:
            with st.popover("Which", type="tertiary"):
                for kind, names in kinds.items():
                    if names:
                        st.caption(kind.capitalize())
                        st.code(_listed(names), language=None)


def taken_out(
    record: DatasetRecord, listing: Listing, picked: list[tuple[Video, str]], *, enabled: bool
) -> None:
    """Offer to take the picked videos out of the dataset, and to put back what was taken out.

    Args:
        record: The dataset.
        listing: Its videos.
        picked: Videos of the table, each with its content id.
        enabled: Whether any video is embedded: the maps are drawn again then.
    """
    known = [(video, video_id) for video, video_id in picked if video_id]
    if picked:
        with st.container(horizontal=True, vertical_alignment="center"):
            if known and st.button(
                f"Take {text.count(len(known), 'video')} out of the dataset",
                icon=":material/playlist_remove:",
                key="take_out",
            ):
                datasets().exclude(record.id, [video_id for _, video_id in known])
                _redraw(record, len(known) < len(listing.pairs) and enabled)
            if known:
                st.caption("Nothing is deleted: it can be put back.", width="content")
            else:
                st.caption("A video whose files cannot be read takes no part anyway.")
    if not listing.excluded:
        return
    title = f"Taken out of the dataset: {text.count(len(listing.excluded), 'video')}"
    with st.expander(title, icon=":material/playlist_remove:", key="out"):
        names = {video_id: video.name for video, video_id in listing.excluded}
        chosen = st.multiselect(
            "Videos to put back",
            list(names),
            format_func=lambda video_id: text.short(names.get(video_id, ""), 60),
            placeholder="All of them",
            key="put_back_which",
        )
        if st.button("Put back", icon=":material/playlist_add:", key="put_back"):
            datasets().put_back(record.id, chosen or list(names))
            _redraw(record, enabled)


def read_again(record: DatasetRecord, video_ids: list[str]) -> None:
    """Offer to read again what was set aside, because the worker died twice while reading it.

    Args:
        record: The dataset.
        video_ids: Content ids of its videos that are set aside.
    """
    if not video_ids:
        return
    count = len(set(video_ids))
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Try again", icon=":material/refresh:", key="read_again"):
            try_again(data_dir(), video_ids)
            submit("embed", record.id)
            st.rerun()
        st.caption(
            f"{text.count(count, 'video was', 'videos were')} set aside: the process that reads "
            "died twice. One more death, and it is set aside again; the others are not touched.",
            width="content",
        )


def _redraw(record: DatasetRecord, maps: bool) -> None:
    """Show the page again, and have the maps drawn for the videos that take part now."""
    if maps:
        submit("umap", record.id)
    st.rerun()


def _listed(names: tuple[str, ...]) -> str:
    shown = [text.short(name, 80) for name in names[:_MOST_NAMES]]
    return "\n".join([*shown, *(["…"] if len(names) > _MOST_NAMES else [])])
