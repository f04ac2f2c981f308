"""What each kind of job does. Heavy libraries are imported where they are used."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from seqsel_core.config import Config
from seqsel_core.engine import embed, run
from seqsel_core.errors import InputError
from seqsel_core.jobs.progress import JobProgress
from seqsel_core.jobs.queue import Job, Queue
from seqsel_core.opening import open_dataset
from seqsel_core.store.catalogue import Catalogue
from seqsel_core.store.datasets import DatasetRecord, Datasets, Listing
from seqsel_core.store.projections import Projections
from seqsel_core.store.shards import ShardStore
from seqsel_core.store.uploads import discover_upload
from seqsel_core.video.discover import Found, discover

MAPS = ("pca", "umap_k_15")
"""Maps that the app shows."""


def embed_dataset(job: Job, progress: JobProgress, data_dir: Path) -> dict[str, Any]:
    """Find the videos of a dataset, embed them, compute its PCA map, and ask for its UMAP map."""
    datasets = Datasets(data_dir)
    record = _dataset(datasets, job)
    progress.stage("looking for videos", 0, "videos")
    found = _discover(record)
    listing = _identify(found, data_dir, progress)
    datasets.save_listing(record.id, listing)
    dataset = embed(_config(record, data_dir), progress, found=found)
    progress.stage("drawing the PCA map", 0, "maps")
    _map(dataset.embeddings, ("pca",), data_dir, dataset.key)
    Queue(data_dir).submit("umap", record.id)
    return {"frames": dataset.n_frames, "embedded_now": dataset.embedded_now}


def map_dataset(job: Job, progress: JobProgress, data_dir: Path) -> dict[str, Any]:
    """Compute the UMAP map of a dataset."""
    datasets = Datasets(data_dir)
    record = _dataset(datasets, job)
    listing = datasets.listing(record.id)
    dataset = open_dataset(ShardStore(data_dir), record, listing) if listing else None
    if dataset is None or not dataset.videos:
        raise InputError("The dataset is not embedded yet.")
    progress.stage("drawing the UMAP map", 0, "maps")
    _map(dataset.embeddings, MAPS, data_dir, dataset.key)
    return {}


def write_output(job: Job, progress: JobProgress, data_dir: Path) -> dict[str, Any]:
    """Write the output folder of a selection, and a zip of its frames."""
    record = _dataset(Datasets(data_dir), job)
    overrides = {**job.parameters, "data_dir": str(data_dir), **_identity(record)}
    result = run(Config.from_overrides(overrides), progress, found=_discover(record))
    sampled = result.output / "data" / "sampled"
    archive = result.output / "data" / "sampled.zip"
    if sampled.is_dir():
        _zip(sampled, archive, progress)
    return {"output": str(result.output), "zip": str(archive) if sampled.is_dir() else ""}


KINDS: dict[str, Callable[[Job, JobProgress, Path], dict[str, Any]]] = {
    "embed": embed_dataset,
    "umap": map_dataset,
    "output": write_output,
}


def _dataset(datasets: Datasets, job: Job) -> DatasetRecord:
    record = datasets.get(job.dataset_id)
    if record is None:
        raise InputError("The dataset does not exist any more.")
    return record


def _discover(record: DatasetRecord) -> Found:
    if record.kind == "upload":
        return discover_upload(record.input_dir, frame_order=record.frame_order)
    return discover(record.input_dir, frame_order=record.frame_order, follow_links=False)


def _identify(found: Found, data_dir: Path, progress: JobProgress) -> Listing:
    catalogue = Catalogue(data_dir)
    progress.stage("looking at files", len(found.videos), "videos")
    identities = []
    for video in found.videos:
        try:
            identities.append(catalogue.video_id(video))
        except OSError:
            identities.append("")
        progress.advance(1, video.name)
    return Listing(found, tuple(identities))


def _identity(record: DatasetRecord) -> dict[str, Any]:
    return {
        "input_dir": str(record.input_dir),
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


def _zip(folder: Path, archive: Path, progress: JobProgress) -> None:
    """Pack a folder, uncompressed: pictures are compressed already."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    progress.stage("packing", len(files), "pictures")
    partial = archive.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as target:
        for path in files:
            name = path.relative_to(folder).as_posix()
            target.write(path, name.encode("utf-8", "backslashreplace").decode())
            progress.advance(1)
    partial.rename(archive)
