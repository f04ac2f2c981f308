"""Names of frames: those of the reference, each frame its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from seqsel_core.names import frame_name, picture_name
from seqsel_core.video.types import Video


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
