"""The table of a dataset's videos: thumbnail, frames, length, size, problems."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pages.ui import text
from pages.ui.session import data_dir, datasets, source_name
from pages.ui.video_changes import changes_line, read_again, taken_out
from pages.ui.video_quality import problems, quality_checks, quality_panel
from seqsel_core.jobs.suspects import being_read, is_set_aside
from seqsel_core.opening import stored_shards
from seqsel_core.plain_problems import in_plain_words
from seqsel_core.store.datasets import DatasetRecord
from seqsel_core.store.shards import Shard, ShardStore
from seqsel_core.units import in_units
from seqsel_core.video.types import Video


@dataclass(frozen=True)
class Shown:
    """What the table shows.

    Attributes:
        ready: Whether the dataset can be explored.
        missing: Videos that are not embedded yet.
    """

    ready: bool
    missing: int


def video_table(record: DatasetRecord, *, busy: bool, can_change: bool) -> Shown:
    """Show what was found and what is known of each video.

    Args:
        record: The dataset.
        busy: It is being embedded: it can be explored once all videos are.
        can_change: Videos can be taken out of it and put back.

    Raises:
        StoreError: What is stored is damaged.
    """
    listing = datasets().listing(record.id)
    if listing is None:
        if not busy:
            st.info("This dataset has not been read yet.", icon=":material/hourglass_empty:")
        return Shown(ready=False, missing=0)
    shards = stored_shards(ShardStore(data_dir()), record, listing)
    ready = [(video, shard) for video, _, shard in shards if shard and shard.info.n_frames]
    checks = quality_checks(
        tuple(str(shard.path) for _, shard in ready), [shard.frames for _, shard in ready]
    )
    # By name: two videos of the same content have one shard.
    told = {
        video.name: problems(shard, checks, at, decoder=False)
        for at, (video, shard) in enumerate(ready)
    }
    several = len(record.sources) > 1
    room = _LETTERS_BESIDE_ORIGIN if several else _LETTERS
    absent = _WAITING if busy else _NOT_EMBEDDED
    states = dict.fromkeys(being_read(data_dir()), _READING) if busy else {}
    rows = [
        _row(video, video_id, shard, states.get(video_id, absent))
        | {"Problems": _told(shard, video_id, told.get(video.name, []), room)}
        | _origin(record, video)
        for video, video_id, shard in shards
    ]
    missing = sum(1 for _, video_id, shard in shards if video_id and shard is None)
    unreadable = sum(1 for row in rows if row["State"] in (_UNREADABLE, _SET_ASIDE))
    frames = sum(shard.info.n_frames for _, _, shard in shards if shard)
    troubled = sum(1 for sentences in told.values() if sentences)
    st.markdown(_summary(len(rows), frames, missing, unreadable, troubled, shards))
    changes_line(listing.changes)
    for warning in listing.found.warnings:
        st.warning(text.for_markdown(warning, 600), icon=":material/warning:")
    chosen: Any = st.dataframe(
        pd.DataFrame(rows, columns=[*_COLUMNS, *(["From"] if several else [])]),
        hide_index=True,
        height=_HEADER + _ROW * max(1, min(len(rows), _SHOWN)),
        row_height=_ROW,
        placeholder="",
        key=f"videos_{record.id}_{datasets().listing_stamp(record.id)}",
        on_select="rerun" if can_change else "ignore",
        selection_mode="multi-row",
        column_config={
            # Together no wider than a small window has room, or the last one would be cut.
            "Picture": st.column_config.ImageColumn(width=100),
            "Video": st.column_config.TextColumn(width=165),
            "State": st.column_config.TextColumn(width=85),
            "Frames": st.column_config.NumberColumn(format="localized", width=70),
            "Length": st.column_config.TextColumn(width=70, alignment="right"),
            "Picture size": st.column_config.TextColumn(width=95, alignment="right"),
            "File size": st.column_config.TextColumn(width=80, alignment="right"),
            "Problems": st.column_config.TextColumn(
                width=245 if several else 415,
                help="All of them are told below, under “Look closer”.",
            ),
            "From": st.column_config.TextColumn(width=170),
        },
    )
    if can_change:
        read_again(record, [id for _, id, shard in shards if shard and is_set_aside(shard.info)])
        picked = [listing.pairs[at] for at in chosen["selection"]["rows"] if at < len(rows)]
        taken_out(record, listing, picked, enabled=bool(ready))
    if listing.found.ignored:
        names = ", ".join(text.short(name, 30) for name in listing.found.ignored[:5])
        more = ", …" if len(listing.found.ignored) > 5 else ""
        count = text.count(len(listing.found.ignored), "other file")
        st.caption(text.for_markdown(f"{count} left out: {names}{more}", 300))
    if ready:
        panel = st.expander(
            "Look closer: what was found, and where",
            icon=":material/troubleshoot:",
            key="quality",
            on_change="rerun",
        )
        if panel.open:
            with panel:
                quality_panel(ready, checks)
    return Shown(ready=frames > 0 and not (missing and busy), missing=missing)


_ROW = 72  # pixels: the least at which texts are broken into lines
_HEADER = 38  # pixels
_SHOWN = 8  # rows; for more the table scrolls
_COLUMNS = [
    "Picture",
    "Video",
    "State",
    "Frames",
    "Length",
    "Picture size",
    "File size",
    "Problems",
]
_READY, _UNREADABLE, _SET_ASIDE = "ready", "unreadable", "set aside"
_READING, _WAITING, _NOT_EMBEDDED = "reading", "waiting", "not embedded"
_LETTERS, _LETTERS_BESIDE_ORIGIN = 210, 120  # of the problems of one video that a row has room for


def _row(video: Video, video_id: str, shard: Shard | None, absent: str) -> dict[str, object]:
    """Return the row of a video but its problems; `absent` is its state without a shard."""
    row: dict[str, object] = {
        "Picture": None,
        "Video": text.plain(video.name),
        "State": absent if video_id else _UNREADABLE,
        "Frames": None,
        "Length": "",
        "Picture size": "",
        "File size": in_units(video.size_bytes),
    }
    if shard is None:
        return row
    info = shard.info
    if not info.n_frames:
        return {**row, "State": _SET_ASIDE if is_set_aside(info) else _UNREADABLE}
    row["Picture"] = _picture(str(shard.path), shard)
    row["State"] = _READY
    row["Frames"] = info.n_frames
    seconds = shard.frames["seconds"]
    if np.isfinite(seconds).all():
        step = float(seconds[-1] - seconds[0]) / max(1, len(seconds) - 1)
        row["Length"] = text.seconds(float(seconds[-1] - seconds[0]) + step)
    row["Picture size"] = f"{info.width} × {info.height}"
    return row


def _told(shard: Shard | None, video_id: str, sentences: list[str], room: int) -> str:
    """Return what is wrong with a video, whole sentences in about so many letters."""
    if not video_id:
        return "its files cannot be read"
    if shard is None:
        return ""
    if not shard.info.n_frames:
        reason = "; ".join(problem.reason for problem in shard.info.problems)
        return text.plain(in_plain_words(reason, decoder=False)) or "holds no frame"
    shown = sentences
    while len(shown) > 1 and len("; ".join(shown)) > room:
        shown = shown[:-1]
    more = len(sentences) - len(shown)
    return text.plain("; ".join([*shown, *([f"{more} more, see below"] if more else [])]))


def _origin(record: DatasetRecord, video: Video) -> dict[str, object]:
    """Return which source a video is from, where there are several; the innermost folder."""
    if len(record.sources) < 2:
        return {}
    file = (video.frame_paths or (video.path,))[0]
    sources = [item for item in record.sources if file.is_relative_to(item.path)]
    nearest = max(sources, key=lambda item: len(item.path.parts), default=None)
    return {"From": text.plain(source_name(nearest)) if nearest else ""}


@st.cache_data(max_entries=5000, show_spinner=False)
def _picture(path: str, _shard: Shard) -> str:
    """Return the thumbnail of the middle frame as a data address."""
    encoded = base64.b64encode(_shard.thumbnails([_shard.info.n_frames // 2])[0]).decode()
    return f"data:image/jpeg;base64,{encoded}"


def _summary(
    videos: int,
    frames: int,
    missing: int,
    unreadable: int,
    troubled: int,
    shards: list[tuple[Video, str, Shard | None]],
) -> str:
    size = in_units(sum(video.size_bytes for video, _, _ in shards))
    parts = [f"**{text.count(videos, 'video')}**", size, f"**{text.count(frames, 'frame')}** ready"]
    if missing:
        parts.append(f"{text.count(missing, 'video')} to embed")
    if troubled:
        parts.append(f":orange[{text.count(troubled, 'video')} with problems]")
    if unreadable:
        parts.append(f":red[{text.count(unreadable, 'video')} unreadable]")
    return " · ".join(parts)
