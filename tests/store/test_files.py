"""Files that are whole or not there, and what people are told where that fails."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from pathlib import Path

import pytest

from seqsel_core.store import files
from seqsel_core.store.files import is_abandoned, remove_whole, rename, sync, trouble


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, r"^No space left on device\. Free some space, or choose another place"),
        (errno.EDQUOT, r"exceeded\. Free some space"),
        (errno.EFBIG, r"ulimit -f"),
        (errno.EMFILE, r"ulimit -n"),
        (errno.EROFS, r"^Read-only file system\. Mount it"),
        (errno.EIO, r"^Input/output error\. Choose another place .*SEQSEL_DATA_DIR\.$"),
    ],
)
def test_every_trouble_has_a_way_out(tmp_path: Path, number: int, advice: str) -> None:
    """Catches 'Errno 28' with nothing that a person could do."""
    with pytest.raises(ValueError, match=advice):
        raise ValueError(trouble(OSError(number, os.strerror(number)), tmp_path))


@pytest.mark.parametrize(
    ("owner", "told"),
    [
        (0, "It belongs to root (0), and this is "),
        (4_000_000, "It belongs to user 4000000, and this is "),
        (None, "Change its permissions (chmod -R u+rwX)"),
    ],
)
def test_a_denial_says_whose_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: int | None, told: str
) -> None:
    """Catches a user of a container who is not told that the directory is root's."""
    state = list(tmp_path.stat())
    us = os.geteuid()
    state[4] = us if owner is None else owner  # st_uid
    if owner == us:
        monkeypatch.setattr(os, "geteuid", lambda: us + 1)
    monkeypatch.setattr(Path, "stat", lambda path: os.stat_result(state))
    error = PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "a"))
    assert told in trouble(error, tmp_path)


def test_a_denial_where_nothing_exists_still_says_something() -> None:
    """Catches a traceback inside an error message."""
    error = PermissionError(errno.EACCES, "Permission denied")
    assert trouble(error, Path("/")).startswith("Permission denied. ")


def test_a_mount_that_cannot_sync_directories_is_good_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a store that refuses network mounts, and one that takes a failed write as done."""
    (tmp_path / "file").write_text("x")

    def fail(descriptor: int) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "fsync", fail)
    sync(tmp_path)
    with pytest.raises(OSError, match="Invalid argument"):
        sync(tmp_path / "file")


def test_a_directory_is_not_renamed_over_another(tmp_path: Path) -> None:
    """Catches a finished shard that is replaced or mixed with another."""
    for name in ("source", "target"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    with pytest.raises(FileExistsError):
        rename(tmp_path / "source", tmp_path / "target")
    assert (tmp_path / "source/file").exists()
    assert (tmp_path / "target/file").read_text() == "target"
    rename(tmp_path / "source", tmp_path / "new")
    assert (tmp_path / "new/file").read_text() == "source"


def test_a_directory_is_abandoned_when_it_is_old_and_not_locked(tmp_path: Path) -> None:
    """Catches the work of a living process taken for rubbish."""
    assert not is_abandoned(tmp_path), "it is new: its lock may come yet"
    os.utime(tmp_path, times=(time.time() - 3600,) * 2)
    assert is_abandoned(tmp_path)
    descriptor = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    assert not is_abandoned(tmp_path)
    os.close(descriptor)
    assert is_abandoned(tmp_path)
    assert not is_abandoned(tmp_path / "gone")


def test_what_is_removed_is_never_seen_in_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a removal that is interrupted and leaves half a directory under its name."""
    folder = tmp_path / "shard"
    folder.mkdir()
    (folder / "file").write_text("x")

    def interrupt(path: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(files.shutil, "rmtree", interrupt)
        with pytest.raises(KeyboardInterrupt):
            remove_whole(folder, tmp_path / "tmp")
    assert not folder.exists()
    assert len(list((tmp_path / "tmp").iterdir())) == 1
