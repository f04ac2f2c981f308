"""What a job on videos made, in numbers that are kept with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from seqsel_core.jobs.job import JobVideo

_TROUBLED = ("partly", "unreadable", "set aside")
_KEY = "made"  # in the result of a job


@dataclass(frozen=True)
class Counts:
    """What became of the videos of a job.

    Attributes:
        videos: Those that were looked at.
        readable: Those of which some frames are stored.
        kept: Those that were stored before.
        frames: Frames that are stored.
        unreadable: Those of which nothing could be read, or that were set aside.
        partly: Those that could not be read whole.
    """

    videos: int = 0
    readable: int = 0
    kept: int = 0
    frames: int = 0
    unreadable: int = 0
    partly: int = 0

    @classmethod
    def of(cls, result: Mapping[str, Any]) -> Counts | None:
        """Return what the result of a job says of its videos; None: nothing."""
        made = result.get(_KEY)
        return cls(**made) if made else None

    @property
    def result(self) -> dict[str, Any]:
        """What the result of a job says of them."""
        return {_KEY: asdict(self)}


def counts(videos: Iterable[JobVideo]) -> Counts:
    """Count what became of the videos of a job."""
    every = list(videos)
    return Counts(
        videos=len(every),
        readable=sum(1 for video in every if video.n_frames),
        kept=sum(1 for video in every if video.outcome == "kept"),
        frames=sum(video.n_frames for video in every),
        unreadable=sum(1 for video in every if is_troubled(video) and not video.n_frames),
        partly=sum(1 for video in every if is_troubled(video) and video.n_frames),
    )


def is_troubled(video: JobVideo) -> bool:
    """Return whether a video could not be read, or not wholly."""
    return video.outcome in _TROUBLED
