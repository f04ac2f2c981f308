"""What of a data directory is needed, by whom, and what is not."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from seqsel_core.dataset import Dataset
from seqsel_core.embed.spec import encoder_spec
from seqsel_core.errors import SeqselError
from seqsel_core.opening import shard_key, sort_out
from seqsel_core.store import inventory
from seqsel_core.store.catalogue import Catalogue
from seqsel_core.store.datasets import DatasetRecord, Datasets
from seqsel_core.store.inventory import Stored, StoredShard
from seqsel_core.store.shards import FORMAT, Shard, ShardStore
from seqsel_core.video.types import Video

_DAY = 86400.0
_AT_WORK = 7200.0  # seconds; what was used so lately may be in use: uses are noted by the hour


@dataclass(frozen=True)
class DatasetUse:
    """What a dataset of the app takes.

    Attributes:
        record: The dataset.
        n_videos: Videos in its list.
        n_stored: Those of them that are embedded with its encoder.
        size: Bytes of their shards, of its uploads and of its map.
        last_use: Unix time in seconds; 0.0: nothing of it is stored.
    """

    record: DatasetRecord
    n_videos: int
    n_stored: int
    size: int
    last_use: float


@dataclass(frozen=True)
class Unneeded:
    """Something that may be removed.

    Attributes:
        item: What.
        kind: For people: 'embeddings', 'upload', 'map' or 'half-written'.
        reason: Why it is not needed, or what is wrong with it.
        damaged: Whether it is needed, but damaged.
    """

    item: Stored
    kind: str
    reason: str
    damaged: bool = False


@dataclass(frozen=True)
class Usage:
    """Everything in a data directory.

    Attributes:
        totals: {what: bytes}.
        shards: All of them.
        names: {content id: a name for people}, as far as it is known.
        datasets: Those of the app.
        unneeded: What may be removed.
    """

    totals: dict[str, int]
    shards: list[StoredShard]
    names: dict[str, str]
    datasets: list[DatasetUse]
    unneeded: list[Unneeded]


def survey(data_dir: Path, days: float) -> Usage:
    """Look at everything in a data directory; nothing is changed, no use is noted.

    A shard is needed while a dataset of the app lists its video, or while the video lies where
    it was seen last. Otherwise it is unneeded, once it was not used for some days: a disk may
    only be not mounted. A shard of an older format is read by nobody. An upload is needed by
    its dataset. A map is computed again when it is asked for.

    Args:
        data_dir: The data directory.
        days: How long something must not have been used.

    Raises:
        StoreError: The directory or its catalogue cannot be read, or is of a newer seqsel.
    """
    records, seen = Datasets(data_dir), Catalogue(data_dir).last_seen()
    shards = inventory.shards(data_dir)
    uploads = inventory.folders(data_dir, "uploads")
    maps = inventory.folders(data_dir, "projections")
    known = {shard.path: shard for shard in shards if not shard.damage}
    names = {video_id: str(paths[-1]) for video_id, paths in seen.items()}
    listed: set[str] = set()
    keys: set[str] = set()
    datasets = []
    for record in records.all(None):
        listing = records.listing(record.id)
        pairs = listing.pairs if listing else ()
        every = listing.every if listing else ()
        listed.update(video_id for _, video_id in every)
        names.update({video_id: video.name for video, video_id in every if video_id not in names})
        wanted = _wanted(data_dir, record, pairs)
        key = _dataset_key(record, wanted, known)
        keys.add(key)
        own = {path: known[path] for _, _, path in wanted if path in known}
        others = [
            item
            for item in (*uploads, *maps)
            if record.has_upload(item.path) or key == item.path.name
        ]
        datasets.append(
            DatasetUse(
                record,
                len(pairs),
                sum(1 for _, _, path in wanted if path in known),
                sum(item.size for item in (*own.values(), *others)),
                max((shard.last_use for shard in own.values()), default=0.0),
            )
        )
    now = time.time()
    unneeded = []
    for shard in shards:
        old_enough = now - shard.last_use > max(days * _DAY, _AT_WORK)
        reason = _why_unneeded(shard, listed, seen.get(shard.name.video_id, []), old_enough)
        if reason:
            unneeded.append(Unneeded(shard, "embeddings", reason, damaged=bool(shard.damage)))
    for upload in uploads:
        taken = any(use.record.has_upload(upload.path) for use in datasets)
        if not taken and now - upload.last_use > _AT_WORK:
            unneeded.append(Unneeded(upload, "upload", "of no dataset"))
    for drawn in maps:
        old_enough = now - drawn.last_use > max(days * _DAY, _AT_WORK)
        if drawn.path.name not in keys and old_enough:
            unneeded.append(Unneeded(drawn, "map", "of no dataset as it is now"))
    for rest in inventory.leftovers(data_dir):
        unneeded.append(Unneeded(rest, "half-written", "its process ended before it was done"))
    return Usage(inventory.totals(data_dir), shards, names, datasets, unneeded)


def _why_unneeded(
    shard: StoredShard, listed: Collection[str], places: Sequence[Path], old_enough: bool
) -> str:
    if shard.name.format < FORMAT:
        return f"format {shard.name.format}, which this version does not read"
    if shard.damage or shard.name.format > FORMAT:
        return shard.damage
    if shard.name.video_id in listed or any(path.exists() for path in places) or not old_enough:
        return ""
    return f"its video is no longer at {places[-1]}" if places else "its video is not known"


def _wanted(
    data_dir: Path, record: DatasetRecord, pairs: Iterable[tuple[Video, str]]
) -> list[tuple[Video, str, Path]]:
    """Return (video, content id, where its shard lies or will lie) for a dataset."""
    store = ShardStore(data_dir)
    try:
        spec = encoder_spec(record.encoder)
    except SeqselError:  # an encoder whose file is gone
        return []
    return [
        (video, video_id, store.path(video_id, shard_key(spec, video)))
        for video, video_id in pairs
        if video_id
    ]


def _dataset_key(
    record: DatasetRecord,
    wanted: Iterable[tuple[Video, str, Path]],
    known: Mapping[Path, StoredShard],
) -> str:
    """Return the key of a dataset, which names its maps; '' where it cannot be opened."""
    try:
        videos, unreadable = sort_out(
            (video, video_id, Shard(path) if path in known else None)
            for video, video_id, path in wanted
        )
        return Dataset(tuple(videos), tuple(unreadable), encoder_spec(record.encoder).key).key
    except SeqselError:
        return ""
