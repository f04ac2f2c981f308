"""Named sets of earlier selections: what they hold counts as already selected."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from seqsel_core.errors import ConfigError, StoreError


@dataclass
class PoolContent:
    """Sequences selected before.

    Attributes:
        keys: One text per sequence, '{video_id}:{start}:{stop}'.
        vectors: Their representations, shape (C, D), float32; None where there are none.
    """

    keys: list[str] = field(default_factory=list)
    vectors: npt.NDArray[np.float32] | None = None


class Datapool:
    """One datapool, kept as `datapools/<name>.npz` in the data directory."""

    def __init__(self, data_dir: Path, name: str) -> None:
        """Name it.

        Raises:
            ConfigError: The name is not letters, digits, '.', '_' and '-'.
        """
        if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}", name):
            raise ConfigError(
                f"datapool.name={name} must be letters, digits, '.', '_' and '-' only."
            )
        self._name = name
        self._path = data_dir / "datapools" / f"{name}.npz"

    def load(self, encoder: str) -> PoolContent:
        """Return what was selected before; nothing if the pool is new.

        Args:
            encoder: What made the vectors: the encoder, and the representation where it is not
                the mean. Vectors of another make cannot be compared.

        Raises:
            ConfigError: It was filled with another encoder.
            StoreError: Its file is damaged.
        """
        if not self._path.exists():
            return PoolContent()
        try:
            with self._path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                used = str(stored["encoder"])
                content = PoolContent([str(key) for key in stored["keys"]], stored["vectors"])
        except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
            raise StoreError(f"The datapool {self._path} is damaged: {error}.") from error
        if used != encoder:
            raise ConfigError(
                f"datapool.name={self._name} holds selections made with the encoder {used}, "
                f"this run uses {encoder}. Use that encoder, or another datapool."
            )
        return content

    def add(self, encoder: str, keys: list[str], vectors: npt.NDArray[np.float32]) -> None:
        """Add the sequences of a run whose output folder is written; see `PoolContent`.

        Raises:
            ConfigError, StoreError: As `load`; or it cannot be written.
        """
        try:
            with self._lock():
                before = self.load(encoder)
                if before.vectors is not None:
                    keys = before.keys + keys
                    vectors = np.concatenate([before.vectors, vectors])
                self._write(encoder, keys, vectors)
        except OSError as error:
            raise StoreError(
                f"The output folder is complete, but its selection is not in the datapool: "
                f"{self._path} cannot be written: {error.strerror}."
            ) from error

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        """Keep other processes from adding at the same time."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path.parent, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _write(self, encoder: str, keys: list[str], vectors: npt.NDArray[np.float32]) -> None:
        temporary = self._path.with_name(f".{uuid.uuid4().hex}.tmp")
        try:
            with temporary.open("wb") as file:
                np.savez(file, encoder=encoder, keys=np.array(keys, np.str_), vectors=vectors)
            temporary.replace(self._path)
        finally:
            temporary.unlink(missing_ok=True)
