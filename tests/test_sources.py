"""Several sources of one dataset: what their videos are called, and what one that fails costs."""

from __future__ import annotations

from pathlib import Path

import pytest

from seqsel_core.errors import InputError
from seqsel_core.sources import find_videos, join
from seqsel_core.store.datasets import DatasetRecord, Source
from seqsel_core.video.discover import Found
from seqsel_core.video.types import Video


def record(*folders: Path) -> DatasetRecord:
    """Return a dataset of folders."""
    sources = tuple(Source(folder, "folder") for folder in folders)
    return DatasetRecord("1", "x", sources, "efficientnet-lite0", "alphabetical", 0.0)


def write(*paths: Path) -> None:
    """Write files, each of its own content."""
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(path))


def test_videos_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """Catches a video hidden by another of its name, or one that gets a new name later."""
    a, b, c = (tmp_path / name for name in "abc")
    write(a / "x.mp4", a / "sub/y.mp4", b / "x.mp4", b / "z.mp4", c / "x.mp4", c / "x (2).mp4")
    found = {video.name: video.path for video in find_videos(record(a, b, c)).videos}
    assert found == {
        "sub/y.mp4": a / "sub/y.mp4",
        "x.mp4": a / "x.mp4",
        "x (2).mp4": b / "x.mp4",
        "x (2) (2).mp4": c / "x (2).mp4",
        "x (3).mp4": c / "x.mp4",
        "z.mp4": b / "z.mp4",
    }
    assert list(found) == sorted(found)
    assert {video.name for video in find_videos(record(a)).videos} <= set(found)


def test_frames_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """Catches frames of two folders that are written over each other in the output."""
    a, b = tmp_path / "a", tmp_path / "b"
    write(a / "1.png", a / "cam/1.png", b / "1.png", b / "cam/1.png", b / "cam/2.png")
    found = find_videos(record(a, b)).videos
    assert {video.name: video.frame_names for video in found} == {
        "a": ("1.png",),
        "cam": ("cam/1.png",),
        "b": ("b/1.png",),
        "cam (2)": ("cam (2)/1.png", "cam (2)/2.png"),
    }
    names = [name for video in found for name in video.frame_names]
    assert len(set(names)) == len(names)


def test_a_folder_in_a_folder_is_taken_once(tmp_path: Path) -> None:
    """Catches every video of a subfolder twice, once it is added by itself."""
    write(tmp_path / "x.mp4", tmp_path / "sub/y.mp4", tmp_path / "frames/1.png")
    found = find_videos(record(tmp_path, tmp_path / "sub", tmp_path / "frames")).videos
    assert [video.name for video in found] == ["frames", "sub/y.mp4", "x.mp4"]


def test_a_source_that_is_gone_costs_only_itself(tmp_path: Path) -> None:
    """Catches a dataset that cannot be read because one disk of it is not mounted."""
    write(tmp_path / "a/x.mp4")
    found = find_videos(record(tmp_path / "gone", tmp_path / "a"))
    assert [video.name for video in found.videos] == ["x.mp4"]
    (warning,) = found.warnings
    assert "gone does not exist" in warning
    assert warning.endswith("Its videos take no part.")
    with pytest.raises(InputError, match="gone does not exist"):
        find_videos(record(tmp_path / "gone"))


def test_remarks_of_all_sources_are_kept() -> None:
    """Catches warnings and ignored files of the second source that nobody sees."""
    parts = [
        Found((Video("a", Path("/a"), 1),), ("z.txt",), ("one",)),
        Found((), ("b.txt",), ("two", "one")),
    ]
    joined = join(parts)
    assert joined.ignored == ("b.txt", "z.txt")
    assert joined.warnings == ("one", "two")
