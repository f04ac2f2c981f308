"""Who stands beside `embed`: says which video may be read, and hears what became of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from seqsel_core.store.shards import ShardInfo
from seqsel_core.video.types import Video

SET_ASIDE = "the worker process died twice while reading it"
"""Reason of a video that is not read any more."""


class TurnOver(Exception):
    """`embed` was told to begin no more videos; what was begun is stored."""


@dataclass(frozen=True)
class VideoResult:
    """What became of one video.

    Attributes:
        name: Of the video.
        outcome: 'done' (embedded now), 'kept' (stored before, or the same content as another
            video), 'partly' (some frames cannot be read), 'unreadable' or 'set aside'.
        n_frames: Frames that are stored.
        reason: What is wrong with it, or ''.
    """

    name: str
    outcome: str
    n_frames: int
    reason: str = ""


def result_of(video: Video, info: ShardInfo, *, kept: bool) -> VideoResult:
    """Return what became of a video whose shard is stored.

    Args:
        video: The video.
        info: What its shard says.
        kept: Whether the shard was there before.
    """
    reason = "; ".join(dict.fromkeys(problem.reason for problem in info.problems))
    if not info.n_frames:
        outcome = "set aside" if SET_ASIDE in reason else "unreadable"
        return VideoResult(video.name, outcome, 0, reason or "holds no frame")
    outcome = "partly" if reason else "kept" if kept else "done"
    return VideoResult(video.name, outcome, info.n_frames, reason)


class Watcher(Protocol):
    """Asked and told by `embed`, also from the threads that read.

    Whatever a method raises ends `embed`.
    """

    def known(self, results: Iterable[VideoResult]) -> None:
        """Hear of the videos that are not to be read now: stored before, or unreadable."""
        ...

    def go_on(self) -> bool:
        """Say whether another video may begin; if not, `embed` ends with `TurnOver`."""
        ...

    def alone(self, video_id: str) -> bool:
        """Say whether a video is to be read while no other one is."""
        ...

    def elsewhere(self, video_id: str) -> bool:
        """Say whether somebody else reads this content now: then it is left for the end."""
        ...

    def begin(self, video: Video, video_id: str) -> str:
        """Hear that a video is about to be read; return why it must not be, or ''."""
        ...

    def end(self, video_id: str, results: Iterable[VideoResult]) -> None:
        """Hear that a content was read, and what became of each video that has it."""
        ...


class Nobody:
    """Lets everything happen; implements `Watcher`."""

    def known(self, results: Iterable[VideoResult]) -> None:
        """See `Watcher`."""

    def go_on(self) -> bool:
        """See `Watcher`."""
        return True

    def alone(self, video_id: str) -> bool:
        """See `Watcher`."""
        return False

    def elsewhere(self, video_id: str) -> bool:
        """See `Watcher`."""
        return False

    def begin(self, video: Video, video_id: str) -> str:
        """See `Watcher`."""
        return ""

    def end(self, video_id: str, results: Iterable[VideoResult]) -> None:
        """See `Watcher`."""
