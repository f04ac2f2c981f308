"""Stored maps: a cache that may be lost, but never lies."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from seqsel_core.store.projections import Projections

MAP = np.array([[1, 2], [3, 4]], np.float32)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    """Catches a map of another dataset or of another name."""
    stored = Projections(tmp_path, "key")
    assert stored.load("pca") is None
    assert list(tmp_path.iterdir()) == []
    stored.save("pca", MAP)
    stored.save("pca", MAP * 2)
    np.testing.assert_array_equal(Projections(tmp_path, "key").load("pca"), MAP * 2)
    assert Projections(tmp_path, "other").load("pca") is None
    assert stored.load("umap_k_15") is None
    assert [path.name for path in (tmp_path / "projections/key").iterdir()] == ["pca.npy"]


@pytest.mark.parametrize("content", [b"", b"no array", b"\x93NUMPY\x01\0"])
def test_a_damaged_map_is_computed_again(tmp_path: Path, content: bytes) -> None:
    """Catches an app that fails where it could compute a map in milliseconds."""
    stored = Projections(tmp_path, "key")
    stored.save("pca", MAP)
    (tmp_path / "projections/key/pca.npy").write_bytes(content)
    assert stored.load("pca") is None


def test_a_look_counts_as_use(tmp_path: Path) -> None:
    """Catches maps of a dataset that is worked on every day, removed as not used."""
    stored = Projections(tmp_path, "key")
    stored.save("pca", MAP)
    path = tmp_path / "projections/key/pca.npy"
    os.utime(path, times=(1e9, 1e9))
    stored.load("umap_k_15")
    assert path.stat().st_mtime == 1e9
    stored.load("pca")
    assert path.stat().st_mtime > 1.5e9
