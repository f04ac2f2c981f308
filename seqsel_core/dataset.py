"""A dataset: videos whose embeddings are stored, ready for everything that comes after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

import numpy as np
import numpy.typing as npt
import xxhash

from seqsel_core.names import frame_name
from seqsel_core.store.shards import Shard
from seqsel_core.video.types import Video


@dataclass(frozen=True)
class EmbeddedVideo:
    """A video with its stored embeddings.

    Attributes:
        video: Where it lies and what it is called.
        video_id: Hash of its content.
        shard: Its embeddings, frame table and thumbnails.
    """

    video: Video
    video_id: str
    shard: Shard

    @property
    def frames(self) -> npt.NDArray[Any]:
        """The frame table, `FRAME_DTYPE`, shape (N,)."""
        table: npt.NDArray[Any] = self.shard.frames
        return table

    def frame_name(self, index: int) -> str:
        """Return the name of the frame with this index."""
        return frame_name(self.video, index, self.shard.info.total_frames)


@dataclass(frozen=True)
class Unreadable:
    """A video of which not one frame could be read.

    Attributes:
        video: The video.
        reason: Why, as one sentence.
    """

    video: Video
    reason: str


class _Stored(Sequence[npt.NDArray[Any]]):
    """Stored embeddings, each mapped when it is asked for; or read, rows by rows."""

    def __init__(self, videos: tuple[EmbeddedVideo, ...]) -> None:
        self._videos = videos

    def __len__(self) -> int:
        return len(self._videos)

    @overload
    def __getitem__(self, at: int) -> npt.NDArray[Any]: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[npt.NDArray[Any]]: ...

    def __getitem__(self, at: int | slice) -> npt.NDArray[Any] | Sequence[npt.NDArray[Any]]:
        if isinstance(at, slice):
            return _Stored(self._videos[at])
        return self._videos[at].shard.embeddings

    def read(self, at: int, first: int, stop: int) -> npt.NDArray[Any]:
        """Return rows `[first, stop)` of a video in memory of their own."""
        return self._videos[at].shard.read_embeddings(first, stop)


@dataclass(frozen=True)
class Dataset:
    """Videos with stored embeddings, sorted by name.

    Attributes:
        videos: Those with at least one readable frame.
        unreadable: The others.
        encoder: Key of the encoder.
        ignored: Names of files that are neither video nor frame.
        warnings: Sentences for people.
        embedded_now: Frames that were embedded for this call; 0 if all were stored before.
        given: Embeddings that the user brought, one array (N, D) per video; None if the
            stored ones count.
    """

    videos: tuple[EmbeddedVideo, ...]
    unreadable: tuple[Unreadable, ...]
    encoder: str
    ignored: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    embedded_now: int = 0
    given: tuple[npt.NDArray[np.float32], ...] | None = None

    @property
    def embeddings(self) -> Sequence[npt.NDArray[Any]]:
        """Unit vectors per video, shape (N, D) each; those that are stored are mapped one by one.

        What was read of a mapped file counts as memory of the process until nobody holds the
        array: hold one video's at a time where there may be many.
        """
        return self.given or _Stored(self.videos)

    @cached_property
    def key(self) -> str:
        """Text that is the same exactly for the same frames in the same order, so encoded."""
        digest = xxhash.xxh3_128(self.encoder.encode())
        for video in self.videos:
            digest.update(f" {video.video_id} {video.shard.path.name}".encode())
        for part in self.given or ():
            digest.update(np.ascontiguousarray(part).data)
        return digest.hexdigest()

    @cached_property
    def n_frames(self) -> int:
        """Readable frames in all videos."""
        return sum(len(video.frames) for video in self.videos)

    @property
    def frame_indices(self) -> tuple[npt.NDArray[Any], ...]:
        """Indices of the readable frames per video, ascending, shape (N,) each."""
        return tuple(video.frames["index"] for video in self.videos)
