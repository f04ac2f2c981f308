"""Named sets of earlier selections."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from seqsel_core.errors import ConfigError, StoreError
from seqsel_core.store.datapool import Datapool, PoolContent


def vectors(*values: float) -> np.ndarray:
    """Return one vector (value, 1) per value."""
    return np.array([(value, 1) for value in values], np.float32)


def test_a_new_pool_is_empty(tmp_path: Path) -> None:
    """Catches a first run that fails, or a pool made by only looking."""
    content = Datapool(tmp_path, "new").load("encoder")
    assert content.keys == []
    assert content.vectors is None
    assert list(tmp_path.iterdir()) == []


def test_what_is_added_is_loaded_in_order(tmp_path: Path) -> None:
    """Catches an earlier selection that a later one overwrites."""
    pool = Datapool(tmp_path, "pool")
    pool.add("encoder", ["a:0:10", "b:10:20"], vectors(1, 2))
    pool.add("encoder", ["c:0:10"], vectors(3))
    content = Datapool(tmp_path, "pool").load("encoder")
    assert content.keys == ["a:0:10", "b:10:20", "c:0:10"]
    np.testing.assert_array_equal(content.vectors, vectors(1, 2, 3))
    assert content.vectors is not None
    assert content.vectors.dtype == np.float32
    assert [path.name for path in (tmp_path / "datapools").iterdir()] == ["pool.npz"]


def test_nothing_may_be_added(tmp_path: Path) -> None:
    """Catches an error where a run selects nothing new."""
    pool = Datapool(tmp_path, "pool")
    pool.add("encoder", [], np.empty((0, 2), np.float32))
    pool.add("encoder", ["a:0:1"], vectors(1))
    pool.add("encoder", [], np.empty((0, 2), np.float32))
    assert pool.load("encoder").keys == ["a:0:1"]


def test_pools_do_not_mix(tmp_path: Path) -> None:
    """Catches one file for all pools, also where one name begins another."""
    for name in ("a", "a.b", "a.b.c", "a-b", "A"):
        Datapool(tmp_path, name).add("encoder", [name], vectors(1))
    for name in ("a", "a.b", "a.b.c", "a-b", "A"):
        assert Datapool(tmp_path, name).load("encoder").keys == [name]


def test_another_encoder_is_refused(tmp_path: Path) -> None:
    """Catches distances between vectors of different networks."""
    pool = Datapool(tmp_path, "pool")
    pool.add("resnet18", ["a:0:1"], vectors(1))
    with pytest.raises(ConfigError, match="resnet18, this run uses lite0"):
        pool.load("lite0")
    with pytest.raises(ConfigError):
        pool.add("lite0", ["b:0:1"], vectors(1))
    assert pool.load("resnet18").keys == ["a:0:1"]


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "/x", ".hidden", "a b", "a\0", "a\n", "é", "x" * 101]
)
def test_a_name_that_could_leave_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    """Catches a pool written anywhere on the disk."""
    with pytest.raises(ConfigError, match=r"datapool\.name="):
        Datapool(tmp_path, name)


@pytest.mark.parametrize(
    "content", [b"", b"no pool", b"PK\x03\x04 half a zip file", b"\x93NUMPY\x01\0"]
)
def test_damage_is_told(tmp_path: Path, content: bytes) -> None:
    """Catches an error of the library, or an empty pool, where the file is damaged."""
    pool = Datapool(tmp_path, "pool")
    pool.add("encoder", ["a:0:1"], vectors(1))
    path = tmp_path / "datapools/pool.npz"
    whole = path.read_bytes()
    for damaged in (content, whole[: len(whole) // 2], whole.replace(b"a\0\0\0:", b"b\0\0\0:")):
        path.write_bytes(damaged)
        with pytest.raises(StoreError, match=rf"{path} is damaged"):
            pool.load("encoder")
        with pytest.raises(StoreError):
            pool.add("encoder", ["b:0:1"], vectors(2))
        assert path.read_bytes() == damaged


def test_two_runs_that_add_at_once_both_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a selection that is lost because another run read the pool before it was added."""
    load = Datapool.load

    def slow(self: Datapool, encoder: str) -> PoolContent:
        content = load(self, encoder)
        time.sleep(0.1)
        return content

    monkeypatch.setattr(Datapool, "load", slow)

    def add(key: str) -> None:
        Datapool(tmp_path, "pool").add("encoder", [key], vectors(1))

    with ThreadPoolExecutor() as threads:
        list(threads.map(add, ["a:0:1", "b:0:1", "c:0:1"]))
    assert sorted(load(Datapool(tmp_path, "pool"), "encoder").keys) == ["a:0:1", "b:0:1", "c:0:1"]


def test_a_pool_that_cannot_be_written_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a traceback that hides that the output folder is complete, and leftovers."""

    def fail(*arguments: object, **arrays: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(StoreError, match=r"folder is complete, but .*No space left on device\.$"):
        Datapool(tmp_path, "pool").add("encoder", ["a:0:1"], vectors(1))
    assert list((tmp_path / "datapools").iterdir()) == []
