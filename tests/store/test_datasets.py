"""The datasets that the app lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from seqsel_core.errors import StoreError
from seqsel_core.store.datasets import DatasetRecord, Datasets, Listing, Source
from seqsel_core.video.discover import Found
from seqsel_core.video.types import Video

NAMES = ["plain", "名前", '<b>"it\'s"</b>', "two\nlines", "caf\udce9"]


def create(datasets: Datasets, folder: str, **options: str) -> DatasetRecord:
    """Create a dataset of a folder."""
    values = {"encoder": "efficientnet-lite0", "frame_order": "alphabetical", **options}
    return datasets.create("Street", [Source(Path("/data") / folder, "folder")], **values)


@pytest.mark.parametrize("name", NAMES)
def test_any_folder_can_be_a_dataset(tmp_path: Path, name: str) -> None:
    """Catches folders whose names are not UTF-8, which SQLite does not take as text."""
    record = create(Datasets(tmp_path), name)
    assert record.sources == (Source(Path("/data") / name, "folder"),)
    assert Datasets(tmp_path).get(record.id) == record
    named = Datasets(tmp_path).create(
        name, [Source(Path("/x"), "folder")], encoder="e", frame_order="natural"
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
    datasets.rename(first.id, "Road")
    assert create(datasets, "a").name == "Road"


def test_two_folders_are_not_the_dataset_of_one_of_them(tmp_path: Path) -> None:
    """Catches a folder that cannot be looked at alone, once it was added to another."""
    datasets = Datasets(tmp_path)
    both = create(datasets, "a")
    b = Source(Path("/data/b"), "folder")
    assert datasets.add_source(both.id, b)
    assert not datasets.add_source(both.id, b)
    found = datasets.get(both.id)
    assert found is not None
    assert found.sources == (Source(Path("/data/a"), "folder"), b)
    alone = create(datasets, "a")
    assert alone.id != both.id
    again = datasets.create(
        "x", found.sources[::-1], encoder="efficientnet-lite0", frame_order="alphabetical"
    )
    assert again.id == both.id
    assert not datasets.add_source("none", b)


def test_nobody_sees_what_another_keeps_for_himself(tmp_path: Path) -> None:
    """Catches private datasets in the list of others, or hidden from who made them."""
    datasets = Datasets(tmp_path)
    everybodys = create(datasets, "a")
    hers = create(datasets, "a", owner="anna")
    his = create(datasets, "a", owner="ben")
    assert datasets.all("anna") == [hers, everybodys]
    assert datasets.all("ben") == [his, everybodys]
    assert datasets.all() == [everybodys]
    assert datasets.all(None) == [his, hers, everybodys]
    datasets.share(hers.id, True)
    assert [item.id for item in datasets.all("ben")] == [his.id, hers.id, everybodys.id]
    datasets.share(hers.id, False)
    assert datasets.all("ben") == [his, everybodys]
    assert hers.can_be_changed_by("anna")
    assert not hers.can_be_changed_by("ben")
    assert not hers.can_be_changed_by("")
    assert everybodys.can_be_changed_by("ben")


def test_a_removed_dataset_leaves_nothing_of_itself(tmp_path: Path) -> None:
    """Catches a dataset that comes back with old videos when its folder is given again."""
    datasets = Datasets(tmp_path)
    record, other = create(datasets, "a"), create(datasets, "b")
    for item in (record, other):
        datasets.save_listing(item.id, listing_of({"a.mp4": "1"}))
        datasets.exclude(item.id, ["1"])
    datasets.remove(record.id)
    assert datasets.get(record.id) is None
    assert datasets.listing(record.id) is None
    assert datasets.all() == [other]
    kept = datasets.listing(other.id)
    assert kept is not None
    assert kept.excluded
    datasets.remove(record.id)


def listing_of(contents: dict[str, str]) -> Listing:
    """Return a listing of {name: content id}."""
    videos = tuple(Video(name, Path("/data") / name, 7) for name in contents)
    return Listing(Found(videos, (), ()), tuple(contents.values()))


def names(listing: Listing | None) -> list[str]:
    """Return the names of the videos that take part."""
    assert listing is not None
    return [video.name for video in listing.found.videos]


def test_a_video_that_was_taken_out_stays_out_until_it_is_put_back(tmp_path: Path) -> None:
    """Catches a rescan that brings back what a person removed, also under another name."""
    datasets = Datasets(tmp_path)
    record = create(datasets, "a")
    datasets.save_listing(record.id, listing_of({"a.mp4": "1", "b.mp4": "2", "c.mp4": ""}))
    stamp = datasets.listing_stamp(record.id)
    datasets.exclude(record.id, ["1", ""])
    assert datasets.listing_stamp(record.id) != stamp
    assert names(datasets.listing(record.id)) == ["b.mp4", "c.mp4"]
    datasets.save_listing(record.id, listing_of({"b.mp4": "2", "moved.mp4": "1"}))
    found = datasets.listing(record.id)
    assert names(found) == ["b.mp4"]
    assert found is not None
    assert [(video.name, key) for video, key in found.excluded] == [("moved.mp4", "1")]
    datasets.put_back(record.id, ["1"])
    assert names(datasets.listing(record.id)) == ["b.mp4", "moved.mp4"]


def test_a_second_look_says_what_is_different(tmp_path: Path) -> None:
    """Catches a rescan after which nobody knows whether anything was found."""
    datasets = Datasets(tmp_path)
    record = create(datasets, "a")
    datasets.save_listing(record.id, listing_of({"a": "1", "b": "2", "c": "3", "d": "4"}), "1")
    first = datasets.listing(record.id)
    assert first is not None
    assert first.changes is None
    second = listing_of({"a": "1", "b": "9", "moved": "3", "new": "5", "newer": "6"})
    for _ in range(2):  # the second time because the worker died in the first
        datasets.save_listing(record.id, second, "2")
        found = datasets.listing(record.id)
        assert found is not None
        changes = found.changes
        assert changes is not None
        assert changes.new == ("new", "newer")
        assert changes.changed == ("b",)
        assert changes.renamed == ("moved",)
        assert changes.gone == ("d",)
    datasets.save_listing(record.id, second, "3")
    third = datasets.listing(record.id)
    assert third is not None
    assert third.changes is not None
    assert (third.changes.new, third.changes.gone) == ((), ())


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
