"""How much of a job is done: one number for the bar, the percent and the ring in the header.

A job has many stages, each with its own count. A bar that showed these would be filled and
emptied again and again.
"""

from __future__ import annotations

from seqsel_core.jobs.job import Job

_MAPS = ("embed", "umap")
_EMBEDS = ("embed", "judge")
_OUTPUT = {
    "selecting": (0.0, 0.1),
    "judging": (0.1, 0.1),
    "drawing maps": (0.1, 0.25),
    "measuring distances": (0.25, 0.25),
    "writing frame_quality": (0.25, 0.25),
    "writing embeddings": (0.25, 0.3),
    "writing selected_embeddings": (0.3, 0.3),
    "writing frames": (0.3, 0.6),
    "drawing plots": (0.6, 0.75),
    "writing the report": (0.75, 0.95),
    "packing": (0.95, 1.0),
}
"""From where to where the bar goes in each stage of writing an output, in their order."""


def draws_maps(job: Job) -> bool:
    """Return whether a job draws the maps now: all its videos are stored."""
    going = job.state in ("running", "cancelling")
    return going and job.kind in _MAPS and job.stage.startswith("drawing the ")


def share(job: Job) -> float | None:
    """Return how much of a job is done, 0 to 1; None where that is not known.

    Where maps are drawn, which counts nothing, all else is done: 1.
    """
    if draws_maps(job) or (job.kind == "umap" and job.active):
        return 1.0
    if job.kind == "output":
        begin, end = _OUTPUT.get(job.stage, (0.0, 0.0))
        return begin + (end - begin) * _of_stage(job)
    return _of_stage(job) if is_measured(job) else None


def is_measured(job: Job) -> bool:
    """Return whether the count of the stage is the share of the job: no other one takes long."""
    return bool(job.total) and (
        job.kind == "clip" or (job.kind in _EMBEDS and job.unit == "frames")
    )


def _of_stage(job: Job) -> float:
    return min(1.0, job.done / job.total) if job.total else 0.0
