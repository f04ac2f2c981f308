"""Clips of sequences, made for looking at: `clips/<video id>-<start>-<stop>.mp4`."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from pathlib import Path

MOST_CLIPS = 500
"""Clips that are kept; the oldest goes first. Any can be made again."""


def clip_path(data_dir: Path, video_id: str, start: int, stop: int) -> Path:
    """Return where the clip of frames `[start, stop)` lies or will lie."""
    return data_dir / "clips" / f"{video_id}-{start}-{stop}.mp4"


def clips_of(data_dir: Path, video_ids: Collection[str]) -> list[Path]:
    """Return the clips of these contents that are there."""
    made = (data_dir / "clips").glob("*.mp4")
    return sorted(path for path in made if path.name.split("-")[0] in video_ids)


def remove_oldest(data_dir: Path, keep: int = MOST_CLIPS) -> None:
    """Remove the clips made longest ago, until `keep` are left."""
    made = []
    for path in (data_dir / "clips").glob("*.mp4"):
        with contextlib.suppress(OSError):  # another process may remove it too
            made.append((path.stat().st_mtime_ns, path))
    for _, path in sorted(made)[: max(0, len(made) - keep)]:
        path.unlink(missing_ok=True)
