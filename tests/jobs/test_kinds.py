"""What jobs do, on tiny clips with a quick encoder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from seqsel_core.jobs import kinds, worker
from seqsel_core.jobs.lanes import lane_of
from seqsel_core.jobs.progress import Cancelled
from seqsel_core.jobs.queue import Job, Queue
from seqsel_core.store.datasets import DatasetRecord, Datasets, Source


@pytest.fixture
def do(tmp_path: Path, encoder: Any) -> Any:
    """Do one job of the dataset in tmp_path/in; return it when it has ended."""

    def do(kind: str, parameters: dict[str, Any] | None = None) -> Job:
        queue = Queue(tmp_path / "data")
        number = queue.submit(kind, record(tmp_path).id, parameters)
        name = "embed-0" if lane_of(kind, parameters or {}) == "embed" else "quick"
        worker.work(tmp_path / "data", name, idle_seconds=0.1)
        job = queue.get(number)
        assert job is not None
        return job

    return do


@pytest.fixture(autouse=True)
def no_maps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the maps of the app, which take seconds."""
    monkeypatch.setattr(kinds, "_map", lambda *arguments: None)
    monkeypatch.setitem(kinds.KINDS, "umap", lambda *arguments: {})


def record(tmp_path: Path) -> DatasetRecord:
    """Return the dataset in tmp_path/in."""
    return Datasets(tmp_path / "data").create(
        "x",
        [Source(tmp_path / "in", "folder")],
        encoder="efficientnet-lite0",
        frame_order="alphabetical",
    )


def output(tmp_path: Path, **more: Any) -> dict[str, Any]:
    """Return the parameters of an output that selects everything."""
    return {
        "output_dir": str(tmp_path / "out"),
        "stopping_condition.min_distance": 0,
        "run_directory": "run",
        **more,
    }


@pytest.mark.slow  # draws plots and a report
def test_the_output_is_of_the_videos_that_were_embedded(
    clips: Any, do: Any, tmp_path: Path
) -> None:
    """Catches an output that holds frames of a file which the page never showed."""
    clips.write(tmp_path / "in/a.mkv", 4)
    assert do("embed").state == "done"
    clips.write(tmp_path / "in/new.mkv", range(50, 60))
    job = do("output", output(tmp_path))
    assert job.state == "done", job.message
    chosen = json.loads((tmp_path / "out/run/data/sequence_information.json").read_text())
    assert {item["video_name"] for item in chosen} == {"a.mkv"}


@pytest.mark.slow  # draws plots and a report
def test_a_video_that_is_not_embedded_takes_no_part_in_an_output(
    clips: Any, do: Any, tmp_path: Path
) -> None:
    """Catches an output with frames that the page does not show yet, or that cannot be read."""
    clips.write(tmp_path / "in/a.mkv", 4)
    clips.write(tmp_path / "in/b.mkv", [7, 8, 9])
    do("embed")
    listing = Datasets(tmp_path / "data").listing(record(tmp_path).id)
    assert listing is not None
    (shard,) = (tmp_path / "data/shards").glob(f"*/{listing.video_ids[1]}-*")
    shutil.rmtree(shard)
    job = do("output", output(tmp_path))
    assert job.state == "done", job.message
    chosen = json.loads((tmp_path / "out/run/data/sequence_information.json").read_text())
    assert {item["video_name"] for item in chosen} == {"a.mkv"}
    assert not shard.exists()
    log = (tmp_path / "out/run/log.txt").read_text()
    assert "1 of 2 videos are not embedded yet and take no part." in log


@pytest.mark.parametrize("change", ["removed", "changed"])
def test_an_output_of_changed_videos_is_refused(
    clips: Any, do: Any, tmp_path: Path, change: str
) -> None:
    """Catches an output that silently differs from the selection on the page."""
    clips.write(tmp_path / "in/a.mkv", 4)
    path = clips.write(tmp_path / "in/b.mkv", [7, 8, 9])
    assert do("embed").state == "done"
    if change == "removed":
        path.unlink()
    else:
        clips.write(path, [7, 8])
    job = do("output", output(tmp_path))
    assert job.state == "failed"
    assert job.message == "'b.mkv' changed since it was embedded. Rescan the dataset."
    assert not (tmp_path / "out").exists()


def test_an_output_before_the_embedding_is_refused(clips: Any, do: Any, tmp_path: Path) -> None:
    """Catches hours of embedding that nobody asked for."""
    clips.write(tmp_path / "in/a.mkv", 4)
    job = do("output", output(tmp_path))
    assert (job.state, job.message) == ("failed", "The dataset is not embedded yet.")


@pytest.mark.slow  # draws plots and a report
@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (Cancelled(), "The pictures are not packed: stopped."),
        (
            OSError(28, "No space left on device"),
            "The pictures are not packed: No space left on device.",
        ),
    ],
)
def test_a_run_that_is_not_packed_is_still_there(
    clips: Any,
    do: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    failure: BaseException,
    message: str,
) -> None:
    """Catches a finished folder that the page does not know, and half an archive left in it."""

    def fail(*arguments: object) -> None:
        raise failure

    clips.write(tmp_path / "in/a.mkv", 4)
    do("embed")
    monkeypatch.setattr("zipfile.ZipFile.write", fail)
    job = do("output", output(tmp_path, dump_dataset=True))
    assert job.state == "done"
    assert job.result == {
        "output": str(tmp_path / "out/run"),
        "zip": "",
        "message": message,
        "frames": 4,
        "sequences": 4,
    }
    assert len(list((tmp_path / "out/run/data/sampled").rglob("*.png"))) == 4
    assert list((tmp_path / "out/run/data").glob("sampled.*")) == []
