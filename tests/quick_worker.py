"""A worker process with a quick network and no maps: run by the tests of faults.

`python tests/quick_worker.py DATA_DIR WORKER [TRICK]`. A trick is one of: 'block' (a map is a
job that says no word for a minute), 'clock' (the clock of the machine jumps back and forth by
days).
"""

from __future__ import annotations

import itertools
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from seqsel_core.jobs import kinds, worker

SECONDS_PER_FRAME = 0.01


class Encoder:
    """Stands in for a network: a few pixels, as a unit vector, in a time that can be relied on."""

    def embed(self, pictures: Any) -> Any:
        """Return unit vectors, shape (B, 16), float32."""
        time.sleep(SECONDS_PER_FRAME * len(pictures))
        vectors = pictures[:, 5::60, 5::60, 0].reshape(len(pictures), -1)[:, :16]
        vectors = vectors.astype(np.float32) + 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def main(data_dir: Path, name: str, trick: str = "") -> int:
    """Be a worker."""
    sys.modules["seqsel_core.embed.encoders"] = SimpleNamespace(  # type: ignore[assignment]
        load_encoder=lambda spec, device: Encoder(),
        resolve_device=lambda device: SimpleNamespace(type="cpu"),
    )
    kinds._map = lambda *arguments: None
    kinds.KINDS["umap"] = lambda *arguments: {}
    config = kinds._config

    def small(record: Any, folder: Path) -> Any:
        made = config(record, folder)
        made.lightly.loader.batch_size = 8
        return made

    kinds._config = small
    worker._IDLE_SECONDS = 1.0
    if trick == "block":
        kinds.KINDS["umap"] = lambda *arguments: time.sleep(60) or {}
    if trick == "clock":
        now, jumps = time.time, itertools.cycle((0, -86400, 86400, -1e9))
        time.time = lambda: now() + next(jumps)
    return worker.main(data_dir, name)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
