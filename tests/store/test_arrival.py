"""Uploads on their way: pieces in any state of a connection make the right files."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest

from seqsel_core.errors import InputError, StoreError
from seqsel_core.store import arrival as module
from seqsel_core.store.arrival import MOST_FILES, Arrival
from seqsel_core.store.quota import Limits
from seqsel_core.store.uploads import discover_upload

LIMITS = Limits(per_file=100, left=1000, reason="it is a test")


def begin(root: Path, *files: tuple[str, int]) -> Arrival:
    """Begin an upload of (name, bytes)."""
    arrival = Arrival(root)
    assert arrival.add(files, LIMITS) == list(range(len(files)))
    return arrival


def content(folder: Path) -> dict[str, bytes]:
    """Return {video: bytes} of a finished upload."""
    return {video.name: video.path.read_bytes() for video in discover_upload(folder).videos}


def test_a_piece_goes_on_in_the_next_file(tmp_path: Path) -> None:
    """Catches small files that are cut at the wrong place."""
    arrival = begin(tmp_path, ("a.mp4", 3), ("empty.mp4", 0), ("b.mp4", 2))
    assert arrival.write(0, 0, b"aa") == (0, 2)
    assert arrival.write(0, 2, b"abb") == (3, 0)
    assert content(arrival.finish()) == {"a.mp4": b"aaa", "b.mp4": b"bb", "empty.mp4": b""}


def test_what_came_already_is_not_written_again(tmp_path: Path) -> None:
    """Catches a file that is damaged by a request that was sent twice."""
    arrival = begin(tmp_path, ("a.mp4", 4), ("b.mp4", 2))
    arrival.write(0, 0, b"123")
    assert arrival.received(0) == 3
    assert arrival.write(0, 1, b"234xy") == (2, 0)
    assert arrival.write(0, 0, b"1234xy") == (2, 0)
    assert content(arrival.finish()) == {"a.mp4": b"1234", "b.mp4": b"xy"}


@pytest.mark.parametrize(("number", "at"), [(0, 1), (1, 0), (0, 4), (-1, 0), (0, -1)])
def test_a_gap_is_refused(tmp_path: Path, number: int, at: int) -> None:
    """Catches a file with a hole, whose length is right."""
    arrival = begin(tmp_path, ("a.mp4", 3))
    with pytest.raises(InputError):
        arrival.write(number, at, b"x")


def test_more_than_was_announced_is_refused(tmp_path: Path) -> None:
    """Catches a disk that is filled past the quota by a length that lies."""
    arrival = begin(tmp_path, ("a.mp4", 3))
    with pytest.raises(InputError, match="More bytes"):
        arrival.write(0, 0, b"x" * 50)
    assert sum(path.stat().st_size for path in arrival.folder.iterdir()) == 3


def test_a_dropped_file_leaves_the_others_alone(tmp_path: Path) -> None:
    """Catches bytes of a removed file, still on their way, that land in the next one."""
    arrival = begin(tmp_path, ("a.mp4", 3), ("b.mp4", 3), ("c.mp4", 1))
    arrival.write(0, 0, b"aaab")
    arrival.drop(1)
    assert arrival.promised == 1
    assert arrival.write(1, 1, b"bbc") == (3, 0)
    arrival.drop(0)
    folder = arrival.finish()
    assert content(folder) == {"c.mp4": b"c"}
    assert len(list(folder.iterdir())) == 2


def test_files_that_cannot_be_taken_say_why(tmp_path: Path) -> None:
    """Catches one wrong file that stops the good ones, and a name that is a path."""
    files = [("notes.txt", 1), ("../../a.mp4", 1), ("big.mp4", 101), ("a\0.mp4", 1), ("..", 1)]
    answers = Arrival(tmp_path).add(files, LIMITS)
    assert answers[1] == 0
    assert answers[0] == "neither a video nor a frame"
    assert answers[2] == "101 B; a file may have 100 B"
    assert "not usable" in str(answers[3]) and "not usable" in str(answers[4])


def test_no_room_and_too_many_add_nothing(tmp_path: Path) -> None:
    """Catches half an upload that begins though the whole has no room."""
    arrival = Arrival(tmp_path)
    with pytest.raises(StoreError, match=r"take 1\.1 kB, and 1 kB can be uploaded: it is a test"):
        arrival.add([("a.mp4", 100)] * 11, LIMITS)
    with pytest.raises(InputError, match="100,001 files"):
        arrival.add([("a.mp4", 0)] * (MOST_FILES + 1), LIMITS)
    assert arrival.promised == 0
    assert list(tmp_path.iterdir()) == []


def test_the_same_content_is_kept_once(tmp_path: Path) -> None:
    """Catches a second copy of gigabytes, and a dataset broken by removing another."""
    first = begin(tmp_path, ("a.mp4", 3), ("b.mp4", 3))
    first.write(0, 0, b"xyzxyz")
    one = first.finish()
    again = begin(tmp_path, ("c.mp4", 3))
    again.write(0, 0, b"xyz")
    two = again.finish()
    assert content(one) == {"a.mp4": b"xyz", "b.mp4": b"xyz"}
    kept = list(tmp_path.rglob("*.mp4"))
    assert len(kept) == 2 and kept[0].samefile(kept[1])
    for path in one.iterdir():
        path.unlink()
    assert content(two) == {"c.mp4": b"xyz"}


def test_the_same_frame_twice_stays_two_frames(tmp_path: Path) -> None:
    """Catches a folder of frames that loses those of a still picture."""
    arrival = begin(tmp_path, ("s/1.png", 1), ("s/2.png", 1), ("s/3.png", 1))
    arrival.write(0, 0, b"xyx")
    video = discover_upload(arrival.finish()).videos[0]
    assert video.frame_names == ("s/1.png", "s/2.png", "s/3.png")
    assert [path.read_bytes() for path in video.frame_paths] == [b"x", b"y", b"x"]


def test_a_forged_hash_links_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a file made so that its hash is that of another, taken for it."""

    class Same:
        def update(self, piece: object) -> None:
            pass

        def hexdigest(self) -> str:
            return "f" * 32

    monkeypatch.setattr(module.xxhash, "xxh3_128", Same)
    first = begin(tmp_path, ("a.mp4", 3), ("b.mp4", 3))
    first.write(0, 0, b"123456")
    again = begin(tmp_path, ("c.mp4", 3))
    again.write(0, 0, b"789")
    assert content(first.finish()) == {"a.mp4": b"123", "b.mp4": b"456"}
    assert content(again.finish()) == {"c.mp4": b"789"}


def test_a_disk_that_cannot_link_keeps_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches an upload that fails where the disk knows no second names."""

    def refuse(*names: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(module.os, "link", refuse)
    for _ in range(2):
        arrival = begin(tmp_path, ("a.mp4", 1))
        arrival.write(0, 0, b"x")
        assert content(arrival.finish()) == {"a.mp4": b"x"}


def test_a_full_disk_can_be_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a piece that was written in part and is written again behind that part."""
    arrival = begin(tmp_path, ("a.mp4", 6))
    arrival.write(0, 0, b"12")
    real = Path.open

    class Full:
        def __init__(self, path: Path) -> None:
            self.file = real(path, "ab", buffering=0)

        def __enter__(self) -> Full:
            return self

        def __exit__(self, *error: object) -> None:
            self.file.close()

        def write(self, piece: memoryview) -> int:
            self.file.write(bytes(piece[:1]))
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "open", lambda path, *rest, **options: Full(path))
    with pytest.raises(OSError, match="No space"):
        arrival.write(0, 2, b"3456")
    monkeypatch.undo()
    assert arrival.received(0) == 2
    arrival.write(0, 2, b"3456")
    assert content(arrival.finish()) == {"a.mp4": b"123456"}


def test_a_finished_upload_holds_what_is_complete(tmp_path: Path) -> None:
    """Catches a video that is cut off and taken for whole, and names written before files."""
    arrival = begin(tmp_path, ("a.mp4", 1), ("b.mp4", 9))
    with pytest.raises(InputError, match="No file"):
        arrival.finish()
    arrival.write(0, 0, b"xyz")
    assert not (arrival.folder / "names.json").exists()
    assert (arrival.n_complete, arrival.promised) == (1, 7)
    folder = arrival.finish()
    assert list(json.loads((folder / "names.json").read_text()).values()) == ["a.mp4"]
    assert len(list(folder.iterdir())) == 2
    arrival.discard()  # too late
    assert content(folder) == {"a.mp4": b"x"}


def test_what_is_over_takes_nothing_more(tmp_path: Path) -> None:
    """Catches files added to a dataset behind its back, and writing where all was removed."""
    arrival = begin(tmp_path, ("a.mp4", 2))
    arrival.discard()
    assert list(tmp_path.iterdir()) == []
    for call in (
        lambda: arrival.write(0, 0, b"x"),
        lambda: arrival.add([("b.mp4", 1)], LIMITS),
        lambda: arrival.drop(0),
        arrival.finish,
    ):
        with pytest.raises(StoreError, match="not there"):
            call()
