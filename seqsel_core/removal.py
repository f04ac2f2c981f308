"""What goes with a dataset of the app when it is removed, and what stays."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from seqsel_core.embed.spec import encoder_spec
from seqsel_core.errors import SeqselError
from seqsel_core.opening import open_dataset, shard_key
from seqsel_core.store import inventory
from seqsel_core.store.clips import clips_of
from seqsel_core.store.datasets import DatasetRecord, Datasets, Listing
from seqsel_core.store.shards import ShardStore
from seqsel_core.video.discover import Found


@dataclass(frozen=True)
class Removal:
    """What a dataset has that no other dataset uses.

    Attributes:
        record: The dataset.
        shards: Directories with the embeddings and thumbnails of a video each.
        uploads: Directories with uploaded files.
        maps: Directories with its PCA and UMAP maps.
        clips: Files made to look at sequences.
        kept: Videos whose embeddings stay, because another dataset has them too.
    """

    record: DatasetRecord
    shards: tuple[Path, ...]
    uploads: tuple[Path, ...]
    maps: tuple[Path, ...]
    clips: tuple[Path, ...]
    kept: int

    @property
    def n_videos(self) -> int:
        """Videos whose embeddings are removed."""
        return len({path.name.split("-")[0] for path in self.shards})

    @property
    def size_of_embeddings(self) -> int:
        """Bytes of embeddings, thumbnails, maps and clips."""
        return sum(map(inventory.size_of, (*self.shards, *self.maps, *self.clips)))

    @property
    def size_of_uploads(self) -> int:
        """Bytes of uploaded files, but those that another upload has too."""
        return sum(map(_own_size, self.uploads))


def plan_removal(data_dir: Path, record: DatasetRecord) -> Removal:
    """Return what would be removed with a dataset; nothing is changed.

    Other datasets are those of all users. Videos that somebody removed from a dataset count as
    its videos: they can be put back.

    Raises:
        StoreError: The catalogue cannot be read.
    """
    datasets = Datasets(data_dir)
    mine = _listing(datasets, record)
    shards = _shards(data_dir, record, mine)
    videos = {video_id for _, video_id in mine.every} - {""}
    key = _key(data_dir, record, mine)
    others = [item for item in datasets.all(None) if item.id != record.id]
    others_shards: set[Path] = set()
    for other in others:
        listing = _listing(datasets, other)
        theirs = _shards(data_dir, other, listing)
        others_shards |= theirs
        videos -= {video_id for _, video_id in listing.every}
        if theirs == shards and _key(data_dir, other, listing) == key:
            key = ""
    # Those of other encoders too, where the videos are of no other dataset: second opinions.
    alone = {path for video_id in videos for path in _of_content(data_dir, video_id)}
    maps = data_dir / "projections" / key
    return Removal(
        record=record,
        shards=tuple(sorted((shards | alone) - others_shards)),
        uploads=tuple(
            source.path
            for source in record.sources
            if source.kind == "upload"
            and source.path.parent == data_dir / "uploads"
            and source.path.is_dir()
            and not any(other.has_upload(source.path) for other in others)
        ),
        maps=(maps,) if key and maps.is_dir() else (),
        clips=tuple(clips_of(data_dir, videos)),
        kept=len(shards & others_shards),
    )


def remove_dataset(data_dir: Path, record: DatasetRecord) -> list[str]:
    """Remove a dataset and what no other uses; return why some of that stays.

    No job may work on it. The dataset goes first: what a killed process leaves behind is of no
    dataset, and found by the store command. Original videos and output folders are not touched.

    Raises:
        StoreError: The catalogue cannot be read or written; nothing is removed.
    """
    removal = plan_removal(data_dir, record)
    Datasets(data_dir).remove(record.id)
    for clip in removal.clips:
        with contextlib.suppress(OSError):  # any is made again, and the oldest go by themselves
            clip.unlink()
    reasons = []
    for path in (*removal.maps, *removal.shards, *removal.uploads):
        reason = inventory.remove(data_dir, inventory.stored(path))
        if reason and path.exists():
            reasons.append(f"{path.name}: {reason}")
    return reasons


def _of_content(data_dir: Path, video_id: str) -> Iterator[Path]:
    return (data_dir / "shards" / video_id[:2]).glob(f"{video_id}-*")


def _listing(datasets: Datasets, record: DatasetRecord) -> Listing:
    """Return the videos of a dataset; none where nobody has looked yet, or the list is damaged."""
    listing = None
    with contextlib.suppress(SeqselError):
        listing = datasets.listing(record.id)
    return listing or Listing(Found((), (), ()), ())


def _shards(data_dir: Path, record: DatasetRecord, listing: Listing) -> set[Path]:
    """Return the shards of a dataset that are there."""
    store = ShardStore(data_dir)
    try:
        spec = encoder_spec(record.encoder)
    except SeqselError:  # an encoder whose file is gone
        return set()
    paths = {
        store.path(video_id, shard_key(spec, video))
        for video, video_id in listing.every
        if video_id
    }
    return {path for path in paths if path.is_dir()}


def _key(data_dir: Path, record: DatasetRecord, listing: Listing) -> str:
    """Return the key of a dataset, which names its maps; '' where it cannot be opened."""
    try:
        dataset = open_dataset(ShardStore(data_dir), record, listing, partial=True)
    except SeqselError:
        return ""
    return dataset.key if dataset else ""


def _own_size(folder: Path) -> int:
    """Return the bytes of the files in a folder that have no other name elsewhere."""
    total = 0
    for path in folder.iterdir():
        with contextlib.suppress(OSError):
            found = path.lstat()
            total += found.st_size if found.st_nlink == 1 else 0
    return total
