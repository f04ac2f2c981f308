"""One directory per (video content, encoder): embeddings, frame table, thumbnails.

    shards/<first two digits>/<video_id>-<encoder key>/
        embeddings.f16    unit vectors, little-endian float16, (N, D)
        frames.npy        FRAME_DTYPE, (N,)
        thumbnails.bin    JPEG files one after the other
        thumbnails.npy    where each starts, and the end of the last, int64, (N + 1,)
        manifest.json     sizes, encoder, problems

It is written in a temporary directory, synced, and renamed when complete: a directory under
its final name is whole. A video in which nothing can be read has a shard too, with N = 0.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import time
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from seqsel_core.errors import StoreError
from seqsel_core.video.types import Problem

FORMAT = 1

_YOUNG = 60.0  # seconds; a temporary directory this new is never a leftover

FRAME_DTYPE = np.dtype(
    [
        ("index", "<i8"),  # 0-based, display order
        ("pts", "<i8"),  # in units of the time base
        ("seconds", "<f8"),  # NaN for folders of frames
        ("pixel_hash", "<u8"),  # of the full-size decoded picture
        ("uniform_rows", "<f4"),  # share of rows that have one colour
        ("damaged", "?"),  # the decoder says that parts are missing
    ]
)


@dataclass(frozen=True)
class ShardInfo:
    """What a shard's manifest says.

    Attributes:
        encoder: Key of the encoder and its preprocessing.
        decoder: Name of the decoder.
        n_frames: Readable frames, N.
        dimensions: Length of an embedding, D.
        width: Of the upright picture, in pixels.
        height: Of the upright picture, in pixels.
        time_base: Seconds per unit of pts, as (numerator, denominator).
        total_frames: Frames there are, unreadable ones of a folder included.
        problems: What went wrong while reading.
    """

    encoder: str
    decoder: str
    n_frames: int
    dimensions: int
    width: int
    height: int
    time_base: tuple[int, int]
    total_frames: int
    problems: tuple[Problem, ...]


class Shard:
    """A stored video, opened for reading; arrays are memory-mapped."""

    def __init__(self, path: Path) -> None:
        """Open the shard in a directory.

        Raises:
            StoreError: The directory does not hold a whole shard of this format.
        """
        self.path = path
        try:
            manifest = json.loads((path / "manifest.json").read_text("utf-8"))
            if manifest.pop("format") != FORMAT:
                raise ValueError("another format")
            problems = tuple(Problem(**problem) for problem in manifest.pop("problems"))
            manifest["time_base"] = tuple(manifest["time_base"])
            self.info = ShardInfo(**manifest, problems=problems)
            shape = (self.info.n_frames, self.info.dimensions)
            self.embeddings: npt.NDArray[np.float16] = (
                np.memmap(path / "embeddings.f16", "<f2", "r", shape=shape)
                if all(shape)
                else np.empty(shape, np.float16)
            )
            if (path / "embeddings.f16").stat().st_size != 2 * shape[0] * shape[1]:
                raise ValueError("embeddings have another size")
            self.frames = np.load(path / "frames.npy", mmap_mode=None, allow_pickle=False)
            self._offsets = np.load(path / "thumbnails.npy", allow_pickle=False)
            if len(self.frames) != shape[0] or len(self._offsets) != shape[0] + 1:
                raise ValueError("lengths differ")
            if (path / "thumbnails.bin").stat().st_size != self._offsets[-1]:
                raise ValueError("thumbnails have another size")
        except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError) as error:
            raise StoreError(
                f"The stored embeddings in {path} are damaged ({error}). "
                "Remove that directory; the video is then embedded again."
            ) from error

    def thumbnails(self, rows: Sequence[int]) -> list[bytes]:
        """Return the JPEG thumbnails of these rows of the frame table."""
        with (self.path / "thumbnails.bin").open("rb") as file:
            pictures = []
            for row in rows:
                file.seek(int(self._offsets[row]))
                pictures.append(file.read(int(self._offsets[row + 1] - self._offsets[row])))
            return pictures


class ShardWriter:
    """Writes one shard piece by piece, in memory that does not grow with the video's pixels."""

    def __init__(self, final: Path, temporary_root: Path) -> None:
        """Begin a shard that will lie at `final`."""
        self._final = final
        self._path = temporary_root / uuid.uuid4().hex
        self._path.mkdir(parents=True)
        self._lock: int | None = os.open(self._path, os.O_RDONLY)
        _try_lock(self._lock)  # tells others, in other containers too, that somebody writes here
        self._embeddings = (self._path / "embeddings.f16").open("wb")
        self._thumbnails = (self._path / "thumbnails.bin").open("wb")
        self._rows: list[tuple[Any, ...]] = []
        self._offsets = [0]
        self.dimensions = 0

    @property
    def n_frames(self) -> int:
        """Frames appended so far."""
        return len(self._rows)

    def append(self, embedding: npt.NDArray[Any], row: tuple[Any, ...], thumbnail: bytes) -> None:
        """Add one frame.

        Args:
            embedding: Unit vector, shape (D,).
            row: Values of `FRAME_DTYPE`, in its order.
            thumbnail: A JPEG file.
        """
        self.dimensions = len(embedding)
        self._embeddings.write(embedding.astype("<f2").tobytes())
        self._thumbnails.write(thumbnail)
        self._offsets.append(self._offsets[-1] + len(thumbnail))
        self._rows.append(row)

    def finish(self, info: ShardInfo) -> Shard:
        """Make the shard visible, whole or not at all; return it opened.

        Raises:
            OSError: It cannot be written (disk full, for example); nothing stays behind.
        """
        try:
            np.save(self._path / "frames.npy", np.array(self._rows, FRAME_DTYPE))
            np.save(self._path / "thumbnails.npy", np.array(self._offsets, np.int64))
            self._embeddings.close()
            self._thumbnails.close()
            manifest = {"format": FORMAT, **asdict(info)}
            text = json.dumps(manifest, indent=1)
            (self._path / "manifest.json").write_text(text, "utf-8")
            for file in [*self._path.iterdir(), self._path]:
                _sync(file)
            self._final.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                # Another process may have finished the same video; both are equal.
                _rename(self._path, self._final)
            _sync(self._final.parent)
        finally:
            self.discard()
        return Shard(self._final)

    def discard(self) -> None:
        """Remove what was written, unless it is finished."""
        for file in (self._embeddings, self._thumbnails):
            with contextlib.suppress(OSError):  # closing writes; the disk may be full
                file.close()
        shutil.rmtree(self._path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


class ShardStore:
    """All shards below one data directory."""

    def __init__(self, data_dir: Path) -> None:
        """Use (and create) a data directory.

        Raises:
            StoreError: The directory cannot be created or written.
        """
        self._root = data_dir / "shards"
        self._temporary = self._root / "tmp"
        try:
            self._temporary.mkdir(parents=True, exist_ok=True)
            probe = self._temporary / uuid.uuid4().hex
            probe.mkdir()
            probe.rmdir()
        except OSError as error:
            raise StoreError(
                f"The data directory {data_dir} cannot be written: {error.strerror}. "
                "Choose another with data_dir= or SEQSEL_DATA_DIR."
            ) from error
        self._remove_leftovers()

    def path(self, video_id: str, encoder_key: str) -> Path:
        """Return where the shard of this content and encoder lies or will lie."""
        return self._root / video_id[:2] / f"{video_id}-{encoder_key}"

    def find(self, video_id: str, encoder_key: str) -> Shard | None:
        """Return the stored shard, or None.

        Raises:
            StoreError: It is there but damaged.
        """
        path = self.path(video_id, encoder_key)
        return Shard(path) if path.exists() else None

    def writer(self, video_id: str, encoder_key: str) -> ShardWriter:
        """Begin to write a shard."""
        return ShardWriter(self.path(video_id, encoder_key), self._temporary)

    def _remove_leftovers(self) -> None:
        """Remove what processes that no longer live left half-written.

        A lock ends with its process. Process ids would not do: each container has its own.
        """
        for path in self._temporary.iterdir():
            with contextlib.suppress(OSError):  # somebody else may remove it too
                if time.time() - path.stat().st_mtime < _YOUNG:
                    continue  # its lock may be about to be taken
                descriptor = os.open(path, os.O_RDONLY)
                try:
                    if _try_lock(descriptor):
                        shutil.rmtree(path, ignore_errors=True)
                finally:
                    os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    """Lock a directory until it is closed; False where it is locked, or cannot be."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _rename(source: Path, target: Path) -> None:
    """Rename a directory; FileExistsError where the target is there already."""
    try:
        source.rename(target)
    except OSError as error:
        if target.exists():
            raise FileExistsError(str(target)) from error
        raise


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
