"""Datasets of several folders, looked through again and again: what is embedded, and written."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from seqsel_core.jobs import kinds, worker
from seqsel_core.jobs.queue import Job, Queue
from seqsel_core.store.datasets import DatasetRecord, Datasets, Listing, Source


@pytest.fixture
def do(tmp_path: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Do one job of a dataset; return it when it has ended."""
    monkeypatch.setattr(kinds, "_map", lambda *arguments: None)
    monkeypatch.setitem(kinds.KINDS, "umap", lambda *arguments: {})
    monkeypatch.setattr("seqsel_core.engine.UMAP_NEIGHBORS", ())

    def do(record: DatasetRecord, kind: str, parameters: dict[str, Any] | None = None) -> Job:
        queue = Queue(tmp_path / "data")
        number = queue.submit(kind, record.id, parameters)
        worker.work(tmp_path / "data", "embed-0" if kind == "embed" else "quick", idle_seconds=0.1)
        job = queue.get(number)
        assert job is not None
        return job

    return do


def create(tmp_path: Path, *folders: str) -> DatasetRecord:
    """Return a dataset of folders."""
    return Datasets(tmp_path / "data").create(
        "x",
        [Source(tmp_path / folder, "folder") for folder in folders],
        encoder="efficientnet-lite0",
        frame_order="alphabetical",
    )


def listing_of(tmp_path: Path, record: DatasetRecord) -> Listing:
    """Return the videos of a dataset."""
    listing = Datasets(tmp_path / "data").listing(record.id)
    assert listing is not None
    return listing


def test_a_rescan_embeds_only_what_is_new(clips: Any, do: Any, tmp_path: Path) -> None:
    """Catches hours of embedding repeated for one new file, and changes that nobody hears of."""
    for name, codes in {"a": [1, 2], "b": [3, 4, 5], "c": [6], "d": [7]}.items():
        clips.write(tmp_path / f"in/{name}.mkv", codes)
    record = create(tmp_path, "in")
    assert do(record, "embed").result["embedded_now"] == 7
    Datasets(tmp_path / "data").exclude(record.id, [listing_of(tmp_path, record).video_ids[0]])
    clips.write(tmp_path / "in/b.mkv", [8, 9])
    clips.write(tmp_path / "in/new.mkv", [10, 11, 12])
    (tmp_path / "in/c.mkv").unlink()
    (tmp_path / "in/d.mkv").rename(tmp_path / "in/moved.mkv")
    job = do(record, "embed")
    assert job.state == "done", job.message
    assert job.result["embedded_now"] == 5
    listing = listing_of(tmp_path, record)
    changes = listing.changes
    assert changes is not None
    assert (changes.new, changes.changed) == (("new.mkv",), ("b.mkv",))
    assert (changes.renamed, changes.gone) == (("moved.mkv",), ("c.mkv",))
    assert [video.name for video, _ in listing.excluded] == ["a.mkv"]
    assert job.result["frames"] == 6


def test_a_dataset_of_which_all_was_taken_out_says_so(clips: Any, do: Any, tmp_path: Path) -> None:
    """Catches 'none of the 0 videos can be read'."""
    clips.write(tmp_path / "in/a.mkv", 2)
    record = create(tmp_path, "in")
    do(record, "embed")
    Datasets(tmp_path / "data").exclude(record.id, listing_of(tmp_path, record).video_ids)
    job = do(record, "embed")
    assert (job.state, "put one back" in job.message) == ("failed", True)


@pytest.mark.slow  # draws plots and a report
def test_the_output_of_two_folders_tells_their_videos_apart(
    clips: Any, do: Any, tmp_path: Path
) -> None:
    """Catches frames of one video written over those of another, and lists that name one twice."""
    clips.write(tmp_path / "in/a.mkv", [1, 2])
    clips.write(tmp_path / "more/a.mkv", [3, 4])
    record = create(tmp_path, "in", "more")
    assert do(record, "embed").state == "done"
    wanted = {
        "output_dir": str(tmp_path / "out"),
        "stopping_condition.min_distance": 0,
        "run_directory": "run",
        "dump_dataset": True,
    }
    job = do(record, "output", wanted)
    assert job.state == "done", job.message
    folder = tmp_path / "out/run/data"
    assert {path.name for path in (folder / "sampled").iterdir()} == {
        *("a-0-mkv.png", "a-1-mkv.png", "a (2)-0-mkv.png", "a (2)-1-mkv.png"),
    }
    with (folder / "selected_embeddings.csv").open() as file:
        assert len({row["filenames"] for row in csv.DictReader(file)}) == 4
    for inside in ("in", "more/sub"):
        job = do(record, "output", {**wanted, "output_dir": str(tmp_path / inside)})
        assert (job.state, "lies in input_dir" in job.message) == ("failed", True)
