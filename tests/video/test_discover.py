"""Which videos lie below a folder, whatever people called them."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from seqsel_core.errors import ConfigError, InputError
from seqsel_core.video.discover import FRAME_ENDINGS, VIDEO_ENDINGS, discover, ending, group


def touch(root: Path, *names: str) -> None:
    """Write small files, with the folders that they need."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def names(root: Path, **options: object) -> list[str]:
    """Return the names of the videos below a folder."""
    return [video.name for video in discover(root, **options).videos]  # type: ignore[arg-type]


def test_videos_are_found_however_deep_and_sorted(tmp_path: Path) -> None:
    """Catches folders that are not searched, and an order that hangs on the file system."""
    touch(tmp_path, "z.mp4", "a/b/c/d.mkv", "a.mov", "b/x.avi")
    assert names(tmp_path) == ["a.mov", "a/b/c/d.mkv", "b/x.avi", "z.mp4"]
    video = discover(tmp_path).videos[1]
    assert video.path == tmp_path / "a/b/c/d.mkv"
    assert video.size_bytes == 1
    assert not video.is_folder


@pytest.mark.parametrize("name", ["a.MP4", "a.Mp4", "a.MoV", "two.dots.WEBM"])
def test_endings_may_be_in_any_case(tmp_path: Path, name: str) -> None:
    """Catches videos from cameras, which write .MP4, left out."""
    touch(tmp_path, name)
    assert names(tmp_path) == [name]


def test_every_ending_that_is_promised_is_found(tmp_path: Path) -> None:
    """Catches an ending that stands in the message but is not read."""
    touch(tmp_path, *(f"v.{item}" for item in VIDEO_ENDINGS))
    touch(tmp_path / "frames", *(f"f.{item}" for item in FRAME_ENDINGS))
    found = discover(tmp_path)
    assert len(found.videos) == len(VIDEO_ENDINGS) + 1
    frames = next(video for video in found.videos if video.is_folder)
    assert len(frames.frame_names) == len(FRAME_ENDINGS)
    assert found.ignored == ()


def test_a_folder_of_frames_is_one_video(tmp_path: Path) -> None:
    """Catches every picture taken for a video, and frames of two folders mixed."""
    touch(tmp_path, "s/1/b.jpg", "s/1/a.PNG", "s/2/c.jpg", "s/v.mp4")
    found = discover(tmp_path)
    assert [video.name for video in found.videos] == ["s/1", "s/2", "s/v.mp4"]
    first = found.videos[0]
    assert first.is_folder
    assert first.frame_names == ("s/1/a.PNG", "s/1/b.jpg")
    assert first.frame_paths == (tmp_path / "s/1/a.PNG", tmp_path / "s/1/b.jpg")
    assert first.size_bytes == 2


def test_frames_in_the_root_are_called_as_the_root(tmp_path: Path) -> None:
    """Catches a video without a name."""
    root = tmp_path / "scene"
    touch(root, "1.jpg", "2.jpg")
    assert names(root) == ["scene"]
    assert discover(root).videos[0].frame_names == ("1.jpg", "2.jpg")


@pytest.mark.parametrize("other", ["scene.mp4", "scene.mp4/1.jpg"])
def test_no_two_videos_have_one_name(tmp_path: Path, other: str) -> None:
    """Catches a root whose frames and content share a name: one would hide the other."""
    root = tmp_path / "scene.mp4"
    touch(root, "1.jpg", other)
    assert names(root) == sorted([".", other.partition("/")[0]])


def test_alphabetical_order_is_by_code_point_with_one_warning(tmp_path: Path) -> None:
    """Catches frames in another order than the reference's, and silence about it."""
    for folder in ("s", "t"):
        touch(tmp_path / folder, "1.png", "2.png", "10.png")
    touch(tmp_path / "padded", "01.png", "02.png", "10.png")
    found = discover(tmp_path)
    frames = {video.name: video.frame_names for video in found.videos}
    assert frames["s"] == ("s/1.png", "s/10.png", "s/2.png")
    assert len(found.warnings) == 1
    assert "'s' and 1 more" in found.warnings[0]
    assert "frame_order=natural" in found.warnings[0]


def test_natural_order_counts_and_needs_no_warning(tmp_path: Path) -> None:
    """Catches frame_order=natural ignored, or a warning that it does not answer."""
    touch(tmp_path / "s", "1.png", "2.png", "10.png")
    found = discover(tmp_path, frame_order="natural")
    assert found.videos[0].frame_names == ("s/1.png", "s/2.png", "s/10.png")
    assert found.warnings == ()


def test_no_warning_where_both_orders_agree(tmp_path: Path) -> None:
    """Catches a warning in every run, which nobody reads."""
    touch(tmp_path / "s", "f-001.png", "f-002.png", "f-010.png", "g.png")
    assert discover(tmp_path).warnings == ()


def test_real_frames_without_zeros_get_the_warning(shared_data: Path) -> None:
    """Catches 51 real frames, 1.png to 51.png, shuffled in silence."""
    folder = shared_data / "frames/bgslibrary-frames"
    assert len(discover(folder).warnings) == 1
    natural = discover(folder, frame_order="natural").videos[0].frame_names
    assert natural == tuple(f"{number}.png" for number in range(1, 52))


@pytest.mark.parametrize("order", ["alphabetical", "natural"])
def test_the_order_of_listing_does_not_matter(tmp_path: Path, order: str) -> None:
    """Catches a selection that hangs on the file system: 1, 01 and 001 are equal numbers."""
    listed = ["b/1.png", "b/01.png", "b/001.png", "b/2.png", "a.mp4", "a.mov", "c/x.jpg", "n.txt"]
    touch(tmp_path, *listed)
    files = [(name, tmp_path / name) for name in listed]
    expected = group(files, tmp_path, order)
    for seed in range(10):
        random.Random(seed).shuffle(files)
        assert group(files, tmp_path, order) == expected


@pytest.mark.parametrize(
    "name",
    [
        "with spaces .mp4",
        " leading.mp4",
        'it\'s "quoted".mp4',
        "<b>&amp;.mp4",
        "=1+1.mp4",
        "-rf.mp4",
        "two\nlines.mp4",
        "back\\slash.mp4",
        "10:20:30.mp4",
        "%03d.mp4",
        "*?.mp4",
        "名前.mp4",
        "עברית.mp4",
        "🎥.mp4",
        "e\u0301.mp4",
        "caf\udce9.mp4",
    ],
)
def test_any_name_is_found(tmp_path: Path, name: str) -> None:
    """Catches names that are trimmed, split, normalised, or crash the search."""
    touch(tmp_path, name, f"frames of {name}/{name}.png")
    found = discover(tmp_path)
    assert {video.name for video in found.videos} == {name, f"frames of {name}"}
    assert all(os.path.lexists(video.path) for video in found.videos)
    for order in ("alphabetical", "natural"):
        assert len(discover(tmp_path, frame_order=order).videos) == 2


def test_hidden_files_and_folders_are_left_out(tmp_path: Path) -> None:
    """Catches ._clip.mp4 and .Trash, which desktops leave behind, taken for videos."""
    touch(tmp_path, "a.mp4", "._a.mp4", ".mp4", ".hidden/b.mp4", "s/.c.png", "s/d.png")
    found = discover(tmp_path)
    assert [video.name for video in found.videos] == ["a.mp4", "s"]
    assert found.videos[1].frame_names == ("s/d.png",)
    assert found.ignored == ()


def test_other_files_are_named_as_ignored(tmp_path: Path) -> None:
    """Catches files that are dropped in silence."""
    touch(tmp_path, "a.mp4", "s/notes.txt", "README", "s/labels.json", "mp4")
    assert discover(tmp_path).ignored == ("README", "mp4", "s/labels.json", "s/notes.txt")


def test_links_to_files_are_followed_if_asked(tmp_path: Path) -> None:
    """Catches a link that leads out of the folder that a user of the app may read."""
    touch(tmp_path, "in/a.mp4", "out/secret.mp4")
    (tmp_path / "in/link.mp4").symlink_to(tmp_path / "out/secret.mp4")
    (tmp_path / "in/inner.mp4").symlink_to("a.mp4")
    (tmp_path / "in/broken.mp4").symlink_to("nowhere.mp4")
    assert names(tmp_path / "in") == ["a.mp4", "inner.mp4", "link.mp4"]
    assert names(tmp_path / "in", follow_links=False) == ["a.mp4", "inner.mp4"]


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    """Catches a search that never ends."""
    touch(tmp_path, "a.mp4")
    (tmp_path / "again").symlink_to(tmp_path)
    assert "a.mp4" in names(tmp_path)


def test_what_is_no_regular_file_is_left_out(tmp_path: Path) -> None:
    """Catches a pipe or a folder called .mp4 opened as a video, which would wait for ever."""
    touch(tmp_path, "a.mp4", "folder.mp4/b.mp4")
    os.mkfifo(tmp_path / "pipe.mp4")
    assert names(tmp_path) == ["a.mp4", "folder.mp4/b.mp4"]


def test_a_single_video_may_be_given(tmp_path: Path) -> None:
    """Catches input_dir=clip.mp4 refused, or everything beside it read too."""
    touch(tmp_path, "a.mp4", "b.mp4")
    video = discover(tmp_path / "a.mp4").videos
    assert [item.name for item in video] == ["a.mp4"]
    assert video[0].path == tmp_path / "a.mp4"


def test_a_single_file_that_is_no_video_is_refused(tmp_path: Path) -> None:
    """Catches a run without videos that fails much later with an empty list."""
    touch(tmp_path, "notes.txt")
    with pytest.raises(InputError, match=r"notes\.txt \(1 other file found\)"):
        discover(tmp_path / "notes.txt")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """Catches a misspelt folder reported as empty."""
    with pytest.raises(InputError, match=r"input_dir=.*/none does not exist"):
        discover(tmp_path / "none")


def test_a_folder_without_videos_is_refused_with_what_would_be_found(tmp_path: Path) -> None:
    """Catches an empty folder that gives an empty result."""
    with pytest.raises(InputError, match=r"nothing found.*mp4.*png"):
        discover(tmp_path)
    touch(tmp_path, "notes.txt")
    with pytest.raises(InputError, match="1 other file found"):
        discover(tmp_path)


def test_an_unknown_order_is_refused(tmp_path: Path) -> None:
    """Catches a misspelt order taken for alphabetical."""
    touch(tmp_path, "a.mp4")
    with pytest.raises(ConfigError, match="frame_order=size"):
        discover(tmp_path, frame_order="size")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.MP4", "mp4"), ("a/b.c/d", ""), (".mp4", ""), ("a.", ""), ("a.tar.gz", "gz")],
)
def test_the_ending_of_a_name(name: str, expected: str) -> None:
    """Catches the ending of a folder taken for that of a file."""
    assert ending(name) == expected


def test_links_to_folders_are_followed_if_asked(tmp_path: Path) -> None:
    """Catches videos that are left out without a word because their folder is linked."""
    touch(tmp_path, "in/a.mp4", "in/s/b.mp4", "in/.hidden/d.mp4", "out/c.mp4", "out/f/1.png")
    (tmp_path / "in/another").symlink_to("s")  # found under its own name already
    (tmp_path / "in/link").symlink_to(tmp_path / "out")
    (tmp_path / "out/back").symlink_to(tmp_path / "in")
    (tmp_path / "in/shown").symlink_to(".hidden")
    everything = ["a.mp4", "link/c.mp4", "link/f", "s/b.mp4", "shown/d.mp4"]
    assert names(tmp_path / "in") == everything
    assert names(tmp_path / "in", follow_links=False) == ["a.mp4", "s/b.mp4"]


def test_a_link_to_the_folder_above_finds_nothing_twice(tmp_path: Path) -> None:
    """Catches the same videos under ever longer names."""
    touch(tmp_path, "in/a.mp4", "b.mp4")
    (tmp_path / "in/up").symlink_to("..")
    assert names(tmp_path / "in") == ["a.mp4", "up/b.mp4"]
