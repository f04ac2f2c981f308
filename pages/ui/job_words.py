"""What is said of a job: plain words from its row, its videos and its place in the queue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pages.ui import text
from seqsel_core.jobs.job import Job, JobVideo

_TITLES = {
    "embed": "Embedding {}",
    "umap": "Drawing the maps of {}",
    "output": "Writing frames of {}",
    "clip": "Making a clip of {}",
    "judge": "Checking {} with a second network",
}
SILENT_SECONDS = 15.0
"""A worker that gave no sign of life for so long does not answer."""

_TROUBLED = ("partly", "unreadable", "set aside")
_SEPARATOR = " · "


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


def title(job: Job, name: str) -> str:
    """Return what a job does, given the name of its dataset; '' is one that nobody may see."""
    return _TITLES.get(job.kind, "{}").format(text.short(name, 32)) if name else "Somebody's job"


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


def share(job: Job) -> float | None:
    """Return how much of its stage a job has done, 0 to 1; None where that is not known."""
    if not job.total:
        return None
    return min(1.0, job.done / job.total)


def percent(job: Job) -> str:
    """Return '43 %', or '' where it is not known; never 100 % before the end."""
    part = share(job)
    return "" if part is None else f"{min(99, int(100 * part))} %"


def time_left(job: Job) -> str:
    """Return '2 min left', in steps that can be read; '' where it is not known."""
    left = job.seconds_left
    if left is None or not job.done:
        return ""
    if left < 57:
        return f"{max(5, 5 * round(left / 5))} s left"
    return "1 min left" if left < 90 else f"{text.duration(left)} left"


def is_silent(job: Job) -> bool:
    """Return whether a job is being done by a worker that does not answer."""
    return job.state in ("running", "cancelling") and job.seconds_silent > SILENT_SECONDS


def progress(job: Job) -> str:
    """Return how far a job is: videos, units, and while it runs its speed and the time left."""
    parts = []
    if job.videos_total and job.unit != "videos":
        parts.append(f"{job.videos_done:,} of {text.count(job.videos_total, 'video')}")
    if job.total and job.unit:
        about = "about " if job.unit == "frames" else ""
        parts.append(f"{job.done:,} of {about}{job.total:,} {job.unit}")
    if job.rate >= 1 and job.state == "running":
        parts.append(f"{job.rate:,.0f} {job.unit} per second")
    parts.append(time_left(job))
    return _SEPARATOR.join(part for part in parts if part)


def waiting(ahead: int, running: Job | None) -> str:
    """Return what a queued job waits for.

    Args:
        ahead: How many jobs the same workers do first.
        running: The one of them that runs; None: none does.
    """
    if not ahead:
        return "It begins in a moment."
    left = time_left(running) if running else ""
    words = "One job is" if ahead == 1 else f"{ahead:,} jobs are"
    then = f"; the one that runs has {left}" if ahead > 1 else f", with {left}"
    return f"{words} before it{then if left else ''}."


def took(job: Job) -> str:
    """Return how long a job was, from when it was asked for: '2 min'."""
    return text.duration(max(1.0, job.updated - job.created))


def summary(job: Job, made: Counts) -> str:
    """Return what a job that is done made: '57 of 59 videos, 21,844 frames in 2 min'."""
    return outcome(made, f" in {took(job)}") or f"in {took(job)}"


def outcome(made: Counts, time: str = "") -> str:
    """Return '57 of 59 videos, 21,844 frames', the time after it; '' where there are no videos."""
    if not made.videos:
        return ""
    if made.readable == made.videos:
        videos = text.count(made.videos, "video")
    else:
        videos = f"{made.readable:,} of {text.count(made.videos, 'video')}"
    frames = text.count(made.frames, "frame")
    if made.kept == made.videos:
        return f"{videos}, {frames}: all were embedded before"
    kept = f"; {made.kept:,} embedded before" if made.kept else ""
    trouble = f"; {troubles(made)}" if made.unreadable or made.partly else ""
    return f"{videos}, {frames}{time}{kept}{trouble}"


def troubles(made: Counts) -> str:
    """Return '26 cannot be read, 13 in part'; '' where every video was read whole."""
    parts = []
    if made.unreadable:
        parts.append(f"{made.unreadable:,} cannot be read")
    if made.partly:
        parts.append(f"{made.partly:,} {'' if parts else 'read '}in part")
    return ", ".join(parts)
