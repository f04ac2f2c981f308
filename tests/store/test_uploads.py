"""Uploads: what a client calls a file never becomes a path."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from seqsel_core.errors import InputError
from seqsel_core.store.arrival import Arrival
from seqsel_core.store.quota import limits
from seqsel_core.store.uploads import GIVEN_UP, discover_upload, remove_given_up, save_upload


def save(root: Path, *files: tuple[str, bytes]) -> Path:
    """Upload files."""
    return save_upload(root, [(name, BytesIO(content)) for name, content in files])


def test_uploaded_videos_have_the_names_of_the_client(tmp_path: Path) -> None:
    """Catches videos shown under a hash, and content given to another name."""
    folder = save(tmp_path, ("b.mp4", b"bb"), ("a.MOV", b"aaa"), ("notes.txt", b"n"))
    found = discover_upload(folder)
    assert [video.name for video in found.videos] == ["a.MOV", "b.mp4"]
    assert [video.path.read_bytes() for video in found.videos] == [b"aaa", b"bb"]
    assert [video.size_bytes for video in found.videos] == [3, 2]


def test_uploaded_frames_are_one_video_per_folder(tmp_path: Path) -> None:
    """Catches frames sorted by their hash."""
    names = [f"scene/{number}.png" for number in (2, 10, 1)]
    folder = save(tmp_path, *((name, name.encode()) for name in names))
    frames = discover_upload(folder).videos[0].frame_names
    assert frames == ("scene/1.png", "scene/10.png", "scene/2.png")
    natural = discover_upload(folder, frame_order="natural").videos[0]
    assert [path.read_bytes() for path in natural.frame_paths] == [
        b"scene/1.png",
        b"scene/2.png",
        b"scene/10.png",
    ]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../x.mp4", "x.mp4"),
        ("/etc/x.mp4", "etc/x.mp4"),
        ("a/../b.mp4", "a/b.mp4"),
        ("./a//b.mp4", "a/b.mp4"),
        ("C:\\videos\\x.mp4", "C:/videos/x.mp4"),
        ("..\\x.mp4", "x.mp4"),
        ("<script>.mp4", "<script>.mp4"),
        ("-rf.mp4", "-rf.mp4"),
        ("names.json.mp4", "names.json.mp4"),
        ("名前 \n.mp4", "名前 \n.mp4"),
        ("caf\udce9.mp4", "caf\udce9.mp4"),
        ("x" * 5000 + ".mp4", "x" * 5000 + ".mp4"),
    ],
)
def test_a_name_never_becomes_a_path(tmp_path: Path, name: str, shown: str) -> None:
    """Catches an upload that is written outside its folder, or cannot be written."""
    folder = save(tmp_path / "uploads", (name, b"content"))
    assert [video.name for video in discover_upload(folder).videos] == [shown]
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.parent for path in written} == {folder}
    assert {path.suffix for path in written} == {".json", ".mp4"}


def test_files_of_one_name_keep_apart(tmp_path: Path) -> None:
    """Catches two cameras' clip.mp4, of which one hides the other."""
    files = [("clip.mp4", b"1"), ("clip.mp4", b"2"), ("s/clip.mp4", b"3"), ("clip (2).mp4", b"4")]
    found = discover_upload(save(tmp_path, *files))
    content = {video.name: video.path.read_bytes() for video in found.videos}
    assert content == {
        "clip.mp4": b"1",
        "clip (2).mp4": b"2",
        "s/clip.mp4": b"3",
        "clip (2) (2).mp4": b"4",
    }


def test_a_file_uploaded_twice_is_there_once(tmp_path: Path) -> None:
    """Catches a copy made of a file that was dropped twice by mistake."""
    found = discover_upload(save(tmp_path, ("clip.mp4", b"1"), ("clip.mp4", b"1")))
    assert [video.name for video in found.videos] == ["clip.mp4"]


def test_every_upload_has_a_folder_of_its_own(tmp_path: Path) -> None:
    """Catches an upload that mixes with an earlier one."""
    first, second = save(tmp_path, ("a.mp4", b"1")), save(tmp_path, ("b.mp4", b"2"))
    assert first != second
    assert [video.name for video in discover_upload(first).videos] == ["a.mp4"]


@pytest.mark.parametrize("name", ["notes.txt", "mp4", "a.mp4.exe"])
def test_an_upload_without_videos_is_refused(tmp_path: Path, name: str) -> None:
    """Catches an empty dataset."""
    with pytest.raises(InputError, match="The uploaded file is not a video"):
        save(tmp_path, (name, b"1"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "..", "/", "a\0.mp4"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    """Catches a file without a name, and a NUL, at which the system cuts names off."""
    with pytest.raises(InputError, match="not usable"):
        save(tmp_path, (name, b"1"))


@pytest.mark.parametrize("content", [None, "", "no json"])
def test_an_upload_that_is_gone_is_told(tmp_path: Path, content: str | None) -> None:
    """Catches a traceback where an upload was tidied away."""
    folder = save(tmp_path, ("a.mp4", b"1"))
    (folder / "names.json").unlink()
    if content is not None:
        (folder / "names.json").write_text(content)
    with pytest.raises(InputError, match="Upload it again"):
        discover_upload(folder)


def test_an_upload_that_cannot_be_copied_leaves_nothing(tmp_path: Path) -> None:
    """Catches half an upload that fills the disk for ever, though nobody can reach it."""

    class FullDisk(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        save_upload(tmp_path, [("a.mp4", BytesIO(b"a")), ("b.mp4", FullDisk(b"b"))])
    assert list(tmp_path.iterdir()) == []


def test_an_older_upload_is_still_read(tmp_path: Path) -> None:
    """Catches datasets lost because files were named otherwise when they were uploaded."""
    (tmp_path / "0123.mp4").write_bytes(b"old")
    (tmp_path / "names.json").write_text('{"0123.mp4": "old.mp4"}')
    assert [video.name for video in discover_upload(tmp_path).videos] == ["old.mp4"]


def test_what_was_given_up_goes_after_a_day(tmp_path: Path) -> None:
    """Catches partial files that fill the disk for ever, and an upload removed on its way."""
    whole = save(tmp_path, ("a.mp4", b"1"))
    partial = Arrival(tmp_path)
    partial.add([("b.mp4", 2)], limits(tmp_path))
    partial.write(0, 0, b"x")
    now = partial.folder.stat().st_mtime
    remove_given_up(tmp_path, now + GIVEN_UP - 60)
    assert partial.folder.exists()
    remove_given_up(tmp_path, now + GIVEN_UP + 60)
    assert list(tmp_path.iterdir()) == [whole]
    remove_given_up(tmp_path / "none")
