"""Jobs of a catalogue from before lanes and users."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from seqsel_core.jobs.desk import Desk
from seqsel_core.jobs.queue import Queue
from seqsel_core.jobs.suspects import Suspects
from seqsel_core.store import catalogue
from seqsel_core.store.catalogue import Catalogue
from seqsel_core.watching import SET_ASIDE


def test_jobs_are_brought_forward(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches jobs lost in an update, one that hangs in 'running', and a video read again."""
    with monkeypatch.context() as old:
        old.setattr(catalogue, "_VERSIONS", catalogue._VERSIONS[:1])
        Catalogue(tmp_path)
    path = tmp_path / "catalogue.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            "INSERT INTO jobs (kind, dataset_id, parameters, state, created, updated) "
            "VALUES (?, 'a', '{}', ?, 1, 2)",
            [("embed", "running"), ("umap", "done"), ("embed", "queued"), ("umap", "cancelling")],
        )
        connection.executemany(
            "INSERT INTO suspects VALUES (?, ?, ?)", [("bad", 0, 2), ("once", 1, 0)]
        )
    queue, desk = Queue(tmp_path), Desk(tmp_path)
    assert {(job.id, job.lane, job.state) for job in queue.recent()} == {
        (1, "embed", "running"),
        (2, "quick", "done"),
        (3, "embed", "queued"),
        (4, "quick", "cancelling"),
    }
    desk.adopt({"embed-0"})
    Desk(tmp_path, "quick").adopt({"quick"})
    first = desk.claim()
    assert first is not None
    assert (first.id, first.user) == (1, "")
    assert queue.get(4).state == "cancelled"  # type: ignore[union-attr]
    suspects = Suspects(tmp_path, 1)
    assert [suspects.begin(name) for name in ("bad", "once")] == [SET_ASIDE, ""]


def test_a_catalogue_that_is_removed_is_begun_anew(tmp_path: Path) -> None:
    """Catches a server that must be started again after its data directory was removed."""
    here = tmp_path / "data"
    queue = Queue(here)
    queue.submit("embed", "a")
    here.rename(tmp_path / "away")
    assert queue.recent() == []
    queue.submit("embed", "b")
    assert [job.dataset_id for job in Queue(here).recent()] == ["b"]
