"""Stored videos that are damaged, or cannot be read for another reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqsel_core.errors import StoreError
from seqsel_core.store.shards import FRAME_DTYPE, Shard, ShardStore
from tests.store.shard_files import ID, KEY, no_more_files, write


def use(shard: Shard | None) -> None:
    """Read everything that a shard holds."""
    assert shard is not None
    assert shard.embeddings is not None
    assert shard.frames is not None
    shard.thumbnails([0])


def cut(path: Path) -> None:
    """Halve a file."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def change(key: str, value: object) -> Any:
    """Return a function that changes a value in a manifest."""

    def damage(path: Path) -> None:
        manifest = json.loads(path.read_text())
        manifest[key] = value
        path.write_text(json.dumps(manifest))

    return damage


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("manifest.json", Path.unlink),
        ("manifest.json", cut),
        ("manifest.json", lambda path: path.write_bytes(b"")),
        ("manifest.json", lambda path: path.write_bytes(b"\0" * 200)),
        ("manifest.json", lambda path: path.write_text("null")),
        ("manifest.json", lambda path: path.write_text("[]")),
        ("manifest.json", lambda path: path.write_text("{}")),
        ("manifest.json", change("format", 99)),
        ("manifest.json", change("n_frames", 2)),
        ("manifest.json", change("n_frames", "3")),
        ("manifest.json", change("dimensions", 2)),
        ("manifest.json", change("unknown", 1)),
        ("manifest.json", change("problems", [{"why": "?"}])),
        ("embeddings.f16", Path.unlink),
        ("embeddings.f16", cut),
        ("frames.npy", Path.unlink),
        ("frames.npy", cut),
        ("frames.npy", lambda path: path.write_bytes(b"")),
        ("frames.npy", lambda path: np.save(path, np.zeros(2, FRAME_DTYPE))),
        ("thumbnails.bin", Path.unlink),
        ("thumbnails.bin", lambda path: path.write_bytes(b"b")),
        ("thumbnails.npy", Path.unlink),
        ("thumbnails.npy", lambda path: np.save(path, np.zeros(3, np.int64))),
        ("manifest.json", change("files", {"embeddings.f16": 23})),
        ("manifest.json", change("files", [])),
        ("frames.npy", lambda path: path.write_bytes(b"\0" * path.stat().st_size)),
        ("thumbnails.npy", lambda path: np.save(path, np.zeros(4, np.float64))),
    ],
)
def test_damage_is_told_with_the_place_and_the_way_out(
    tmp_path: Path, name: str, damage: Any
) -> None:
    """Catches damaged embeddings believed, or an error that says nothing to people."""
    store = ShardStore(tmp_path)
    path = write(store).path
    damage(path / name)
    with pytest.raises(StoreError, match=rf"{path} are damaged .* Remove that directory"):
        use(store.find(ID, KEY))


def test_what_cannot_be_read_is_not_called_damaged(tmp_path: Path) -> None:
    """Catches the advice to remove good embeddings where a limit or a permission is in the way."""
    store = ShardStore(tmp_path)
    path = write(store).path
    use(store.find(ID, KEY))  # imports what it needs

    for attribute in ("embeddings", "frames"):
        shard = store.find(ID, KEY)
        with (
            no_more_files(),
            pytest.raises(StoreError, match=rf"{path} cannot be read: .*ulimit -n") as told,
        ):
            getattr(shard, attribute)
        assert "emove" not in str(told.value)
    shard = store.find(ID, KEY)
    assert shard is not None
    with no_more_files(), pytest.raises(StoreError, match=r"cannot be read: .*ulimit -n"):
        shard.thumbnails([0])
    with no_more_files(), pytest.raises(StoreError, match=r"cannot be read: .*ulimit -n"):
        store.find(ID, KEY)
    use(store.find(ID, KEY))
