"""Where every sequence lies on each map, packed for the browser: sent once, not at every move."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st
import xxhash

from seqsel_core.dataset import Dataset
from seqsel_core.project.map_set import MapSet
from seqsel_core.sequences import Sequences

MOST_POINTS = 100_000
"""More sequences than this are thinned evenly; the page says so."""

_MOST = 65_535  # the largest number of two bytes

IntArray = npt.NDArray[np.int64]


def shown_positions(sequences: Sequences) -> IntArray:
    """Return which sequences are points of the maps, ascending."""
    count = len(sequences)
    if count <= MOST_POINTS:
        return np.arange(count)
    return np.linspace(0, count - 1, MOST_POINTS).round().astype(np.int64)


def points_id(dataset: Dataset, sequences: Sequences, maps: MapSet) -> str:
    """Return a text that differs wherever the points do."""
    cut = xxhash.xxh3_64(sequences.start.tobytes())
    cut.update(sequences.video.tobytes())
    return f"{dataset.key}/{sequences.length}/{cut.hexdigest()}/{'+'.join(maps.coordinates)}"


def pack_points(dataset: Dataset, sequences: Sequences, maps: MapSet) -> bytes:
    """Return the points of all maps, as `points.js` reads them: ten bytes a point for two maps.

    Four bytes with the size of a JSON header, little-endian; the header, filled with spaces to
    a multiple of four; then columns of `count` whole numbers: the first frames, of two or four
    bytes (`wide`), and x and y on every map, of two bytes, from the map's `limits` (0: the
    lowest, 65535: the highest). `videos` says [video, folder, number of points] in their order.
    A sequence lies where its middle frame lies.
    """
    return _packed(points_id(dataset, sequences, maps), dataset, sequences, maps)


@st.cache_resource(max_entries=6, show_spinner=False)
def _packed(key: str, _dataset: Dataset, _sequences: Sequences, _maps: MapSet) -> bytes:
    positions = shown_positions(_sequences)
    video = _sequences.video[positions]
    row = _sequences.row[positions]
    start = _sequences.start[positions]
    wide = bool(len(start)) and int(start.max()) > _MOST
    columns: list[npt.NDArray[Any]] = [start.astype("<u4" if wide else "<u2")]
    limits: dict[str, list[list[float]]] = {}
    for name in _maps.coordinates:
        xy = np.empty((len(positions), 2), np.float64)
        for at in np.unique(video):
            of_video = video == at
            xy[of_video] = _maps.at(name, int(at), row[of_video] + _sequences.length // 2)
        limits[name] = [_limits(xy[:, axis]) for axis in (0, 1)]
        for axis, (low, high) in enumerate(limits[name]):
            scaled = (xy[:, axis] - low) / (high - low) * _MOST
            columns.append(scaled.round().astype("<u2"))
    folders = _folders(_dataset)
    shown, counts = np.unique(video, return_counts=True)
    header = {
        "id": key,
        "count": len(positions),
        "total": len(_sequences),
        "wide": wide,
        "videos": [
            [at, int(folders[at]), n] for at, n in zip(shown.tolist(), counts.tolist(), strict=True)
        ],
        "limits": limits,
    }
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 4)
    return b"".join([len(text).to_bytes(4, "little"), text, *(c.tobytes() for c in columns)])


def _limits(values: npt.NDArray[np.float64]) -> list[float]:
    """Return the lowest and the highest value; never the same."""
    low = float(values.min(initial=np.inf)) if len(values) else 0.0
    high = float(values.max(initial=-np.inf)) if len(values) else 1.0
    return [low, high if high > low else low + 1]


def _folders(dataset: Dataset) -> IntArray:
    """Return the number of each video's folder, shape (videos,)."""
    parents = [str(PurePosixPath(video.video.name).parent) for video in dataset.videos]
    return np.unique(parents, return_inverse=True)[1]
