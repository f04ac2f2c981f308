"""What each kind of job does. Heavy libraries are imported where they are used."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from seqsel_core.config import Config
from seqsel_core.engine import embed, identify, run
from seqsel_core.errors import InputError
from seqsel_core.jobs.attendant import Attendant
from seqsel_core.jobs.job import Job
from seqsel_core.jobs.made import counts
from seqsel_core.jobs.progress import Cancelled, JobProgress
from seqsel_core.jobs.queue import Queue
from seqsel_core.opening import open_dataset, stored_shards
from seqsel_core.output.archive import zip_folder
from seqsel_core.preconditions import refuse_early
from seqsel_core.project.map_set import SOLID
from seqsel_core.second_opinion import judge_config, refuse_judge
from seqsel_core.sources import find_videos
from seqsel_core.store.catalogue import Catalogue
from seqsel_core.store.clips import clip_path, remove_oldest
from seqsel_core.store.datasets import DatasetRecord, Datasets, Listing
from seqsel_core.store.projections import Projections
from seqsel_core.store.shards import ShardStore
from seqsel_core.video.discover import Found
from seqsel_core.video.roots import check_output

MAPS = ("pca", "umap_k_15")
"""Maps that the app shows."""


def embed_dataset(job: Job, progress: JobProgress, data_dir: Path) -> dict[str, Any]:
    """Find the videos of a dataset, embed them, compute its PCA map, and ask for its UMAP map."""
    datasets = Datasets(data_dir)
    record = _dataset(datasets, job)
    progress.stage("looking for videos", 0, "videos")
    everything = find_videos(record)
    listing = Listing(everything, _content_ids(everything, data_dir, progress))
    datasets.save_listing(record.id, listing, look=str(job.id))
    found = _taking_part(datasets, record)
    attendant = Attendant(job, progress, data_dir, found.videos)
    dataset = embed(_config(record, data_dir), progress, found=found, watcher=attendant)
    progress.stage("drawing the PCA map", 0, "maps")
    _map(dataset.embeddings, ("pca", SOLID), data_dir, dataset.key)
    Queue(data_dir).submit("umap", record.id, user=job.user)
    message = ""
    if dataset.unreadable:
        total = len(dataset.videos) + len(dataset.unreadable)
        message = f"{len(dataset.unreadable)} of {total} videos cannot be read."
    made = {"frames": dataset.n_frames, "embedded_now": dataset.embedded_now, "message": message}
    return {**made, **counts(Queue(data_dir).videos(job.id)).result}


def map_dataset(job: Job, progress: JobProgress, data_dir: Path) -> dict[str, Any]:
    """Compute the UMAP map of a dataset."""
    datasets = Datasets(data_dir)
    record = _dataset(datasets, job)
    listing = datasets.listing(record.id)
    dataset = open_dataset(ShardStore(data_dir), record, listing, partial=True) if listing else None
    if dataset is None or not dataset.videos:
        raise InputError("The dataset is not embedded yet.")
    progress.stage("drawing the UMAP map", 0, "maps")
    _map(dataset.embeddings, (*MAPS, SOLID), data_dir, dataset.key)
    return {"frames": dataset.n_frames}


def embed_for_judge(job: Job, progress: JobProgress, data_dir: Path) -> dict[str, Any]:
    """Embed the stored videos of a dataset by another encoder, too; parameters: judge."""
    datasets = Datasets(data_dir)
    record = _dataset(datasets, job)
    listing = datasets.listing(record.id)
    if listing is None:
        raise InputError("The dataset is not embedded yet.")
    config = replace(_config(record, data_dir), judge=str(job.parameters["judge"]))
    refuse_judge(config)
    found = _stored(record, listing, data_dir)
    attendant = Attendant(job, progress, data_dir, found.videos)
    dataset = embed(judge_config(config), progress, found=found, watcher=attendant)
    made = {"frames": dataset.n_frames, "embedded_now": dataset.embedded_now}
    return {**made, **counts(Queue(data_dir).videos(job.id)).result}


def write_output(job: Job, progress: JobProgress, data_dir: Path) -> dict[str, Any]:
    """Write the output folder of a selection, and a zip of its frames.

    The videos are those that were embedded and shown, whatever lies in the folder by now.
    """
    datasets = Datasets(data_dir)
    record = _dataset(datasets, job)
    listing = datasets.listing(record.id)
    if listing is None:
        raise InputError("The dataset is not embedded yet.")
    _check_unchanged(listing, _content_ids(listing.found, data_dir, progress))
    overrides = {**job.parameters, "data_dir": str(data_dir), **_identity(record)}
    found = _stored(record, listing, data_dir)
    config = Config.from_overrides(overrides)
    check_output(Path(config.output_dir).expanduser() / config.run_directory)
    for source in record.sources:  # none of them holds the output folder
        refuse_early(replace(config, input_dir=str(source.path)))
    result = run(config, progress, found=found)
    sampled = result.output / "data" / "sampled"
    archive = result.output / "data" / "sampled.zip"
    message = ""
    if sampled.is_dir():
        try:
            zip_folder(sampled, archive, progress)
        except (OSError, Cancelled) as error:  # the folder is whole without it
            message = f"The pictures are not packed: {getattr(error, 'strerror', '') or 'stopped'}."
    packed = str(archive) if archive.exists() else ""
    choice = result.choice
    return {
        "output": str(result.output),
        "zip": packed,
        "message": message,
        "frames": choice.n_selected_frames,
        "sequences": len(choice.selection),
    }


def make_clip(job: Job, progress: JobProgress, data_dir: Path) -> dict[str, Any]:
    """Make the clip of one sequence; parameters: video_id, start, stop."""
    from seqsel_core.output.clip import write_clip

    datasets = Datasets(data_dir)
    record = _dataset(datasets, job)
    listing = datasets.listing(record.id)
    dataset = open_dataset(ShardStore(data_dir), record, listing, partial=True) if listing else None
    videos = dataset.videos if dataset else ()
    video_id, start, stop = (job.parameters[name] for name in ("video_id", "start", "stop"))
    item = next((video for video in videos if video.video_id == video_id), None)
    if item is None:
        raise InputError("The video of this sequence is not in the dataset any more.")
    path = clip_path(data_dir, video_id, start, stop)
    write_clip(item, start, stop, path, progress)
    remove_oldest(data_dir)
    return {"clip": str(path)}


KINDS: dict[str, Callable[[Job, JobProgress, Path], dict[str, Any]]] = {
    "embed": embed_dataset,
    "umap": map_dataset,
    "judge": embed_for_judge,
    "output": write_output,
    "clip": make_clip,
}


def _dataset(datasets: Datasets, job: Job) -> DatasetRecord:
    record = datasets.get(job.dataset_id)
    if record is None:
        raise InputError("The dataset does not exist any more.")
    return record


def _taking_part(datasets: Datasets, record: DatasetRecord) -> Found:
    """Return the videos of a dataset without those that a person removed from it."""
    listing = datasets.listing(record.id)
    if listing is None or not listing.found.videos:
        raise InputError("Every video was removed from the dataset: put one back.")
    return listing.found


def _content_ids(found: Found, data_dir: Path, progress: JobProgress) -> tuple[str, ...]:
    """Return the content id of every video; '' where its files cannot be read."""
    identities, _ = identify(found.videos, Catalogue(data_dir), progress)
    ids = {video.name: identity for video, identity in identities}
    return tuple(ids.get(video.name, "") for video in found.videos)


def _check_unchanged(listing: Listing, now: tuple[str, ...]) -> None:
    for video, before, after in zip(listing.found.videos, listing.video_ids, now, strict=True):
        if before != after:
            raise InputError(f"'{video.name}' changed since it was embedded. Rescan the dataset.")


def _stored(record: DatasetRecord, listing: Listing, data_dir: Path) -> Found:
    """Return what the page shows: the videos but those that are not embedded yet."""
    shards = stored_shards(ShardStore(data_dir), record, listing)
    videos = tuple(video for video, video_id, shard in shards if shard or not video_id)
    if not any(shard for _, _, shard in shards):
        raise InputError("The dataset is not embedded yet.")
    found = replace(listing.found, videos=videos)
    if left_out := len(shards) - len(videos):
        warning = f"{left_out} of {len(shards)} videos are not embedded yet and take no part."
        return replace(found, warnings=(*found.warnings, warning))
    return found


def _identity(record: DatasetRecord) -> dict[str, Any]:
    return {
        "input_dir": os.pathsep.join(str(source.path) for source in record.sources),
        "encoder": record.encoder,
        "frame_order": record.frame_order,
    }


def _config(record: DatasetRecord, data_dir: Path) -> Config:
    return Config.from_overrides(
        {
            **_identity(record),
            "data_dir": str(data_dir),
            "stopping_condition.n_samples": 1,  # not used: embedding selects nothing
        }
    )


def _map(embeddings: Any, names: tuple[str, ...], data_dir: Path, key: str) -> None:
    from seqsel_core.project.map_set import map_frames

    map_frames(embeddings, names, stored=Projections(data_dir, key))
