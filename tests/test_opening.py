"""Datasets opened from what is stored."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seqsel_core import Config, Dataset, embed
from seqsel_core.engine import identify
from seqsel_core.opening import open_dataset
from seqsel_core.progress import Silent
from seqsel_core.store.catalogue import Catalogue
from seqsel_core.store.datasets import DatasetRecord, Listing, Source
from seqsel_core.store.shards import ShardStore
from seqsel_core.video.discover import discover
from seqsel_core.video.types import Video
from seqsel_core.watching import Nobody


@pytest.fixture
def reopen(
    clips: Any, configure: Callable[..., Config], tmp_path: Path
) -> Callable[..., Dataset | None]:
    """Embed one video, add another, and open both from the store."""

    def reopen(*, embedded: bool = True, partial: bool) -> Dataset | None:
        clips.write(tmp_path / "in/a.mkv", 4)
        if embedded:
            embed(configure("lightly.collate.input_size=-1"))
        clips.write(tmp_path / "in/b.mkv", [7, 8])
        found = discover(tmp_path / "in")
        pairs, _ = identify(found.videos, Catalogue(tmp_path / "data"), Silent())
        listing = Listing(found, tuple(identity for _, identity in pairs))
        record = DatasetRecord(
            "1",
            "x",
            (Source(tmp_path / "in", "folder"),),
            "efficientnet-lite0",
            "alphabetical",
            0.0,
        )
        return open_dataset(ShardStore(tmp_path / "data"), record, listing, partial=partial)

    return reopen


def test_one_missing_video_does_not_hide_the_others(reopen: Callable[..., Dataset | None]) -> None:
    """Catches 'nothing is ready' where all videos but one are."""
    dataset = reopen(partial=True)
    assert dataset is not None
    assert [item.video.name for item in dataset.videos] == ["a.mkv"]
    assert [(item.video.name, item.reason) for item in dataset.unreadable] == [
        ("b.mkv", "not embedded yet")
    ]


def test_a_whole_dataset_is_not_ready_while_a_video_is_missing(
    reopen: Callable[..., Dataset | None],
) -> None:
    """Catches maps and counts of a part, taken for those of the whole."""
    assert reopen(partial=False) is None


def test_nothing_stored_is_nothing(reopen: Callable[..., Dataset | None]) -> None:
    """Catches a dataset without frames, which no page can show."""
    assert reopen(embedded=False, partial=True) is None


def test_a_video_that_changes_while_it_is_read_is_not_stored(
    clips: Any, configure: Callable[..., Config], tmp_path: Path
) -> None:
    """Catches frames of a new file, stored for ever as those of the old one."""
    here = clips.write(tmp_path / "in/a.mkv", 4)
    old = here.read_bytes()
    clips.write(tmp_path / "in/b.mkv", 3)

    class Replace(Nobody):
        def begin(self, video: Video, video_id: str) -> str:
            clips.write(here, [7, 8])  # after it was hashed, before it is decoded
            return ""

    dataset = embed(configure(), watcher=Replace())
    assert [item.video.name for item in dataset.videos] == ["b.mkv"]
    assert [(item.video.name, item.reason) for item in dataset.unreadable] == [
        ("a.mkv", "changed while it was read: run again")
    ]
    assert list((tmp_path / "data/shards/tmp").iterdir()) == []
    assert [len(item.frames) for item in embed(configure()).videos] == [2, 3]
    here.write_bytes(old)
    assert [len(item.frames) for item in embed(configure()).videos] == [4, 3]
