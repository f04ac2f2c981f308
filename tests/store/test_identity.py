"""What a video is: its bytes, not its name."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from seqsel_core.store import identity
from seqsel_core.store.catalogue import Catalogue
from seqsel_core.store.identity import content_id, signature
from seqsel_core.video.discover import discover
from seqsel_core.video.types import Video


def video(path: Path, content: bytes = b"content") -> Video:
    """Write a file and return it as a video."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return Video(path.name, path, len(content))


def folder(path: Path, *contents: bytes) -> Video:
    """Write a folder of frames and return it as a video."""
    for number, content in enumerate(contents):
        video(path / f"{number}.png", content)
    return discover(path).videos[0]


def later(monkeypatch: pytest.MonkeyPatch, seconds: float = 60) -> None:
    """Let time pass: what was just written is no longer new."""
    now = time.time() + seconds
    monkeypatch.setattr(time, "time", lambda: now)


def test_the_name_does_not_matter(tmp_path: Path) -> None:
    """Catches a video embedded again because it was renamed or moved."""
    here, there = video(tmp_path / "a.mp4"), video(tmp_path / "s/caf\udce9 \n.mov")
    assert content_id(here) == content_id(there)
    assert len(content_id(here)) == 32
    assert content_id(folder(tmp_path / "f", b"1", b"2")) == content_id(
        folder(tmp_path / "g", b"1", b"2")
    )


def test_every_byte_matters(tmp_path: Path) -> None:
    """Catches a hash of the first part of a file, or of its size."""
    big = bytes(3 << 20)
    contents = [b"", b"a", b"b", b"ab", big, big[:-1] + b"x", big[:1000] + b"x" + big[1001:]]
    ids = {content_id(video(tmp_path / f"{n}.mp4", c)) for n, c in enumerate(contents)}
    assert len(ids) == len(contents)


def test_the_order_and_the_borders_of_frames_matter(tmp_path: Path) -> None:
    """Catches folders that differ, but not in the bytes of all frames together."""
    runs = [(b"1", b"2"), (b"2", b"1"), (b"12",), (b"", b"12"), (b"1", b"2", b"2")]
    ids = {content_id(folder(tmp_path / str(n), *run)) for n, run in enumerate(runs)}
    assert len(ids) == len(runs)
    alone = content_id(video(tmp_path / "v.mp4", b"1"))
    assert alone != content_id(folder(tmp_path / "one", b"1"))


def test_the_catalogue_hashes_a_file_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches terabytes read again in every run."""
    item = video(tmp_path / "a.mp4")
    later(monkeypatch)
    first = Catalogue(tmp_path / "data").video_id(item)
    monkeypatch.setattr("seqsel_core.store.catalogue.content_id", lambda *_: pytest.fail())
    assert Catalogue(tmp_path / "data").video_id(item) == first == content_id(item)


def test_a_changed_file_is_not_taken_for_the_old_one(tmp_path: Path) -> None:
    """Catches embeddings of the old content given for the new one."""
    catalogue = Catalogue(tmp_path / "data")
    item = video(tmp_path / "a.mp4", b"old")
    old = catalogue.video_id(item)
    os.utime(item.path, ns=(1, 1))
    assert catalogue.video_id(item) == old
    item.path.write_bytes(b"new")
    new = catalogue.video_id(item)
    assert new == content_id(item) != old


def test_a_change_under_the_old_size_and_time_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches an edit by a tool that sets the time of modification back, as many do."""
    catalogue = Catalogue(tmp_path / "data")
    item = video(tmp_path / "a.mp4", b"old")
    before = item.path.stat()
    with monkeypatch.context() as patch:
        later(patch)
        old = catalogue.video_id(item)
    with item.path.open("r+b") as file:
        file.write(b"new")
    os.utime(item.path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = item.path.stat()
    assert (after.st_size, after.st_mtime_ns, after.st_ino) == (
        before.st_size,
        before.st_mtime_ns,
        before.st_ino,
    )
    later(monkeypatch)
    assert catalogue.video_id(item) == content_id(item) != old


def test_two_changes_within_one_tick_of_the_clock_are_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a file remembered while it was being written, when the clock had not moved."""
    catalogue = Catalogue(tmp_path / "data")
    item = video(tmp_path / "a.mp4", b"old")
    state = item.path.stat()
    monkeypatch.setattr(Path, "stat", lambda path: state)  # a clock that stands still
    old = catalogue.video_id(item)
    item.path.write_bytes(b"new")
    assert catalogue.video_id(item) == content_id(item) != old


def test_where_contents_lie_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a video that counts as gone, and one that counts as there after it was replaced."""
    monkeypatch.chdir(tmp_path)
    catalogue = Catalogue(tmp_path / "data")
    frames = folder(tmp_path / "f", b"1", b"2")
    odd, copy = video(Path("caf\udce9.mp4"), b"same"), video(tmp_path / "copy.mp4", b"same")
    replaced = video(tmp_path / "r.mp4", b"first")
    later(monkeypatch)
    same, _, first, run = [
        identity for _, identity in catalogue.video_ids([odd, copy, replaced, frames])
    ]
    replaced.path.write_bytes(b"second")
    later(monkeypatch)
    second = catalogue.video_id(replaced)
    assert catalogue.last_seen() == {
        same: [tmp_path / "caf\udce9.mp4", tmp_path / "copy.mp4"],
        run: [tmp_path / "f"],
        second: [tmp_path / "r.mp4"],
    }
    assert first not in catalogue.last_seen()


def test_hashes_are_kept_while_others_are_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches an interrupted first run that begins to hash a terabyte all over again."""
    items = [video(tmp_path / f"{name}.mp4", name.encode()) for name in "abc"]
    later(monkeypatch)
    catalogue = Catalogue(tmp_path / "data")
    hashing = catalogue.video_ids(items)
    next(hashing)
    hashing.close()
    assert list(catalogue.last_seen().values()) == [[items[0].path]]
    monkeypatch.setattr("seqsel_core.store.catalogue._KEEP_EVERY", -1)
    hashing = catalogue.video_ids(items)
    assert [next(hashing)[0], next(hashing)[0]] == items[:2]
    assert len(catalogue.last_seen()) == 2, "kept though the generator lives"


def test_one_unreadable_video_costs_only_itself(tmp_path: Path) -> None:
    """Catches a whole run that ends because one file is gone."""
    items = [video(tmp_path / f"{name}.mp4", name.encode()) for name in "abc"]
    items[1].path.unlink()
    found = [identity for _, identity in Catalogue(tmp_path / "data").video_ids(items)]
    assert isinstance(found[1], FileNotFoundError)
    assert [found[0], found[2]] == [content_id(items[0]), content_id(items[2])]


def test_a_video_that_changed_holds_another_content(tmp_path: Path) -> None:
    """Catches frames of a new file, stored as those of the file that was there before."""
    catalogue = Catalogue(tmp_path / "data")
    item = video(tmp_path / "a.mp4", b"old")
    identity = catalogue.video_id(item)
    assert catalogue.still_holds(item, identity)
    item.path.write_bytes(b"new")
    assert not catalogue.still_holds(item, identity)
    item.path.unlink()
    assert not catalogue.still_holds(item, identity)


def test_a_file_put_in_its_place_is_noticed(tmp_path: Path) -> None:
    """Catches another file of the same size and time under the same name."""
    item = video(tmp_path / "a.mp4", b"old")
    other = video(tmp_path / "b.mp4", b"new")
    before = signature(item)
    shutil.copystat(item.path, other.path)
    other.path.replace(item.path)
    assert signature(item) != before


def test_a_frame_that_changes_is_noticed(tmp_path: Path) -> None:
    """Catches a folder known by its first frame only."""
    item = folder(tmp_path / "f", b"1", b"2", b"3")
    before = signature(item)
    os.utime(tmp_path / "f/2.png", ns=(1, 1))
    assert signature(item) != before


def test_a_missing_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    """Catches a missing file known by what it was."""
    item = video(tmp_path / "a.mp4")
    catalogue = Catalogue(tmp_path / "data")
    catalogue.video_id(item)
    item.path.unlink()
    with pytest.raises(FileNotFoundError):
        catalogue.video_id(item)


def test_a_frame_that_cannot_be_read_costs_only_itself(tmp_path: Path) -> None:
    """Catches a folder of thousands of frames called unreadable because of one."""
    item = folder(tmp_path / "f", b"0", b"1", b"2")
    whole = signature(item), content_id(item)
    item.frame_paths[1].unlink()
    item.frame_paths[1].mkdir()  # a folder can be looked at, and not be read
    catalogue = Catalogue(tmp_path / "data")
    holed = catalogue.video_id(item)
    assert len({holed, whole[1], content_id(folder(tmp_path / "g", b"0", b"2"))}) == 3
    item.frame_paths[1].rmdir()
    assert signature(item) != whole[0]
    assert catalogue.video_id(item) == holed
    item.frame_paths[1].write_bytes(b"1")
    assert catalogue.video_id(item) == whole[1]


def test_an_identity_with_unreadable_frames_is_not_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a frame that is left out for ever because the disk once gave an error."""
    item = folder(tmp_path / "f", b"0", b"1", b"2")
    catalogue = Catalogue(tmp_path / "data")
    read = identity._hash_file

    def fail(path: Path) -> object:
        if path == item.frame_paths[1]:
            raise OSError(5, "Input/output error")
        return read(path)

    monkeypatch.setattr(identity, "_hash_file", fail)
    holed = catalogue.video_id(item)
    monkeypatch.undo()
    assert catalogue.video_id(item) == content_id(item) != holed


def test_a_folder_of_which_no_frame_can_be_read_is_an_error(tmp_path: Path) -> None:
    """Catches all such folders taken for copies of one another."""
    item = folder(tmp_path / "f", b"0", b"1")
    shutil.rmtree(tmp_path / "f")
    with pytest.raises(FileNotFoundError):
        signature(item)
    with pytest.raises(FileNotFoundError):
        content_id(item)
