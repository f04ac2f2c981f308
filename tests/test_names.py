"""Names of frames: those of the reference, each frame its own, and never more than names."""

from __future__ import annotations

import csv
import json
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from pypdf import PdfReader

from seqsel_core import Choice
from seqsel_core.__main__ import summary
from seqsel_core.engine import RunResult
from seqsel_core.names import frame_name, picture_name
from seqsel_core.output.archive import member_name, zip_folder
from seqsel_core.output.run_folder import RunFolder
from seqsel_core.output.text import name_of_cell, name_of_line
from seqsel_core.progress import Silent, Terminal
from seqsel_core.project.map_set import map_frames
from seqsel_core.video.types import Video
from tests.hostile import STEMS, names


def video(name: str) -> Video:
    """Return a video file of this name."""
    return Video(name, Path("input") / name, 1)


FOLDER = Video("a", Path("a"), 2, ("a/x.jpg", "a/y.tif"), (Path("a/x.jpg"), Path("a/y.tif")))


@pytest.mark.parametrize(
    ("name", "index", "total", "expected"),
    [
        ("subdir/video_1.mp4", 99, 475, "subdir/video_1-099-mp4.png"),  # the reference's example
        ("video.mov", 0, 9, "video-0-mov.png"),
        ("video.mov", 9, 10, "video-09-mov.png"),
        ("video.mov", 10, 1000, "video-0010-mov.png"),
        ("two.dots.avi", 3, 99, "two.dots-03-avi.png"),
        ("UPPER.MP4", 3, 9, "UPPER-3-MP4.png"),
        ("a b/<b>'\".mkv", 1, 5, "a b/<b>'\"-1-mkv.png"),
        ("caf\udce9/名.ts", 1, 5, "caf\udce9/名-1-ts.png"),
    ],
)
def test_frames_of_video_files_are_called_as_in_the_reference(
    name: str, index: int, total: int, expected: str
) -> None:
    """Catches names that scripts made for the reference do not find."""
    assert frame_name(video(name), index, total) == expected


def test_names_sort_as_frames_do() -> None:
    """Catches too few zeros: names in alphabetical order then belong to other frames."""
    for total in (9, 10, 11, 100, 101):
        names = [frame_name(video("v.mp4"), index, total) for index in range(total)]
        assert names == sorted(set(names))


def test_videos_that_differ_in_their_ending_only_have_frames_of_their_own() -> None:
    """Catches one video's frames written over another's."""
    assert frame_name(video("v.mp4"), 1, 5) != frame_name(video("v.mkv"), 1, 5)


def test_frames_of_folders_keep_their_name() -> None:
    """Catches frames of folders renamed: people look for the file that they gave."""
    assert [frame_name(FOLDER, index, 2) for index in (0, 1)] == ["a/x.jpg", "a/y.tif"]


def test_pictures_have_the_ending_of_their_format() -> None:
    """Catches a JPEG called .png, and an ending added to the one that is there."""
    assert picture_name(video("s/v.mp4"), 7, 100, "jpg") == "s/v-007-mp4.jpg"
    assert picture_name(video("two.dots.avi"), 1, 5, "png") == "two.dots-1-avi.png"
    assert picture_name(FOLDER, 1, 2, "webp") == "a/y.webp"


@pytest.fixture
def hostile_choice(clips: Any, choose: Callable[..., Choice], tmp_path: Path) -> Choice:
    """All of videos, frames of a folder, broken videos and other files with hostile names."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number, name in enumerate(names("mkv")):
        clips.write(tmp_path / "clip.mkv", [number]).rename(folder / name)
        (folder / f"{name[:-4]}.mp4").write_bytes(b"no video")
        (folder / f"{name[:-4]}.txt").write_text("neither video nor frame")
    pictures = {name: number for number, name in enumerate(names("png"))}
    clips.write_frames(folder / STEMS["markdown picture"] / STEMS["script"], pictures)
    return choose(
        *("dump_dataset=True", "isolate=False", "selected_sequence_length=1"),
        *("remove_exact_duplicates=False", "enable_corruptness_check=False"),
    )


@pytest.mark.slow  # a whole output folder
def test_hostile_names_are_only_names_in_every_output(
    hostile_choice: Choice, tmp_path: Path
) -> None:
    """Catches a name that a spreadsheet, viewer, terminal or archiver would obey."""
    maps = map_frames(hostile_choice.dataset.embeddings, ["pca"])
    with RunFolder(tmp_path / "out", "run") as folder:
        run = folder.write(hostile_choice, None, maps, Silent())
    frames = _expected_frames(tmp_path / "in")
    assert not _CONTROL.search((run / "log.txt").read_text("utf-8"))
    _check_lists(run, frames)
    _check_tables(run, frames)
    _check_report(run)
    _check_pictures(run, frames)


def test_hostile_names_are_only_text_on_the_terminal(
    hostile_choice: Choice, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches a file that clears the terminal, or writes lines of its own there."""
    print(summary(RunResult(hostile_choice, tmp_path, None)))
    with Terminal() as progress:
        for name in names():
            progress.stage("embedding", 2, "frames")
            progress.advance(1, name)
            progress.note(f"{name} is left out")
    shown = capsys.readouterr()
    assert "cannot be opened" in shown.out
    assert not _CONTROL.search(shown.out)
    own = re.compile("\r|\x1b\\[A")  # with which the bar is drawn
    assert not _CONTROL.search(own.sub("", shown.err))


_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e\u2066]")


def _expected_frames(folder: Path) -> set[str]:
    """Return the names of all frames that can be read."""
    clips = {f"{path.name[:-4]}-0-mkv.png" for path in folder.glob("*.mkv")}
    pictures = [path for path in folder.rglob("*.png") if path.is_file()]
    return clips | {path.relative_to(folder).as_posix() for path in pictures}


def _check_lists(run: Path, frames: set[str]) -> None:
    for kind, expected in (("sampled", frames), ("corrupt", set(names("mp4")))):
        text = (run / "filenames" / f"{kind}_filenames.txt").read_bytes()
        lines = text.decode("utf-8", "surrogateescape").split("\n")[:-1]
        assert {name_of_line(line) for line in lines} == expected


def _check_tables(run: Path, frames: set[str]) -> None:
    for name in ("embeddings", "selected_embeddings"):
        with (run / "data" / f"{name}.csv").open(
            newline="", encoding="utf-8", errors="surrogateescape"
        ) as file:
            cells = [row["filenames"] for row in csv.DictReader(file)]
        assert not [cell for cell in cells if cell[0] in "=+-@\t\r\n"]
        assert {name_of_cell(cell) for cell in cells} == frames
    chosen = json.loads((run / "data" / "sequence_information.json").read_text("utf-8"))
    told = {name for item in chosen for name in item.get("frame_names", item.get("filenames"))}
    assert told == frames


def _check_report(run: Path) -> None:
    text = (run / "report.json").read_text("utf-8")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f]", text)
    report = json.loads(text)
    assert {item["video_name"] for item in report["unreadable_videos"]} == set(names("mp4"))
    assert set(report["ignored_files"]) == set(names("txt"))
    reader = PdfReader(run / "report.pdf")
    assert not {"/AA", "/Names", "/JavaScript", "/URI"} & set(reader.trailer["/Root"])
    for page in reader.pages:
        assert not page.get("/Annots"), "a name became a link"


def _check_pictures(run: Path, frames: set[str]) -> None:
    sampled = run / "data" / "sampled"
    written = {path.relative_to(sampled).as_posix() for path in sampled.rglob("*.png")}
    usual = {name for name in frames if len(os.fsencode(PurePosixPath(name).name)) <= 255}
    assert usual <= written
    assert len(written) == len(frames)
    zip_folder(sampled, run / "frames.zip", Silent())
    with zipfile.ZipFile(run / "frames.zip") as packed:
        assert packed.testzip() is None
        listed = packed.namelist()
    assert len(set(listed)) == len(written)
    for name in listed:
        assert not name.startswith("/")
        assert ".." not in PurePosixPath(name).parts
        assert name.isprintable()
        assert "\\" not in name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a b/<b>'$x$.png", "a b/<b>'$x$.png"),
        ("..\\..\\x.png", "..%5C..%5Cx.png"),
        ("C:x/C:y.png", "C%3Ax/C:y.png"),
        ("10:20:30.png", "10:20:30.png"),
        ("two\nlines.png", "two%0Alines.png"),
        ("caf\udce9.png", "caf%E9.png"),
        ("a\u202eb.png", "a%E2%80%AEb.png"),
        ("名.png", "名.png"),
    ],
)
def test_members_of_a_zip_are_called_as_the_pictures(name: str, expected: str) -> None:
    """Catches a zip that writes outside its folder on Windows, or a name changed for nothing."""
    assert member_name(name) == expected
