"""The SQLite file: shared by processes, and never a mystery when it is damaged."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from pathlib import Path

import pytest

from seqsel_core.errors import StoreError
from seqsel_core.store import catalogue
from seqsel_core.store.catalogue import Catalogue
from seqsel_core.store.datasets import DatasetRecord, Datasets, Source
from seqsel_core.store.location import default_data_dir


def count(here: Catalogue) -> int:
    """Return the number of contents."""
    with here.connect() as connection:
        return int(connection.execute("SELECT COUNT(*) FROM contents").fetchone()[0])


def insert(here: Catalogue, signature: str) -> None:
    """Add a content."""
    with here.connect() as connection:
        connection.execute("INSERT INTO contents VALUES (?, 'id', 0, '')", (signature,))


def test_what_is_written_stays(tmp_path: Path) -> None:
    """Catches a transaction that is never committed, and tables made anew."""
    insert(Catalogue(tmp_path / "new/data"), "a")
    assert count(Catalogue(tmp_path / "new/data")) == 1


def test_an_error_undoes_the_whole_transaction(tmp_path: Path) -> None:
    """Catches half a change that stays."""
    here = Catalogue(tmp_path)
    with pytest.raises(KeyError), here.connect() as connection:
        connection.execute("INSERT INTO contents VALUES ('a', 'id', 0, '')")
        raise KeyError
    assert count(here) == 0


def test_several_writers_wait_for_each_other(tmp_path: Path) -> None:
    """Catches 'database is locked' when the app and its worker write at the same time."""
    here = Catalogue(tmp_path)
    errors: list[Exception] = []

    def work(name: int) -> None:
        try:
            for number in range(20):
                insert(Catalogue(tmp_path) if number % 5 == 0 else here, f"{name}-{number}")
        except StoreError as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert count(here) == 80


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    """Catches an error of SQLite without the name of the file."""
    (tmp_path / "catalogue.sqlite3").write_bytes(b"no database" * 100)
    with pytest.raises(StoreError, match=rf"{tmp_path}/catalogue\.sqlite3 .*data_dir="):
        Catalogue(tmp_path)


def version(path: Path) -> int:
    """Return the version of the tables in a file."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_a_catalogue_from_before_versions_is_brought_up_to_date(tmp_path: Path) -> None:
    """Catches datasets lost in an update, or tables that lack what this version writes."""
    path = tmp_path / "catalogue.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "CREATE TABLE contents (signature TEXT PRIMARY KEY, video_id TEXT, seen REAL)"
        )
        connection.execute("INSERT INTO contents VALUES ('old', 'id', 0)")
        connection.execute(
            "CREATE TABLE datasets (id TEXT PRIMARY KEY, name TEXT, input_dir TEXT, kind TEXT, "
            "encoder TEXT, frame_order TEXT, created REAL)"
        )
        connection.execute("INSERT INTO datasets VALUES ('1', 'Street', '/s', 'folder', '', '', 0)")
    insert(Catalogue(tmp_path), "new")
    assert count(Catalogue(tmp_path)) == 1
    assert [record.name for record in Datasets(tmp_path).all()] == ["Street"]
    assert version(path) == len(catalogue._VERSIONS)


def test_datasets_of_version_1_keep_their_folders(tmp_path: Path) -> None:
    """Catches datasets that lose their folder, their name or their right to be seen."""
    path = tmp_path / "catalogue.sqlite3"
    rows = [
        ("1", "Street", b"/data/caf\xe9", "folder", "e", "natural", 1.0),
        ("2", "Upload", b"/u", "upload", "e", "alphabetical", 2.0),
    ]
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        for statement in catalogue._VERSIONS[0]:
            connection.execute(statement)
        connection.executemany("INSERT INTO datasets VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        connection.execute("PRAGMA user_version=1")
    upload, street = Datasets(tmp_path).all("anna")
    assert street == DatasetRecord(
        id="1",
        name="Street",
        sources=(Source(Path("/data/caf\udce9"), "folder"),),
        encoder="e",
        frame_order="natural",
        created=1.0,
        owner="",
        shared=True,
    )
    assert upload.sources == (Source(Path("/u"), "upload"),)
    again = Datasets(tmp_path).create("x", street.sources, encoder="e", frame_order="natural")
    assert again == street


def test_a_catalogue_of_a_newer_seqsel_is_told_and_left_alone(tmp_path: Path) -> None:
    """Catches an older seqsel, in another container, that writes into tables it does not know."""
    insert(Catalogue(tmp_path), "a")
    path = tmp_path / "catalogue.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version=99")
    with pytest.raises(
        StoreError, match=r"newer seqsel \(version 99 .* knows \d+\)\. Update seqsel"
    ):
        Catalogue(tmp_path)
    assert version(path) == 99


def test_an_update_that_fails_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a catalogue between two versions, after a full disk or a kill."""
    insert(Catalogue(tmp_path), "a")
    steps = (*catalogue._VERSIONS, ("DROP TABLE contents", "no SQL"))
    with monkeypatch.context() as patch:
        patch.setattr(catalogue, "_VERSIONS", steps)
        with pytest.raises(StoreError, match="syntax error"):
            Catalogue(tmp_path)
    assert count(Catalogue(tmp_path)) == 1


def test_what_cannot_be_written_is_told_wherever_it_happens(tmp_path: Path) -> None:
    """Catches a traceback from SQLite where the disk is full."""
    here = Catalogue(tmp_path)
    with (
        pytest.raises(StoreError, match=r"catalogue\.sqlite3 .* is full\. Free some space"),
        here.connect() as connection,
    ):
        connection.execute("PRAGMA max_page_count=1")
        connection.executemany(
            "INSERT INTO contents VALUES (?, 'id', 0, '')", [(str(n) * 99,) for n in range(999)]
        )
    assert count(here) == 0


def test_a_place_that_cannot_be_is_told(tmp_path: Path) -> None:
    """Catches a traceback where data_dir is a file."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="SEQSEL_DATA_DIR"):
        Catalogue(tmp_path / "file")


def test_the_default_place_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Catches data written into the working directory."""
    monkeypatch.delenv("SEQSEL_DATA_DIR", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_data_dir().is_relative_to(tmp_path)
    monkeypatch.setenv("SEQSEL_DATA_DIR", "~/x")
    assert default_data_dir() == tmp_path / "x"
