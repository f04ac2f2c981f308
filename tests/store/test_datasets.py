"""The datasets that the app lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from seqsel_core.errors import StoreError
from seqsel_core.store.datasets import DatasetRecord, Datasets, Listing
from seqsel_core.video.discover import Found
from seqsel_core.video.types import Video

NAMES = ["plain", "名前", '<b>"it\'s"</b>', "two\nlines", "caf\udce9"]


def create(datasets: Datasets, folder: str, **options: str) -> DatasetRecord:
    """Create a dataset of a folder."""
    values = {"encoder": "efficientnet-lite0", "frame_order": "alphabetical", **options}
    return datasets.create("Street", Path("/data") / folder, "folder", **values)


@pytest.mark.parametrize("name", NAMES)
def test_any_folder_can_be_a_dataset(tmp_path: Path, name: str) -> None:
    """Catches folders whose names are not UTF-8, which SQLite does not take as text."""
    record = create(Datasets(tmp_path), name)
    assert record.input_dir == Path("/data") / name
    assert Datasets(tmp_path).get(record.id) == record
    named = Datasets(tmp_path).create(
        name, Path("/x"), "folder", encoder="e", frame_order="natural"
    )
    assert named.name == name.encode("utf-8", "backslashreplace").decode()


def test_the_same_folder_is_the_same_dataset(tmp_path: Path) -> None:
    """Catches a list that grows with every click, and encoders that share a dataset."""
    datasets = Datasets(tmp_path)
    first = create(datasets, "a")
    assert create(datasets, "a") == first
    others = [
        create(datasets, "b"),
        create(datasets, "a", encoder="efficientnet-lite1"),
        create(datasets, "a", frame_order="natural"),
    ]
    assert len({first.id, *(other.id for other in others)}) == 4
    assert len(datasets.all()) == 4


def test_the_newest_is_listed_first(tmp_path: Path) -> None:
    """Catches a new dataset at the end of a long list."""
    datasets = Datasets(tmp_path)
    records = [create(datasets, name) for name in "abc"]
    assert datasets.all() == records[::-1]
    assert datasets.get("none") is None


def test_a_listing_comes_back_as_it_was(tmp_path: Path) -> None:
    """Catches names changed, or an order lost, between finding videos and showing them."""
    datasets = Datasets(tmp_path)
    record = create(datasets, "a")
    assert datasets.listing(record.id) is None
    assert datasets.listing_stamp(record.id) == 0
    videos = tuple(Video(name, Path("/data") / name, 7) for name in NAMES)
    frames = ("f/1.png", "f/caf\udce9.png")
    folder = Video("f", Path("/data/f"), 2, frames, tuple(Path("/data") / name for name in frames))
    listing = Listing(
        Found((*videos, folder), ("notes \udce9.txt",), ("a warning",)), (*"12345", "")
    )
    datasets.save_listing(record.id, listing)
    assert Datasets(tmp_path).listing(record.id) == listing
    assert datasets.listing_stamp(record.id) > 0


@pytest.mark.parametrize("content", ["", "{", "{}", '{"videos": [{}]}'])
def test_a_damaged_listing_is_told(tmp_path: Path, content: str) -> None:
    """Catches an app that shows a traceback until somebody deletes a file."""
    datasets = Datasets(tmp_path)
    record = create(datasets, "a")
    datasets.save_listing(record.id, Listing(Found((), (), ()), ()))
    (tmp_path / f"datasets/{record.id}.json").write_text(content)
    with pytest.raises(StoreError, match=r"is damaged .* Add the folder again"):
        datasets.listing(record.id)
