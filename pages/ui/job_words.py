"""What is said of a job: plain words from its row, its videos and its place in the queue."""

from __future__ import annotations

from pages.ui import text
from pages.ui.job_share import draws_maps, is_measured, share
from seqsel_core.jobs.job import Job
from seqsel_core.jobs.made import Counts

_TITLES = {
    "embed": "Embedding {}",
    "umap": "Drawing the maps of {}",
    "output": "Writing frames of {}",
    "clip": "Making a clip of {}",
    "judge": "Checking {} with a second network",
}
SILENT_SECONDS = 15.0
"""A worker that gave no sign of life for so long does not answer."""

DRAWING = "Drawing the maps"
"""What a job is called that has stored all its videos."""

_SEPARATOR = " · "


def title(job: Job, name: str) -> str:
    """Return what a job does, given the name of its dataset; '' is one that nobody may see."""
    if not name:
        return "Somebody's job"
    kind = "umap" if draws_maps(job) else job.kind
    return _TITLES.get(kind, "{}").format(text.short(name, 32))


def percent(job: Job) -> str:
    """Return '43 %', or '' where it is not known; never 100 % before the end."""
    part = share(job)
    known = part is not None and not (draws_maps(job) or job.kind == "umap")
    return f"{min(99, int(100 * part))} %" if part is not None and known else ""


def time_left(job: Job) -> str:
    """Return '2 min left', in steps that can be read; '' where it is not known."""
    left = job.seconds_left
    if left is None or not (job.done and is_measured(job)):
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


def summary(job: Job) -> str:
    """Return what a job that is done made: '57 of 59 videos, 21,844 frames in 2 min'."""
    return outcome(job, f" in {took(job)}") or f"in {took(job)}"


def outcome(job: Job, time: str = "") -> str:
    """Return what a job made: '12 videos, 800 frames', '1 clip of 10 frames'; '' if not known.

    Args:
        job: One that is done.
        time: Said after it.
    """
    if job.kind == "clip":
        frames = int(job.parameters["stop"]) - int(job.parameters["start"])
        return f"1 clip of {text.count(frames, 'frame')}{time}"
    if made := Counts.of(job.result):
        return _videos(made, time)
    if "frames" not in job.result:
        return ""
    written = text.count(job.result["frames"], "frame")
    sequences = job.result.get("sequences")
    of = f" of {text.count(sequences, 'sequence')}" if sequences else ""
    return f"{written}{of}{time}"


def _videos(made: Counts, time: str) -> str:
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
