"""An embedded dataset, put into a store without decoding or a network."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from seqsel_core.embed.measures import Measures
from seqsel_core.embed.spec import encoder_spec
from seqsel_core.opening import open_dataset, shard_key
from seqsel_core.project.maps import pca, stack
from seqsel_core.store.datasets import DatasetRecord, Datasets, Listing, Source
from seqsel_core.store.projections import Projections
from seqsel_core.store.shards import ShardInfo, ShardStore
from seqsel_core.video.discover import Found
from seqsel_core.video.types import Problem, Video

ENCODER = "efficientnet-lite0"


def store_dataset(
    data_dir: Path,
    names: Sequence[str],
    frames: Sequence[int],
    *,
    name: str = "Street",
    ignored: Sequence[str] = ("notes.txt",),
    broken: str = "broken.mp4",
    owner: str = "",
    folder: Path | None = None,
) -> DatasetRecord:
    """Store a dataset and return it.

    Args:
        data_dir: Where the app keeps its data.
        names: Of the videos.
        frames: How many each of them has.
        name: Of the dataset.
        ignored: Files that are neither video nor frame.
        broken: A video of which nothing can be read.
        owner: See `Datasets.create`.
        folder: The source of the dataset; None: `data_dir`.
    """
    store, datasets, folder = ShardStore(data_dir), Datasets(data_dir), folder or data_dir
    spec = encoder_spec(ENCODER)
    record = datasets.create(
        *(name, [Source(folder, "folder")]),
        encoder=ENCODER,
        frame_order="alphabetical",
        owner=owner,
    )
    random = np.random.default_rng(0)
    videos, ids = [], []
    for number, (video_name, count) in enumerate(zip(names, frames, strict=True)):
        video = Video(video_name, folder / video_name, 1000 * count)
        video_id = f"{number:08x}{0:024x}"
        writer = store.writer(video_id, shard_key(spec, video))
        walk = np.cumsum(random.normal(size=(count, 16)), axis=0) + 3 * number
        for index, vector in enumerate(walk):
            row = (index, index * 40, index / 25, number * 1000 + index, False, *Measures())
            writer.append(vector / np.linalg.norm(vector), row, _jpeg(index))
        writer.finish(_info(spec.key, count, ()))
        videos.append(video)
        ids.append(video_id)
    unreadable = Video(broken, folder / broken, 10)
    writer = store.writer("f" * 32, shard_key(spec, unreadable))
    writer.finish(_info(spec.key, 0, (Problem("cannot be opened: damaged"),)))
    found = Found((*videos, unreadable), tuple(ignored), ())
    listing = Listing(found, (*ids, "f" * 32))
    datasets.save_listing(record.id, listing)
    opened = open_dataset(store, record, listing)
    assert opened is not None
    Projections(data_dir, opened.key).save("pca", pca(stack(opened.embeddings)))
    return record


def _info(key: str, frames: int, problems: tuple[Problem, ...]) -> ShardInfo:
    return ShardInfo(key, "pyav", frames, 16 if frames else 0, 64, 36, (1, 1000), frames, problems)


def _jpeg(index: int) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (64, 36), (index % 256, 90, 160)).save(buffer, "JPEG")
    return buffer.getvalue()
