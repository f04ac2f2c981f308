"""One directory per (video content, encoder, decoder): embeddings, frame table, thumbnails.

    shards/<first two digits>/<video_id>-<encoder key>.v<format>/
        embeddings.f16    unit vectors, little-endian float16, (N, D)
        frames.npy        FRAME_DTYPE, (N,)
        thumbnails.bin    JPEG files one after the other
        thumbnails.npy    where each starts, and the end of the last, int64, (N + 1,)
        manifest.json     sizes, encoder, problems; its time stamp is the last use, to the hour

It is written in a temporary directory, synced, and renamed when complete: a directory under
its final name is whole. A video in which nothing can be read has a shard too, with N = 0.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from seqsel_core.errors import StoreError
from seqsel_core.store.files import is_abandoned, note_use, rename, sync, trouble, try_lock
from seqsel_core.video.types import Problem

FORMAT = 2
"""Goes up with every change of what lies in a shard, or of how pixels and embeddings are made
that no key names. Shards of another format are not found: their videos are embedded again."""


FRAME_DTYPE = np.dtype(
    [
        ("index", "<i8"),  # 0-based, display order
        ("pts", "<i8"),  # in units of the time base
        ("seconds", "<f8"),  # NaN for folders of frames
        ("pixel_hash", "<u8"),  # of the full-size decoded picture
        ("damaged", "?"),  # the decoder says that parts are missing
        ("uniform_rows", "<f4"),  # this and all below: see `embed.measures.Measures`
        ("sharpness", "<f4"),
        ("brightness", "<f4"),
        ("contrast", "<f4"),
        ("difference", "<f4"),
        ("perceptual_hash", "<u8"),
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


class ShardName(NamedTuple):
    """What the name of a shard's directory says.

    Attributes:
        video_id: Content id of the video.
        key: Encoder, preprocessing and decoder.
        format: Of its files.
    """

    video_id: str
    key: str
    format: int

    @classmethod
    def parse(cls, name: str) -> ShardName | None:
        """Return the parts of a directory's name; None if it is not that of a shard."""
        parts = re.fullmatch(r"([0-9a-f]{32})-(.+?)(?:\.v(\d+))?", name, re.ASCII)
        return cls(parts[1], parts[2], int(parts[3] or 1)) if parts else None

    def __str__(self) -> str:
        return f"{self.video_id}-{self.key}.v{self.format}"


class Shard:
    """A stored video, opened for reading.

    Its arrays are read or mapped when they are asked for first, and no file stays open: a
    dataset may have more videos than a process may open files.
    """

    def __init__(self, path: Path) -> None:
        """Open the shard in a directory: its manifest is read, the sizes of all files checked.

        Raises:
            StoreError: The directory does not hold a whole shard of this format, or cannot be
                read.
        """
        self.path = path
        try:
            manifest = json.loads((path / "manifest.json").read_bytes())
            if manifest.pop("format") != FORMAT:
                raise ValueError("another format")
            for name, size in manifest.pop("files").items():
                if (path / name).stat().st_size != size:
                    raise ValueError(f"{name} has another size")
            problems = tuple(Problem(**problem) for problem in manifest.pop("problems"))
            manifest["time_base"] = tuple(manifest["time_base"])
            self.info = ShardInfo(**manifest, problems=problems)
            wanted = 2 * self.info.n_frames * self.info.dimensions
            if (path / "embeddings.f16").stat().st_size != wanted:
                raise ValueError("embeddings.f16 does not fit its manifest")
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._unusable(error) from error

    @property
    def embeddings(self) -> npt.NDArray[np.float16]:
        """Unit vectors, shape (N, D), float16, mapped from the file anew, and read-only.

        Raises:
            StoreError: The file cannot be read.
        """
        shape = (self.info.n_frames, self.info.dimensions)
        if not all(shape):
            return np.empty(shape, np.float16)
        try:
            return _mapped(self.path / "embeddings.f16").reshape(shape)
        except (OSError, ValueError) as error:
            raise self._unusable(error) from error

    def read_embeddings(self, first: int, stop: int) -> npt.NDArray[np.float16]:
        """Return rows `[first, stop)` of `embeddings`, read into memory of their own.

        For whoever goes through all: the first touch of mapped pages takes longer than to read
        them, and threads wait for each other there.

        Raises:
            StoreError: The file cannot be read.
        """
        dimensions = self.info.dimensions
        path, count = self.path / "embeddings.f16", (stop - first) * dimensions
        try:
            read = np.fromfile(path, "<f2", count, offset=2 * first * dimensions)
            return read.reshape(stop - first, dimensions)
        except (OSError, ValueError) as error:
            raise self._unusable(error) from error

    @cached_property
    def frames(self) -> npt.NDArray[Any]:
        """The frame table, `FRAME_DTYPE`, shape (N,).

        Raises:
            StoreError: The file is damaged or cannot be read.
        """
        return self._load("frames.npy", FRAME_DTYPE, self.info.n_frames)

    def thumbnails(self, rows: Sequence[int]) -> list[bytes]:
        """Return the JPEG thumbnails of these rows of the frame table.

        Raises:
            StoreError: They are damaged or cannot be read.
        """
        try:
            with (self.path / "thumbnails.bin").open("rb") as file:
                pictures = []
                for row in rows:
                    file.seek(int(self._offsets[row]))
                    pictures.append(file.read(int(self._offsets[row + 1] - self._offsets[row])))
                return pictures
        except OSError as error:
            raise self._unusable(error) from error

    @cached_property
    def _offsets(self) -> npt.NDArray[np.int64]:
        return self._load("thumbnails.npy", np.dtype(np.int64), self.info.n_frames + 1)

    def _load(self, name: str, dtype: np.dtype[Any], length: int) -> npt.NDArray[Any]:
        try:
            loaded = np.load(self.path / name, allow_pickle=False)
            if loaded.dtype != dtype or loaded.shape != (length,):
                raise ValueError(f"{name} does not fit the manifest")
        except (OSError, ValueError, EOFError) as error:
            raise self._unusable(error) from error
        return np.asarray(loaded)

    def _unusable(self, error: Exception) -> StoreError:
        """Tell damage, which is cured by embedding again, from what is not the shard's fault."""
        if isinstance(error, OSError) and not isinstance(error, FileNotFoundError):
            return StoreError(
                f"The stored embeddings in {self.path} cannot be read: {trouble(error, self.path)}"
            )
        return StoreError(
            f"The stored embeddings in {self.path} are damaged ({error}). "
            "Remove that directory; the video is then embedded again."
        )


class ShardWriter:
    """Writes one shard piece by piece, in memory that does not grow with the video's pixels.

    In a `with` statement it discards at the end what is not finished.
    """

    def __init__(self, final: Path, temporary_root: Path) -> None:
        """Begin a shard that will lie at `final`.

        Raises:
            OSError: It cannot be written.
        """
        self._final = final
        self._path = temporary_root / uuid.uuid4().hex
        self._path.mkdir(parents=True)
        self._lock: int | None = os.open(self._path, os.O_RDONLY)
        try_lock(self._lock)  # tells others, in other containers too, that somebody writes here
        with contextlib.ExitStack() as undo:
            undo.callback(self._remove)
            self._embeddings = undo.enter_context((self._path / "embeddings.f16").open("wb"))
            self._thumbnails = undo.enter_context((self._path / "thumbnails.bin").open("wb"))
            undo.pop_all()
        self._rows: list[tuple[Any, ...]] = []
        self._offsets = [0]
        self.dimensions = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.discard()

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

        Raises:
            OSError: It cannot be written.
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
            files = sorted(self._path.iterdir())
            sizes = {path.name: path.stat().st_size for path in files}
            text = json.dumps({"format": FORMAT, **asdict(info), "files": sizes}, indent=1)
            manifest = self._path / "manifest.json"
            manifest.write_text(text, "utf-8")
            for file in [*files, manifest, self._path]:
                sync(file)
            self._final.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                # Another process may have finished the same video; both are equal.
                rename(self._path, self._final)
            for folder in (self._final.parent, self._final.parent.parent):
                sync(folder)
        finally:
            self.discard()
        return Shard(self._final)

    def discard(self) -> None:
        """Remove what was written, unless it is finished."""
        for file in (self._embeddings, self._thumbnails):
            with contextlib.suppress(OSError):  # closing writes; the disk may be full
                file.close()
        self._remove()

    def _remove(self) -> None:
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
        self.root = data_dir / "shards"
        self.temporary = self.root / "tmp"
        try:
            self.temporary.mkdir(parents=True, exist_ok=True)
            probe = self.temporary / uuid.uuid4().hex
            probe.mkdir()
            probe.rmdir()
            self._remove_leftovers()
        except OSError as error:
            raise StoreError(
                f"The data directory {data_dir} cannot be written: {trouble(error, data_dir)}"
            ) from error

    def path(self, video_id: str, encoder_key: str) -> Path:
        """Return where the shard of this content and encoder lies or will lie."""
        return self.root / video_id[:2] / str(ShardName(video_id, encoder_key, FORMAT))

    def find(self, video_id: str, encoder_key: str, *, used: bool = True) -> Shard | None:
        """Return the stored shard, or None.

        Args:
            video_id: Content id of the video.
            encoder_key: Encoder, preprocessing and decoder.
            used: Whether this counts as its last use.

        Raises:
            StoreError: It is there but damaged.
        """
        path = self.path(video_id, encoder_key)
        if not path.exists():
            return None
        try:
            if used:
                note_use(path / "manifest.json")
            return Shard(path)
        except StoreError:
            if not path.exists():  # removed by another process at this moment
                return None
            raise

    def writer(self, video_id: str, encoder_key: str) -> ShardWriter:
        """Begin to write a shard.

        Raises:
            OSError: It cannot be written.
        """
        return ShardWriter(self.path(video_id, encoder_key), self.temporary)

    def _remove_leftovers(self) -> None:
        """Remove what processes that no longer live left half-written."""
        for path in filter(is_abandoned, self.temporary.iterdir()):
            shutil.rmtree(path, ignore_errors=True)  # somebody else may remove it too


def _mapped(path: Path) -> npt.NDArray[np.float16]:
    """Map a file of float16 numbers; unlike `numpy.memmap` this keeps no file open."""
    import pyarrow

    with pyarrow.memory_map(os.fsencode(path)) as file:
        return np.frombuffer(file.read_buffer(), "<f2")
