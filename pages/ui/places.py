"""Where frames lie, in words and seconds."""

from __future__ import annotations

from seqsel_core.dataset import Dataset


def frame_range(start: int, length: int) -> str:
    """Return 'frame 7' or 'frames 7–16'."""
    return f"frame {start}" if length == 1 else f"frames {start}–{start + length - 1}"


def start_seconds(dataset: Dataset, video: int, row: int) -> float:
    """Return when a frame is shown, in seconds from the first; NaN in a folder of frames."""
    seconds = dataset.videos[video].frames["seconds"]
    return float(seconds[row] - seconds[0])
