"""Videos that benchmarks explore: stored as embedding would, without decoding or a network."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from seqsel_core.embed.measures import Measures
from seqsel_core.embed.spec import encoder_spec
from seqsel_core.opening import open_dataset, shard_key
from seqsel_core.project.map_set import mapped_frames
from seqsel_core.project.maps import pca, stack
from seqsel_core.store.datasets import Datasets, Listing, Source
from seqsel_core.store.projections import Projections
from seqsel_core.store.shards import ShardInfo, ShardStore
from seqsel_core.video.discover import Found
from seqsel_core.video.types import Video

DIMENSIONS = 1280
ENCODER = "efficientnet-lite0"


def store_videos(data_dir: Path, count: int, frames: int) -> str:
    """Store frames that wander like video, and both maps; return the id of the dataset.

    Args:
        data_dir: Data directory.
        count: Videos.
        frames: Frames of each, of `DIMENSIONS` dimensions.
    """
    random = np.random.default_rng(0)
    store, datasets, spec = ShardStore(data_dir), Datasets(data_dir), encoder_spec(ENCODER)
    record = datasets.create(
        "x", [Source(data_dir, "folder")], encoder=ENCODER, frame_order="alphabetical"
    )
    picture = BytesIO()
    Image.new("RGB", (192, 108), (90, 120, 160)).save(picture, "JPEG")
    videos = [Video(f"{number:04d}.mp4", data_dir / f"{number}", 1) for number in range(count)]
    for number, video in enumerate(videos):
        scene = random.standard_normal((1, DIMENSIONS), np.float32)
        walk = random.standard_normal((frames, DIMENSIONS), np.float32)
        walk *= 0.05
        np.cumsum(walk, axis=0, out=walk)
        walk += scene
        walk /= np.linalg.norm(walk, axis=1, keepdims=True)
        writer = store.writer(f"{number:032x}", shard_key(spec, video))
        for index, vector in enumerate(walk):
            row = (index, index, index / 25, number * frames + index, False, *Measures())
            writer.append(vector, row, picture.getvalue())
        writer.finish(
            ShardInfo(spec.key, "pyav", frames, DIMENSIONS, 192, 108, (1, 25), frames, ())
        )
    ids = tuple(f"{number:032x}" for number in range(count))
    listing = Listing(Found(tuple(videos), (), ()), ids)
    datasets.save_listing(record.id, listing)
    dataset = open_dataset(store, record, listing)
    assert dataset is not None
    video_of, row_of = mapped_frames([len(part) for part in dataset.embeddings])
    mapped = [part[row_of[video_of == at]] for at, part in enumerate(dataset.embeddings)]
    coordinates = pca(stack(mapped))
    for name in ("pca", "umap_k_15-seed_0"):  # any coordinates serve as a second map
        Projections(data_dir, dataset.key).save(name, coordinates)
    return record.id
