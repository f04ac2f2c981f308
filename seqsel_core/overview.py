"""A dataset of the app in a few numbers, for a list of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from seqsel_core.embed.spec import encoder_spec
from seqsel_core.errors import StoreError
from seqsel_core.opening import shard_key
from seqsel_core.store.datasets import DatasetRecord, Listing
from seqsel_core.store.inventory import size_of
from seqsel_core.store.shards import Shard, ShardStore


@dataclass(frozen=True)
class Overview:
    """What of a dataset is there.

    Attributes:
        n_videos: Videos that take part.
        n_waiting: Those that are not embedded yet.
        n_unreadable: Those of which no frame could be read, or whose embeddings are damaged.
        n_frames: Frames that are embedded.
        size: Bytes of embeddings, thumbnails and uploaded files; what several datasets have
            counts in each.
    """

    n_videos: int
    n_waiting: int
    n_unreadable: int
    n_frames: int
    size: int


def overview(data_dir: Path, record: DatasetRecord, listing: Listing) -> Overview:
    """Count what of a dataset is there. Only manifests are read, and no use of them is noted.

    Raises:
        EncoderError: The dataset's encoder is not known.
        StoreError: The data directory cannot be used.
    """
    spec, store = encoder_spec(record.encoder), ShardStore(data_dir)
    waiting = unreadable = frames = 0
    sizes: dict[Path, int] = {}
    for video, video_id in listing.pairs:
        path = store.path(video_id, shard_key(spec, video)) if video_id else None
        if path is None:
            unreadable += 1
            continue
        if not path.is_dir():
            waiting += 1
            continue
        try:
            n_frames = Shard(path).info.n_frames
        except StoreError:
            n_frames = 0
        sizes[path] = size_of(path)
        frames += n_frames
        unreadable += not n_frames
    uploads = (source.path for source in record.sources if source.kind == "upload")
    sizes.update({path: size_of(path) for path in uploads})
    return Overview(len(listing.found.videos), waiting, unreadable, frames, sum(sizes.values()))
