"""The lanes of the timeline: one per video, with what is covered, bad and cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pages.ui import text
from seqsel_core.dataset import Dataset
from seqsel_core.sequences import Sequences

_MOST_BINS = 300
_MOST_RUNS = 200

SORTS = ("Most selected", "Worst covered", "Longest", "Name")
"""Ways to sort the lanes."""

FloatArray = npt.NDArray[np.float32]


def sorted_videos(
    sort: str,
    dataset: Dataset,
    sequences: Sequences,
    order: npt.NDArray[np.int64],
    near: FloatArray,
) -> list[int]:
    """Return the positions of the videos in the order of `SORTS`; ties as in the dataset."""
    videos = range(len(dataset.videos))
    if sort == "Name":
        return sorted(videos, key=lambda video: dataset.videos[video].video.name)
    if sort == "Longest":
        return sorted(videos, key=lambda video: -len(dataset.videos[video].frames))
    if sort == "Worst covered":
        worst = np.full(len(dataset.videos), -1.0)
        np.maximum.at(worst, sequences.video, near)
        return _falling(worst)
    counts = np.bincount(sequences.video[order], minlength=len(dataset.videos))
    return _falling(counts)


def _falling(values: npt.NDArray[Any]) -> list[int]:
    """Return the positions of values, the largest first; ties as they come."""
    positions: list[int] = np.argsort(-values, kind="stable").tolist()
    return positions


def lanes(
    videos: Sequence[int],
    dataset: Dataset,
    sequences: Sequences,
    near: FloatArray,
    full: float,
    bad: Sequence[npt.NDArray[np.bool_]],
    cuts: Mapping[int, npt.NDArray[np.int64]],
    inside: npt.NDArray[np.bool_] | None = None,
    note: str = "",
) -> dict[str, Any]:
    """Return the timeline as `timeline.js` draws it.

    Args:
        videos: Positions of the videos to show, from top to bottom.
        dataset: Their frames.
        sequences: All sequences.
        near: Distance of every sequence to the nearest selected one, shape (S,).
        full: The distance that is drawn brightest.
        bad: Per video of the dataset, which frames a check flags.
        cuts: Per video of the dataset, the frames that begin a new shot.
        inside: Which sequences lie in a lasso, shape (S,); None: there is none.
        note: What the heading says of the videos.
    """
    timed = all(np.isfinite(dataset.videos[video].frames["seconds"][0]) for video in videos)
    made = []
    for video in videos:
        table = dataset.videos[video].frames
        frames = int(table["index"][-1]) + 1
        first, last = np.searchsorted(sequences.video, [video, video + 1])
        starts = sequences.start[first:last]
        made.append(
            {
                "video": video,
                "name": text.plain(dataset.videos[video].video.name),
                "frames": frames,
                "extent": _seconds(table) if timed else frames,
                "heat": _heat(starts, near[first:last], frames, sequences.length, full),
                "bad": _runs(table["index"][bad[video]]),
                "cuts": cuts[video][:_MOST_RUNS].tolist(),
                "inside": [] if inside is None else _spans(starts[inside[first:last]], sequences),
            }
        )
    return {"unit": "s" if timed else "frames", "lanes": made, "note": note}


def _seconds(table: npt.NDArray[Any]) -> float:
    """Return how long a video is, its last frame included."""
    seconds = table["seconds"]
    length = float(seconds[-1] - seconds[0])
    return length + length / max(1, len(seconds) - 1)


def _heat(
    starts: npt.NDArray[np.int64], near: FloatArray, frames: int, length: int, full: float
) -> list[int]:
    """Return distances along a video, 0 to 255; where no sequence begins, as the one before."""
    bins = min(_MOST_BINS, -(-frames // length))
    values = np.full(bins, -1.0)
    np.maximum.at(values, starts * bins // frames, near)
    known = np.maximum.accumulate(np.where(values >= 0, np.arange(bins), 0))
    scaled = np.clip(values[known], 0, full) / (full or 1) * 255
    shades: list[int] = scaled.round().astype(int).tolist()
    return shades


def _spans(starts: npt.NDArray[np.int64], sequences: Sequences) -> list[list[int]]:
    """Return [first, last + 1] of the stretches that sequences of one video cover."""
    if not len(starts):
        return []
    stops = starts + sequences.length
    parts = np.flatnonzero(starts[1:] > stops[:-1]) + 1
    begins, ends = np.append(0, parts), np.append(parts - 1, len(starts) - 1)
    covered = zip(starts[begins].tolist(), stops[ends].tolist(), strict=True)
    return [list(stretch) for stretch in covered][:_MOST_RUNS]


def _runs(indices: npt.NDArray[np.int64]) -> list[list[int]]:
    """Return [first, last + 1] of every run of consecutive indices."""
    if not len(indices):
        return []
    parts = np.split(indices, np.flatnonzero(np.diff(indices) > 1) + 1)
    return [[int(part[0]), int(part[-1]) + 1] for part in parts[:_MOST_RUNS]]
