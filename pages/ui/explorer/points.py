"""Where every sequence lies on each map, packed for the browser: sent once, not at every move."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from seqsel_core.dataset import Dataset
from seqsel_core.project.map_set import MapSet
from seqsel_core.sequences import Sequences

MOST_POINTS = 100_000
"""More sequences than this are thinned evenly; the page says so."""

IntArray = npt.NDArray[np.int64]


def shown_positions(sequences: Sequences) -> IntArray:
    """Return which sequences are points of the maps, ascending."""
    count = len(sequences)
    if count <= MOST_POINTS:
        return np.arange(count)
    return np.linspace(0, count - 1, MOST_POINTS).round().astype(np.int64)


def points_id(dataset: Dataset, sequences: Sequences, maps: MapSet) -> str:
    """Return a text that differs wherever the points do."""
    return f"{dataset.key}/{sequences.length}/{len(sequences)}/{'+'.join(maps.coordinates)}"


def pack_points(dataset: Dataset, sequences: Sequences, maps: MapSet) -> bytes:
    """Return the points of all maps, as `points.js` reads them.

    Four bytes with the size of a JSON header, little-endian; the header; then columns of
    `count` values of four bytes: video, start, folder (integers), seconds, and x and y of
    every map (floats). A sequence lies where its middle frame lies.
    """
    return _packed(points_id(dataset, sequences, maps), dataset, sequences, maps)


@st.cache_resource(max_entries=6, show_spinner=False)
def _packed(key: str, _dataset: Dataset, _sequences: Sequences, _maps: MapSet) -> bytes:
    positions = shown_positions(_sequences)
    video = _sequences.video[positions]
    row = _sequences.row[positions]
    seconds = np.empty(len(positions), np.float32)
    xy = {name: np.empty((len(positions), 2), np.float32) for name in _maps.coordinates}
    for at in np.unique(video):
        of_video = video == at
        seconds[of_video] = _dataset.videos[at].frames["seconds"][row[of_video]]
        for name, coordinates in xy.items():
            middle = row[of_video] + _sequences.length // 2
            coordinates[of_video] = _maps.at(name, int(at), middle)
    columns: list[npt.NDArray[Any]] = [
        video,
        _sequences.start[positions],
        _folders(_dataset)[video],
    ]
    columns = [column.astype("<i4") for column in columns] + [seconds.astype("<f4")]
    for coordinates in xy.values():
        columns += [coordinates[:, 0].astype("<f4"), coordinates[:, 1].astype("<f4")]
    header = {"id": key, "count": len(positions), "total": len(_sequences), "maps": list(xy)}
    text = json.dumps(header).encode()
    return b"".join([len(text).to_bytes(4, "little"), text, *(c.tobytes() for c in columns)])


def _folders(dataset: Dataset) -> IntArray:
    """Return the number of each video's folder, shape (videos,)."""
    parents = [str(PurePosixPath(video.video.name).parent) for video in dataset.videos]
    return np.unique(parents, return_inverse=True)[1]
