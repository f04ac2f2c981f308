"""Maps of datasets, kept between runs: `projections/<dataset key>/<name>.npy`."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import numpy as np
import numpy.typing as npt

from seqsel_core.store.files import note_use


class Projections:
    """The stored maps of one dataset."""

    def __init__(self, data_dir: Path, dataset_key: str) -> None:
        """Name them; nothing is created before the first `save`."""
        self._folder = data_dir / "projections" / dataset_key

    def load(self, name: str) -> npt.NDArray[np.float32] | None:
        """Return a map, shape (M, 2), float32; None if it is not stored or not readable."""
        path = self._folder / f"{name}.npy"
        try:
            stored = np.load(path, allow_pickle=False)
            note_use(path)
        except (OSError, ValueError, EOFError):
            return None  # it is only a cache: it is computed again
        return np.asarray(stored, np.float32)

    def save(self, name: str, coordinates: npt.NDArray[np.float32]) -> None:
        """Store a map, whole or not at all.

        Raises:
            OSError: It cannot be written.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        temporary = self._folder / f".{name}-{os.getpid()}-{uuid.uuid4().hex}.tmp"
        with temporary.open("wb") as file:
            np.save(file, coordinates)
        temporary.replace(self._folder / f"{name}.npy")
