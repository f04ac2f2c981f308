"""A data directory with one embedded dataset, made without decoding or a network."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from seqsel_core.embed.measures import Measures
from seqsel_core.embed.spec import encoder_spec
from seqsel_core.opening import open_dataset, shard_key
from seqsel_core.project.maps import pca, stack
from seqsel_core.store.datasets import Datasets, Listing
from seqsel_core.store.projections import Projections
from seqsel_core.store.shards import ShardInfo, ShardStore
from seqsel_core.video.discover import Found
from seqsel_core.video.types import Problem, Video

ROOT = Path(__file__).parents[2]
ENCODER = "efficientnet-lite0"
NAMES = ("a.mp4", "b <i>x</i>.mp4", "c.mp4")
FRAMES = (120, 95, 40)


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    """An empty data directory that the app uses."""
    import streamlit as st

    monkeypatch.setenv("SEQSEL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SEQSEL_INPUT_ROOTS", str(tmp_path))
    st.cache_resource.clear()
    st.cache_data.clear()
    return tmp_path / "data"


@pytest.fixture
def open_page(data_dir):
    """Run app.py on a page with a query, in a new session; any exception fails the test."""

    def open_it(script, **query):
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        app.switch_page(f"pages/{script}")
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception, app.exception[0].value
        return app

    return open_it


@pytest.fixture
def dataset(data_dir):
    """An embedded dataset: three videos, the last with a video that cannot be read."""
    store, datasets = ShardStore(data_dir), Datasets(data_dir)
    spec = encoder_spec(ENCODER)
    record = datasets.create(
        "Street", data_dir, "folder", encoder=ENCODER, frame_order="alphabetical"
    )
    random = np.random.default_rng(0)
    videos, ids = [], []
    for number, (name, frames) in enumerate(zip(NAMES, FRAMES, strict=True)):
        video = Video(name, data_dir / name, 1000 * frames)
        video_id = f"{number:08x}{0:024x}"
        writer = store.writer(video_id, shard_key(spec, video))
        walk = np.cumsum(random.normal(size=(frames, 16)), axis=0) + 3 * number
        for index, vector in enumerate(walk):
            row = (index, index * 40, index / 25, number * 1000 + index, False, *Measures())
            writer.append(vector / np.linalg.norm(vector), row, _jpeg(index))
        writer.finish(_info(spec.key, frames, ()))
        videos.append(video)
        ids.append(video_id)
    broken = Video("broken.mp4", data_dir / "broken.mp4", 10)
    writer = store.writer("f" * 32, shard_key(spec, broken))
    writer.finish(_info(spec.key, 0, (Problem("cannot be opened: damaged"),)))
    listing = Listing(Found((*videos, broken), ("notes.txt",), ()), (*ids, "f" * 32))
    datasets.save_listing(record.id, listing)
    opened = open_dataset(store, record, listing)
    Projections(data_dir, opened.key).save("pca", pca(stack(opened.embeddings)))
    return record


def _info(key, frames, problems):
    return ShardInfo(key, "pyav", frames, 16 if frames else 0, 64, 36, (1, 1000), frames, problems)


def _jpeg(index):
    buffer = BytesIO()
    Image.new("RGB", (64, 36), (index % 256, 90, 160)).save(buffer, "JPEG")
    return buffer.getvalue()
