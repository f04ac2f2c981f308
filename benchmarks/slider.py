"""What a slider move costs, at 10,000 sequences: in the engine, and as a whole page.

    python benchmarks/slider.py

100,000 stored frames of 1,280 dimensions (float16, memory-mapped, wandering like video) are
cut into 10,000 sequences of ten. Promise: in the engine a move of the number of samples
answers within 300 ms, because picks made before are kept; the table sets that beside
selecting anew. The page is app.py run whole by Streamlit's test runner, without a browser.
"""

from __future__ import annotations

import logging
import os
import resource
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import TypeVar

import numpy as np
from PIL import Image
from streamlit.testing.v1 import AppTest

from seqsel_core.dataset import Dataset
from seqsel_core.embed.measures import Measures
from seqsel_core.embed.spec import encoder_spec
from seqsel_core.opening import open_dataset, shard_key
from seqsel_core.project.maps import pca, stack
from seqsel_core.select.kcenter import KCenter
from seqsel_core.select.selection import nested
from seqsel_core.sequences import cut, pool
from seqsel_core.store.datasets import Datasets, Listing
from seqsel_core.store.projections import Projections
from seqsel_core.store.shards import ShardInfo, ShardStore
from seqsel_core.video.discover import Found
from seqsel_core.video.types import Video

VIDEOS, FRAMES, DIMENSIONS, LENGTH = 50, 2000, 1280, 10
LIMIT_MS = 300
ENCODER = "efficientnet-lite0"
APP = Path(__file__).parents[1] / "app.py"
T = TypeVar("T")


def main() -> None:
    """Measure, and print two tables."""
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SEQSEL_DATA_DIR"] = folder
        dataset = _store(Path(folder))
        _engine(dataset)
        _page()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'peak memory, libraries included':<40}{memory:>10.0f} MB")


def _engine(dataset: Dataset) -> None:
    sequences, cut_ms = _timed(lambda: cut(dataset.frame_indices, LENGTH))
    points, pool_ms = _timed(lambda: pool(dataset.embeddings, sequences))
    everything = np.ones(len(sequences), np.bool_)
    greedy, prepare_ms = _timed(lambda: KCenter(points, everything))
    _, first_ms = _timed(lambda: nested(greedy, 20))
    _, more_ms = _timed(lambda: nested(greedy, 30))
    _, back_ms = _timed(lambda: nested(greedy, 25))
    _, anew_ms = _timed(lambda: nested(KCenter(points, everything), 30))
    print(f"The engine, {len(sequences):,} sequences of {LENGTH} × {DIMENSIONS} dimensions")
    _row("new length: cut", cut_ms)
    _row("new length: average the frames", pool_ms)
    _row("new length: prepare the selection", prepare_ms)
    _row("first 20 sequences", first_ms)
    _row("20 → 30 sequences", more_ms)
    _row("30 → 25 sequences", back_ms)
    _row("30 sequences selected anew", anew_ms)
    print(f"{'a move, against the limit':<40}{more_ms / LIMIT_MS:>10.2f} × {LIMIT_MS} ms")
    print(f"{'a move, against selecting anew':<40}{more_ms / anew_ms:>10.2f} ×")


def _page() -> None:
    app = AppTest.from_file(str(APP), default_timeout=300)
    app.switch_page("pages/explore/explore.py")
    _, first_ms = _timed(app.run)
    print("The whole page, with PCA map, timeline and strips")
    _row("first look", first_ms)
    for name, value in (("n_samples", 300), ("n_samples", 250), ("n_samples", 310), ("length", 11)):
        slider = next(item for item in app.slider if item.key.startswith(f"{name}_slider"))
        slider.set_value(value)
        _, move_ms = _timed(app.run)
        assert not app.exception
        _row(f"{name} → {value}", move_ms)


def _store(data_dir: Path) -> Dataset:
    """Store videos as embedding would, without decoding or a network."""
    random = np.random.default_rng(0)
    store, datasets, spec = ShardStore(data_dir), Datasets(data_dir), encoder_spec(ENCODER)
    record = datasets.create("x", data_dir, "folder", encoder=ENCODER, frame_order="alphabetical")
    buffer = BytesIO()
    Image.new("RGB", (192, 108)).save(buffer, "JPEG")
    videos = [Video(f"{number:02d}.mp4", data_dir / f"{number}", 1) for number in range(VIDEOS)]
    for number, video in enumerate(videos):
        scene = random.normal(size=(1, DIMENSIONS)).astype(np.float32)
        steps = random.normal(scale=0.05, size=(FRAMES, DIMENSIONS)).astype(np.float32)
        walk = scene + np.cumsum(steps, axis=0)
        walk /= np.linalg.norm(walk, axis=1, keepdims=True)
        writer = store.writer(f"{number:032x}", shard_key(spec, video))
        for index, vector in enumerate(walk):
            row = (index, index, index / 25, number * FRAMES + index, False, *Measures())
            writer.append(vector, row, buffer.getvalue())
        writer.finish(
            ShardInfo(spec.key, "pyav", FRAMES, DIMENSIONS, 192, 108, (1, 25), FRAMES, ())
        )
    ids = tuple(f"{number:032x}" for number in range(VIDEOS))
    listing = Listing(Found(tuple(videos), (), ()), ids)
    datasets.save_listing(record.id, listing)
    dataset = open_dataset(store, record, listing)
    assert dataset is not None
    chosen = [part[::5] for part in dataset.embeddings]  # as many as a map shows
    Projections(data_dir, dataset.key).save("pca", pca(stack(chosen)))
    return dataset


def _row(name: str, milliseconds: float) -> None:
    print(f"  {name:<38}{milliseconds:>10.2f} ms")


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    result = work()
    return result, 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()
