"""Datasets in a real browser: opened from the list, videos picked in the table, one removed."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from seqsel_core.embed.measures import Measures
from seqsel_core.embed.spec import encoder_spec
from seqsel_core.opening import shard_key
from seqsel_core.store.datasets import Datasets, Listing, Source
from seqsel_core.store.shards import ShardInfo, ShardStore
from seqsel_core.video.discover import Found
from seqsel_core.video.types import Video

ENCODER = "efficientnet-lite0"


@pytest.fixture
def add(server):
    """Add a dataset of two videos that are embedded, without decoding."""

    def add(name):
        store, datasets = ShardStore(server.data_dir), Datasets(server.data_dir)
        spec = encoder_spec(ENCODER)
        folder = server.roots / f"folder of {len(datasets.all())}"
        record = datasets.create(
            name, [Source(folder, "folder")], encoder=ENCODER, frame_order="natural"
        )
        videos = tuple(Video(f"{one}.mp4", folder / f"{one}.mp4", 1) for one in "ab")
        ids = tuple(f"{number:024x}{record.id[:8]}" for number in range(2))
        for video, video_id in zip(videos, ids, strict=True):
            writer = store.writer(video_id, shard_key(spec, video))
            writer.append(np.ones(4), (0, 0, 0.0, 0, False, *Measures()), b"")
            writer.finish(ShardInfo(spec.key, "pyav", 1, 4, 64, 36, (1, 1), 1, ()))
        datasets.save_listing(record.id, Listing(Found(videos, (), ()), ids))
        return record

    return add


def test_a_dataset_is_opened_and_removed(server, page, settled, add):
    """A dialog that cannot be confirmed, or a list that leads nowhere, passes every other test."""
    add("Night")
    name = "<img src=x onerror=alert(1)> :material/bolt: **b**"
    record = add(name)
    page.goto(server.url)
    settled(page)
    expect(page.get_by_role("heading", name="Datasets")).to_be_visible()
    page.get_by_role("button", name=re.compile("<img")).click()
    settled(page)
    expect(page).to_have_url(re.compile(f"dataset={record.id}"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("<img src=x")
    expect(page.get_by_role("heading", level=1)).to_contain_text("**b**")
    expect(page.locator("h1 img")).to_have_count(0)
    table = page.get_by_test_id("stDataFrame").first
    expect(table.locator("canvas").first).to_be_visible()
    table.click(position={"x": 16, "y": 38 + 36})  # the box of the first row
    expect(page.get_by_role("button", name="Take 1 video out of the dataset")).to_be_visible()
    page.get_by_role("button", name="Remove", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("embeddings, thumbnails and maps of 2 videos")
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog).to_have_count(0)
    assert Datasets(server.data_dir).get(record.id) == record
    page.get_by_role("button", name="Remove", exact=True).click()
    dialog.get_by_role("button", name="Remove the dataset").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("heading", name="Night", level=1)).to_be_visible()
    settled(page)  # until then the name of the removed one stands there, too
    expect(page.get_by_role("heading", level=1)).to_have_text("Night")
    expect(page.get_by_text("The dataset of this link")).to_have_count(0)
    assert [item.name for item in Datasets(server.data_dir).all()] == ["Night"]
