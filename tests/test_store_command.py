"""What is kept, and what of it can go: never what somebody needs."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqsel_core import Config, Dataset, embed
from seqsel_core.__main__ import main
from seqsel_core.engine import identify
from seqsel_core.errors import ConfigError, StoreError
from seqsel_core.opening import open_dataset
from seqsel_core.progress import Silent
from seqsel_core.store import inventory, shards
from seqsel_core.store.catalogue import Catalogue
from seqsel_core.store.datasets import DatasetRecord, Datasets, Listing, Source
from seqsel_core.store.projections import Projections
from seqsel_core.store.shards import ShardStore
from seqsel_core.store.uploads import discover_upload, save_upload
from seqsel_core.store_command import store_command
from seqsel_core.video.discover import Found, discover


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's data directory; files count as old enough to be remembered."""
    monkeypatch.setenv("SEQSEL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("seqsel_core.store.catalogue.just_written", lambda video: False)
    return tmp_path / "data"


@pytest.fixture
def embedded(
    clips: Any, configure: Callable[..., Config], data_dir: Path, tmp_path: Path
) -> Dataset:
    """Two videos, embedded by the command line."""
    clips.write(tmp_path / "in/a.mkv", 4)
    clips.write(tmp_path / "in/b.mkv", range(50, 56))
    return embed(configure("lightly.collate.input_size=-1"))


def age(data_dir: Path, days: float) -> None:
    """Let everything have been used last some days ago."""
    for path in [data_dir, *data_dir.rglob("*")]:
        os.utime(path, times=(time.time() - days * 86400,) * 2)


def told(*words: str) -> str:
    """Return what the command prints."""
    return "\n".join(store_command(words))


def paths(data_dir: Path) -> set[Path]:
    """Return the shards, uploads and maps that are there."""
    return {
        path
        for pattern in ("shards/??/*", "uploads/*", "projections/*", "shards/tmp/*")
        for path in data_dir.glob(pattern)
    }


def add_dataset(data_dir: Path, found: Found, folder: Path, kind: str) -> DatasetRecord:
    """Add a dataset of the app."""
    datasets = Datasets(data_dir)
    record = datasets.create(
        "Street\n",
        [Source(folder, kind)],
        encoder="efficientnet-lite0",
        frame_order="alphabetical",
    )
    pairs, _ = identify(found.videos, Catalogue(data_dir), Silent())
    datasets.save_listing(record.id, Listing(found, tuple(identity for _, identity in pairs)))
    return record


def test_what_is_needed_is_listed_and_stays(
    embedded: Dataset, data_dir: Path, tmp_path: Path
) -> None:
    """Catches embeddings of videos that are there, removed because they were not used lately."""
    age(data_dir, 1000)
    before = paths(data_dir)
    text = told("all=True")
    assert f"in {data_dir}" in text
    assert "efficientnet_lite0-224-pyav, format 2: 2 videos, 10 frames, last used 20" in text
    assert f"{tmp_path}/in/a.mkv: 4 frames" in text
    assert "Not used" not in text
    assert told("remove=unused", "confirm=True", "days=0") == f"Nothing is unused in {data_dir}."
    assert paths(data_dir) == before


def test_sizes_are_those_on_the_disk(embedded: Dataset, data_dir: Path) -> None:
    """Catches a total that leaves something out, or counts it twice."""
    (data_dir / "output").mkdir()
    (data_dir / "output/big").write_bytes(bytes(3_000_000))
    totals = inventory.totals(data_dir)
    files = [path for path in data_dir.rglob("*") if path.is_file()]
    assert sum(totals.values()) == sum(path.stat().st_size for path in files)
    stored = inventory.shards(data_dir)
    assert sum(shard.size for shard in stored) == totals["embeddings, frame tables, thumbnails"]
    assert "     3 MB  output folders written by the app" in told()


def test_embeddings_of_a_video_that_is_gone_can_go(
    embedded: Dataset, data_dir: Path, tmp_path: Path
) -> None:
    """Catches a removal without being asked, of too much, or of what a lost mount hides."""
    gone, stays = embedded.videos[1].shard.path, embedded.videos[0].shard.path
    (tmp_path / "in/b.mkv").unlink()
    age(data_dir, 20)
    assert "Nothing is unused" in told("remove=unused", "confirm=True")
    age(data_dir, 40)
    assert "Not used: 1, " in told()
    dry = told("remove=unused")
    assert f"its video is no longer at {tmp_path}/in/b.mkv" in dry
    assert str(gone) in dry
    assert str(stays) not in dry
    assert "Nothing was removed. Add confirm=True" in dry
    assert gone.exists()
    done = told("remove=unused", "confirm=True")
    assert f"Removed: embeddings of {tmp_path}/in/b.mkv" in done
    assert paths(data_dir) == {stays}


def test_a_video_that_was_moved_keeps_its_embeddings(
    embedded: Dataset, configure: Callable[..., Config], data_dir: Path, tmp_path: Path
) -> None:
    """Catches a renamed video that counts as gone after a run has seen it."""
    (tmp_path / "in/b.mkv").rename(tmp_path / "in/c.mkv")
    assert embed(configure("lightly.collate.input_size=-1")).embedded_now == 0
    age(data_dir, 1000)
    assert "Nothing is unused" in told("remove=unused", "confirm=True", "days=0")


def test_a_video_that_was_replaced_no_longer_counts(
    embedded: Dataset,
    clips: Any,
    configure: Callable[..., Config],
    data_dir: Path,
    tmp_path: Path,
) -> None:
    """Catches embeddings of old contents that stay for ever, since a file has their path."""
    clips.write(tmp_path / "in/b.mkv", 3)
    again = embed(configure("lightly.collate.input_size=-1"))
    age(data_dir, 40)
    told("remove=unused", "confirm=True")
    assert paths(data_dir) == {item.shard.path for item in again.videos}


def test_a_dataset_of_the_app_keeps_its_videos(
    embedded: Dataset, data_dir: Path, tmp_path: Path
) -> None:
    """Catches a page that is empty because its videos are on a disk that is not mounted."""
    record = add_dataset(data_dir, discover(tmp_path / "in"), tmp_path / "in", "folder")
    listing = Datasets(data_dir).listing(record.id)
    assert listing is not None
    dataset = open_dataset(ShardStore(data_dir), record, listing)
    assert dataset is not None
    for key in (dataset.key, "0" * 32):
        Projections(data_dir, key).save("pca", np.zeros((10, 2), np.float32))
    shutil.rmtree(tmp_path / "in")
    age(data_dir, 1000)
    text = told()
    assert "Street\\n (folder, efficientnet-lite0), 2 of 2 videos, last used" in text
    assert "Not used: 1, " in text
    told("remove=unused", "confirm=True", "days=0")
    assert paths(data_dir) == {
        *(item.shard.path for item in embedded.videos),
        data_dir / "projections" / dataset.key,
    }


def test_uploads_of_no_dataset_can_go(clips: Any, data_dir: Path, tmp_path: Path) -> None:
    """Catches uploads that fill the disk, an upload removed while it is added, or in use."""
    clip = clips.write(tmp_path / "clip.mkv", 4).read_bytes()
    used, lost = (save_upload(data_dir / "uploads", [("a.mkv", BytesIO(clip))]) for _ in range(2))
    add_dataset(data_dir, discover_upload(used), used, "upload")
    assert "Nothing is unused" in told("remove=unused", "confirm=True", "days=0")
    age(data_dir, 1)
    assert "Removed: upload: of no dataset" in told("remove=unused", "confirm=True")
    assert used.exists()
    assert not lost.exists()


def test_shards_of_an_older_format_are_listed_and_can_go(
    embedded: Dataset, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches gigabytes that nothing reads and nobody sees, and newer ones removed."""
    old = embedded.videos[0].shard.path
    newer = old.with_name(old.name.replace(".v2", ".v99"))
    shutil.copytree(old, newer)
    older = old.rename(old.with_name(old.name.removesuffix(f".v{shards.FORMAT}")))
    text = told("remove=unused", "confirm=True")
    assert "format 1, which this version does not read" in text
    assert paths(data_dir) == {newer, embedded.videos[1].shard.path}
    assert not older.exists()


def test_damaged_embeddings_are_removed_only_as_such(
    embedded: Dataset, configure: Callable[..., Config], data_dir: Path
) -> None:
    """Catches damage that only a person with rm can repair."""
    bad = embedded.videos[0].shard.path
    (bad / "frames.npy").write_bytes(b"gone")
    assert "Damaged: 1, " in told()
    assert "Nothing is unused" in told("remove=unused", "confirm=True")
    told("remove=damaged")
    assert bad.exists()
    assert "are damaged (frames.npy has another size)" in told("remove=damaged", "confirm=True")
    assert not bad.exists()
    assert embed(configure("lightly.collate.input_size=-1")).embedded_now == 4


def test_what_a_killed_process_left_can_go_but_not_what_is_being_written(
    embedded: Dataset, data_dir: Path
) -> None:
    """Catches the work of a process at work, removed."""
    writer = ShardStore(data_dir).writer("0" * 32, "key")
    writer.append(np.ones(4), embedded.videos[0].frames[0].item(), b"jpeg")
    left = data_dir / "shards/tmp/left"
    left.mkdir()
    (left / "embeddings.f16").write_bytes(bytes(1000))
    age(data_dir, 1)
    assert "half-written: its process ended" in told("remove=unused", "confirm=True")
    assert len(list((data_dir / "shards/tmp").iterdir())) == 1
    writer.discard()


def test_what_is_used_meanwhile_stays(
    embedded: Dataset, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a video removed between the look and the removal, though a run now uses it."""
    shutil.rmtree(tmp_path / "in")
    age(data_dir, 40)
    remove = inventory.remove

    def use_first(where: Path, item: inventory.Stored) -> str:
        os.utime(item.path / "manifest.json")
        return remove(where, item)

    with monkeypatch.context() as patch:
        patch.setattr(inventory, "remove", use_first)
        text = told("remove=unused", "confirm=True")
    assert text.count("Kept (used by another process just now)") == 2
    assert "0 B freed" in text
    assert len(paths(data_dir)) == 2


def test_what_is_open_can_be_read_after_its_removal(
    embedded: Dataset, data_dir: Path, tmp_path: Path
) -> None:
    """Catches a process that crashes because its embeddings were removed under it."""
    shard = embedded.videos[0].shard
    opened = shard.embeddings
    before = np.array(opened)
    shutil.rmtree(tmp_path / "in")
    age(data_dir, 40)
    assert told("remove=unused", "confirm=True").count("Removed: ") == 2
    np.testing.assert_array_equal(opened, before)
    assert paths(data_dir) == set()
    with pytest.raises(StoreError, match="embeddings"):
        _ = shard.embeddings


def test_a_removal_that_fails_says_why(
    embedded: Dataset, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a traceback at the first directory of another user, with the rest left there."""
    shutil.rmtree(tmp_path / "in")
    age(data_dir, 40)
    rename, first = Path.rename, embedded.videos[0].shard.path

    def deny(path: Path, target: Path) -> Path:
        if path == first:
            raise PermissionError(13, "Permission denied", str(path))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", deny)
    text = told("remove=unused", "confirm=True")
    assert "Kept (Permission denied. " in text
    assert text.count("Removed: ") == 1
    assert paths(data_dir) == {first}


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["remove=everything"], "remove=everything is not one of unused, damaged"),
        (["confirm=maybe"], "confirm=maybe is not True or False"),
        (["days=-1"], "days=-1 is not a number of days"),
        (["days=soon"], "days=soon is not a number of days"),
        (["days=True"], "days=True is not a number of days"),
        (["unused"], "'unused' is not of the form option=value"),
        (["input_dir=x"], "Option 'input_dir' of the store command does not exist"),
    ],
)
def test_wrong_options_remove_nothing(data_dir: Path, words: list[str], error: str) -> None:
    """Catches a typing error that removes something."""
    with pytest.raises(ConfigError, match=error):
        told(*words)


def test_videos_that_were_set_aside_are_read_again(embedded: Dataset, data_dir: Path) -> None:
    """Catches a video that can only be tried again by who knows the tables of the catalogue."""
    assert "No video is set aside" in told("try_again=True")
    video_id = embedded.videos[0].video_id
    with Catalogue(data_dir).connect() as connection:
        connection.execute("INSERT INTO suspects VALUES (?, 2)", (video_id,))
    assert "Read again at the next embedding: " in told("try_again=True")
    assert "a.mkv" in told("all=True")  # what was read whole is not removed
    assert "No video is set aside" in told("try_again=True")


def test_a_directory_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    """Catches a catalogue made in a home folder by a mistyped data_dir."""
    (tmp_path / "uploads/mine").mkdir(parents=True)
    age(tmp_path, 1000)
    assert "keeps nothing in" in told(f"data_dir={tmp_path}", "remove=unused", "confirm=True")
    assert [path.name for path in tmp_path.iterdir()] == ["uploads"]
    assert (tmp_path / "uploads/mine").exists()


def test_the_command_line_knows_the_command(
    embedded: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches a command that only tests can call."""
    assert main(["store"]) == 0
    assert "2 videos, 10 frames" in capsys.readouterr().out
    assert main(["store", "--help"]) == 0
    assert "remove=unused confirm=True" in capsys.readouterr().out
    assert main(["store", "remove=x"]) == 2
    assert "remove=x is not one of" in capsys.readouterr().err
    assert main(["--help"]) == 0
    assert "python -m seqsel_core store --help" in capsys.readouterr().out
