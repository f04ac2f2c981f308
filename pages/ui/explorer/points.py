"""What the browser needs to draw every point of the maps: sent once, not at every move.

The frames that are mapped are sent with the dataset. How it is cut into sequences is sent with
the sequence length, in a few numbers per video; where a sequence lies the browser works out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st
import xxhash

from pages.ui import text
from seqsel_core.dataset import Dataset
from seqsel_core.project.map_set import MapSet
from seqsel_core.sequences import Sequences

MOST_POINTS = 100_000
"""More sequences than this are thinned evenly; the page says so."""

KINDS = ("Sequences", "Frames")
"""What the points of the maps can be."""

_MOST = 65_535  # the largest number of two bytes

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Points:
    """The points of the maps, in the order in which the browser has them.

    Attributes:
        video: Position of the video, shape (P,).
        row: Row of the frame whose place it is in the video's frame table, shape (P,).
        sequence: Position of the sequence that it is, or that holds it or is next to it,
            shape (P,); -1: the video has none.
    """

    video: IntArray
    row: IntArray
    sequence: IntArray


def points_of(kind: str, dataset: Dataset, sequences: Sequences, maps: MapSet) -> Points:
    """Return the points: sequences, at their middle frame, or the mapped frames."""
    if kind != "Frames":
        shown = shown_positions(len(sequences))
        row = sequences.row[shown] + sequences.length // 2
        return Points(sequences.video[shown], row, shown)
    held = np.full(len(maps.row), -1)
    for video in np.unique(sequences.video):
        first, last = np.searchsorted(sequences.video, [video, video + 1])
        start, stop = np.searchsorted(maps.video, [video, video + 1])
        frames = dataset.videos[video].frames["index"][maps.row[start:stop]]
        found = np.searchsorted(sequences.start[first:last], frames, "right") - 1
        held[start:stop] = first + found.clip(0)
    return Points(maps.video, maps.row, held)


def shown_positions(count: int) -> IntArray:
    """Return which of so many sequences are points of the maps, ascending, as `cut.js` does."""
    if count <= MOST_POINTS:
        return np.arange(count)
    return np.arange(MOST_POINTS) * (count - 1) // (MOST_POINTS - 1)


def frames_id(dataset: Dataset, maps: MapSet) -> str:
    """Return a text that differs wherever `pack_frames` does."""
    return f"{dataset.key}/{'+'.join(maps.coordinates)}"


def cut_id(dataset: Dataset, sequences: Sequences) -> str:
    """Return a text that differs wherever `pack_cut` does."""
    digest = xxhash.xxh3_64(sequences.start.tobytes())
    digest.update(sequences.video.tobytes())
    return f"{dataset.key}/{sequences.length}/{digest.hexdigest()}"


def pack_frames(dataset: Dataset, maps: MapSet) -> bytes:
    """Return the mapped frames as `points.js` reads them: about ten bytes each for two maps.

    Four bytes with the size of a JSON header, little-endian; the header, filled with spaces to
    a multiple of four; then columns of `count` whole numbers: the frame indices, of four
    bytes, and x and y (and z) on every map, of two bytes, from the map's `limits` (0: the
    lowest, 65535: the highest). `videos` says [name, folder, number of points] of every video.
    """
    return _packed(frames_id(dataset, maps), dataset, maps)


def pack_cut(dataset: Dataset, sequences: Sequences) -> dict[str, Any]:
    """Return how the videos are cut, as `points.js` reads it.

    `runs` are [video, first frame, frames to the next, number of sequences], in their order.
    """
    return {
        "id": cut_id(dataset, sequences),
        "length": sequences.length,
        "most": MOST_POINTS,
        "runs": _runs(sequences.video, sequences.start).tolist(),
    }


def _runs(video: IntArray, start: IntArray) -> IntArray:
    """Return runs of equal steps, shape (R, 4)."""
    if not len(start):
        return np.empty((0, 4), np.int64)
    step = np.append(np.diff(start), 0)
    begins = np.append(True, np.diff(video) != 0)  # with a video, and where the step changes
    begins[2:] |= (step[1:-1] != step[:-2]) & ~begins[2:] & ~begins[1:-1]
    at = np.flatnonzero(begins)
    counts = np.diff(np.append(at, len(start)))
    return np.stack([video[at], start[at], step[at], counts], axis=1)


@st.cache_resource(max_entries=6, show_spinner=False)
def _packed(key: str, _dataset: Dataset, _maps: MapSet) -> bytes:
    indices = np.empty(len(_maps.row), "<u4")
    for video in np.unique(_maps.video):
        first, last = np.searchsorted(_maps.video, [video, video + 1])
        indices[first:last] = _dataset.videos[video].frames["index"][_maps.row[first:last]]
    columns: list[npt.NDArray[Any]] = [indices]
    limits: dict[str, list[list[float]]] = {}
    for name, place in _maps.coordinates.items():
        limits[name] = [_limits(place[:, axis]) for axis in range(place.shape[1])]
        for axis, (low, high) in enumerate(limits[name]):
            scaled = (place[:, axis].astype(np.float64) - low) / (high - low) * _MOST
            columns.append(scaled.round().astype("<u2"))
    folders, folder_of = _folders(_dataset)
    counts = np.bincount(_maps.video, minlength=len(_dataset.videos))
    header = {
        "id": key,
        "count": len(_maps.row),
        "total": _dataset.n_frames,
        "videos": [
            [text.short(item.video.name), folder, count]
            for item, folder, count in zip(
                _dataset.videos, folder_of.tolist(), counts.tolist(), strict=True
            )
        ],
        "folders": folders,
        "limits": limits,
    }
    packed = json.dumps(header).encode()
    packed += b" " * (-len(packed) % 4)
    return b"".join([len(packed).to_bytes(4, "little"), packed, *(c.tobytes() for c in columns)])


def _limits(values: npt.NDArray[Any]) -> list[float]:
    """Return the lowest and the highest value; never the same."""
    low = float(values.min(initial=np.inf)) if len(values) else 0.0
    high = float(values.max(initial=-np.inf)) if len(values) else 1.0
    return [low, high if high > low else low + 1]


def _folders(dataset: Dataset) -> tuple[list[str], IntArray]:
    """Return the folders by name, and which each video lies in, shape (videos,)."""
    parents = [str(PurePosixPath(video.video.name).parent) for video in dataset.videos]
    names, folder_of = np.unique(parents, return_inverse=True)
    return ["top folder" if name == "." else text.short(name) for name in names], folder_of
