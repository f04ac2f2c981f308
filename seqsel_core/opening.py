"""Open a dataset of the catalogue from what is stored, without decoding or a network."""

from __future__ import annotations

from collections.abc import Iterable

from seqsel_core.dataset import Dataset, EmbeddedVideo, Unreadable
from seqsel_core.embed.spec import EncoderSpec, encoder_spec
from seqsel_core.store.datasets import DatasetRecord, Listing
from seqsel_core.store.shards import Shard, ShardStore
from seqsel_core.video.decoders import decoder_for
from seqsel_core.video.types import Video

NOT_EMBEDDED = "not embedded yet"
"""Reason of a video that waits to be embedded."""


def shard_key(spec: EncoderSpec, video: Video, decoder: str = "auto") -> str:
    """Return the part of a shard's name that says how the video was read and embedded."""
    return f"{spec.key}-{decoder_for(video, decoder).name}"


def stored_shards(
    store: ShardStore, record: DatasetRecord, listing: Listing
) -> list[tuple[Video, str, Shard | None]]:
    """Return (video, content id, its shard or None) for every video of a dataset.

    Raises:
        StoreError: A shard is damaged.
    """
    spec = encoder_spec(record.encoder)
    shards = []
    for video, video_id in zip(listing.found.videos, listing.video_ids, strict=True):
        shard = store.find(video_id, shard_key(spec, video)) if video_id else None
        shards.append((video, video_id, shard))
    return shards


def sort_out(
    shards: Iterable[tuple[Video, str, Shard | None]], *, absent: str = NOT_EMBEDDED
) -> tuple[list[EmbeddedVideo], list[Unreadable]]:
    """Return the videos of which frames are stored, and the others, each with its reason.

    Args:
        shards: As `stored_shards` returns them.
        absent: Reason of a video that has no shard.
    """
    videos, unreadable = [], []
    for video, video_id, shard in shards:
        if not video_id:
            unreadable.append(Unreadable(video, "cannot be read"))
        elif shard is None:
            unreadable.append(Unreadable(video, absent))
        elif shard.info.n_frames:
            videos.append(EmbeddedVideo(video, video_id, shard))
        else:
            reasons = "; ".join(problem.reason for problem in shard.info.problems)
            unreadable.append(Unreadable(video, reasons or "holds no frame"))
    return videos, unreadable


def open_dataset(
    store: ShardStore, record: DatasetRecord, listing: Listing, *, partial: bool = False
) -> Dataset | None:
    """Return the dataset, or None while a video of it is not stored yet.

    Args:
        store: Holds the shards.
        record: The dataset.
        listing: Its videos.
        partial: Do with the videos that are stored: the others are unreadable, 'not embedded
            yet'. None only while no frame of any is stored.

    Raises:
        StoreError: A shard is damaged.
    """
    shards = stored_shards(store, record, listing)
    videos, unreadable = sort_out(shards)
    waiting = any(video_id and shard is None for _, video_id, shard in shards)
    if waiting and not (partial and videos):
        return None
    return Dataset(
        videos=tuple(videos),
        unreadable=tuple(unreadable),
        encoder=encoder_spec(record.encoder).key,
        ignored=listing.found.ignored,
        warnings=listing.found.warnings,
    )
