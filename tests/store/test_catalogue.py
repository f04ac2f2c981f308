"""The SQLite file: shared by processes, and never a mystery when it is damaged."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from seqsel_core.errors import StoreError
from seqsel_core.store.catalogue import Catalogue
from seqsel_core.store.location import default_data_dir


def count(catalogue: Catalogue) -> int:
    """Return the number of contents."""
    with catalogue.connect() as connection:
        return int(connection.execute("SELECT COUNT(*) FROM contents").fetchone()[0])


def insert(catalogue: Catalogue, signature: str) -> None:
    """Add a content."""
    with catalogue.connect() as connection:
        connection.execute("INSERT INTO contents VALUES (?, 'id', 0)", (signature,))


def test_what_is_written_stays(tmp_path: Path) -> None:
    """Catches a transaction that is never committed, and tables made anew."""
    insert(Catalogue(tmp_path / "new/data"), "a")
    assert count(Catalogue(tmp_path / "new/data")) == 1


def test_an_error_undoes_the_whole_transaction(tmp_path: Path) -> None:
    """Catches half a change that stays."""
    catalogue = Catalogue(tmp_path)
    with pytest.raises(KeyError), catalogue.connect() as connection:
        connection.execute("INSERT INTO contents VALUES ('a', 'id', 0)")
        raise KeyError
    assert count(catalogue) == 0


def test_several_writers_wait_for_each_other(tmp_path: Path) -> None:
    """Catches 'database is locked' when the app and its worker write at the same time."""
    catalogue = Catalogue(tmp_path)
    errors: list[Exception] = []

    def work(name: int) -> None:
        try:
            for number in range(20):
                insert(Catalogue(tmp_path) if number % 5 == 0 else catalogue, f"{name}-{number}")
        except sqlite3.Error as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert count(catalogue) == 80


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    """Catches an error of SQLite without the name of the file."""
    (tmp_path / "catalogue.sqlite3").write_bytes(b"no database" * 100)
    with pytest.raises(StoreError, match=rf"{tmp_path}/catalogue\.sqlite3 .*data_dir="):
        Catalogue(tmp_path)


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
