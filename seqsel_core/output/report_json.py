"""The content of `report.json`: a run in numbers and names, for programs."""

from __future__ import annotations

import math
import platform
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

import seqsel_core
from seqsel_core.choice import Choice
from seqsel_core.evaluate.counts import FOUND
from seqsel_core.evaluate.distances import Statistics
from seqsel_core.evaluate.proof import Opinion, Proof
from seqsel_core.evaluate.randoms import Band
from seqsel_core.findings import findings

FORMAT = 1
"""Grows when a field changes its meaning or goes away."""

_PACKAGES = (
    "numpy",
    "torch",
    "torchvision",
    "av",
    "decord",
    "pillow",
    "scikit-learn",
    "umap-learn",
    "matplotlib",
    "fpdf2",
)


def report_data(
    choice: Choice,
    statistics: Statistics,
    proof: Proof | None,
    started: datetime,
    ended: datetime,
) -> dict[str, Any]:
    """Return the report as plain data: dicts, lists, texts, numbers, None.

    Names are as they are, in any script, and may hold surrogates for bytes that are no UTF-8.
    A number that does not exist is None: the distance of the first pick, for example, or how
    many random sequences cover as well where 2,000 do not.
    """
    return {
        "format": FORMAT,
        "started": started.isoformat(timespec="seconds"),
        "ended": ended.isoformat(timespec="seconds"),
        "seconds": round((ended - started).total_seconds(), 3),
        "versions": versions(),
        "encoder": choice.dataset.encoder,
        "options": asdict(choice.config),
        "counts": asdict(statistics.counts),
        "covering_radius": finite(choice.selection.covering_radius),
        "proof": _proof(proof) if proof else None,
        "statistics": {
            "distance_to_nearest_in_set": _distributions(statistics.within),
            "distance_from_input_to_set": _distributions(statistics.coverage),
            "sampled_queries": statistics.sampled_queries,
            "random_seed": statistics.seed,
        },
        "selected_sequences": [_sequence(choice, rank) for rank in range(len(choice.selection))],
        "videos": _videos(choice),
        "unreadable_videos": [
            {"video_name": item.video.name, "reason": item.reason}
            for item in choice.dataset.unreadable
        ],
        "ignored_files": list(choice.dataset.ignored),
        "warnings": list(choice.warnings),
    }


def versions() -> dict[str, str]:
    """Return {what: version} of all that can change a result; what is not installed is missing."""
    found = {"seqsel": seqsel_core.__version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def finite(value: float) -> float | None:
    """Return a number that JSON can hold, or None."""
    return float(value) if math.isfinite(value) else None


def _proof(proof: Proof) -> dict[str, Any]:
    return {
        "opinions": [_opinion(opinion) for opinion in proof.opinions],
        "videos": proof.videos,
        "suggested_sequences": proof.elbow,
    }


def _opinion(opinion: Opinion) -> dict[str, Any]:
    verdict = opinion.verdict
    measures = {}
    for name, versus in verdict.versus.items():
        measures[name] = {
            "value": versus.value,
            "uniform": versus.uniform,
            "random": _band(versus.random),
            "better_than_share_of_random": versus.better_than,
            "random_sequences_needed": _band(versus.random_needed),
        }
    for name, beside in verdict.beside.items():
        measures[name] = {
            "value": beside.value,
            "uniform": beside.uniform,
            "random": _band(beside.random),
        }
    return {
        "encoder": opinion.encoder,
        "selecting": opinion.selecting,
        "sentence": verdict.sentence,
        "selection": {
            name: finite(value) if isinstance(value, float) else value
            for name, value in asdict(verdict.selection).items()
        },
        "against_random_and_uniform": measures,
        "sampled_queries": verdict.sampled,
    }


def _band(band: Band) -> dict[str, float | None]:
    return {name: finite(value) for name, value in asdict(band).items()}


def _distributions(distributions: dict[str, Any]) -> dict[str, Any]:
    return {name: asdict(distribution) for name, distribution in distributions.items()}


def _sequence(choice: Choice, rank: int) -> dict[str, Any]:
    position = int(choice.selection.order[rank])
    span = choice.sequences[position]
    item = choice.dataset.videos[span.video]
    first = int(choice.sequences.row[position])
    seconds = item.frames["seconds"][[first, first + span.stop - span.start - 1]]
    return {
        "rank": rank + 1,
        "video_name": item.video.name,
        "video_id": item.video_id,
        "start": span.start,
        "stop": span.stop,
        "first_seconds": finite(seconds[0]),
        "last_seconds": finite(seconds[1]),
        "distance": finite(choice.selection.distances[rank]),
        "covering_radius": finite(choice.selection.radii[rank]),
    }


def _videos(choice: Choice) -> list[dict[str, Any]]:
    total = len(choice.dataset.videos)
    video = choice.sequences.video
    cut = np.bincount(video, minlength=total)
    selected = np.bincount(video[choice.selection.order], minlength=total)
    described = []
    for at, item in enumerate(choice.dataset.videos):
        info = item.shard.info
        described.append(
            {
                "video_name": item.video.name,
                "video_id": item.video_id,
                "frames": info.n_frames,
                "width": info.width,
                "height": info.height,
                **{f"{name}_frames": int(getattr(choice.checks, name)[at].sum()) for name in FOUND},
                "sequences": int(cut[at]),
                "selected_sequences": int(selected[at]),
                "problems": [asdict(problem) for problem in info.problems],
                "findings": [
                    finding.sentence for finding in findings(choice.checks, at, item.frames)
                ],
            }
        )
    return described
