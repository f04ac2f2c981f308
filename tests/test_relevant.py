"""Only some videos or frames: relevant_filenames_file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seqsel_core import Choice, Config, embed
from seqsel_core.errors import ConfigError, InputError


@pytest.fixture
def relevant(tmp_path: Path) -> Callable[[bytes], str]:
    """Write a relevant_filenames_file and return the word that names it."""

    def write(content: bytes) -> str:
        (tmp_path / "relevant.txt").write_bytes(content)
        return f"relevant_filenames_file={tmp_path / 'relevant.txt'}"

    return write


def test_only_relevant_videos_are_embedded(
    clips: Any,
    configure: Callable[..., Config],
    relevant: Callable[[bytes], str],
    tmp_path: Path,
) -> None:
    """Catches videos embedded that nobody asked for, and lines of other systems misread."""
    for name in ("a", "s/b", "c", " d\u2028"):
        clips.write(tmp_path / f"in/{name}.mkv", 3)
    listed = '\ufeffa.mkv\r\n\n  s/b.mkv  \n./c.mkv\n" d\\u2028.mkv"\nnone.mkv\n'
    dataset = embed(configure(relevant(listed.encode())))
    assert {item.video.name for item in dataset.videos} == {
        *("a.mkv", "s/b.mkv", "c.mkv", " d\u2028.mkv")
    }
    assert "1 of 5 names" in dataset.warnings[0]
    assert "'none.mkv'" in dataset.warnings[0]
    dataset = embed(configure(relevant(b"c.mkv")))
    assert [item.video.name for item in dataset.videos] == ["c.mkv"]
    assert dataset.warnings == ()


def test_only_relevant_frames_of_a_folder_are_selected(
    clips: Any,
    choose: Callable[..., Choice],
    relevant: Callable[[bytes], str],
    tmp_path: Path,
) -> None:
    """Catches sequences that hold a frame which was not named."""
    clips.write_frames(tmp_path / "in/f", {f"{number}.png": number for number in range(8)})
    clips.write_frames(tmp_path / "in/g", {f"{number}.png": number + 50 for number in range(4)})
    clips.write(tmp_path / "in/v.mkv", range(100, 104))
    word = relevant(b"f/0.png\nf/1.png\nf/2.png\nf/5.png\nf/6.png\nf/7.png\ng\n")
    choice = choose(word, "selected_sequence_length=2")
    names = [item.video.name for item in choice.dataset.videos]
    found = sorted((names[video], start, stop) for video, start, stop in choice.selected)
    assert found == [("f", 0, 2), ("f", 6, 8), ("g", 0, 2), ("g", 2, 4)]
    with pytest.raises(InputError, match=r"left out for frames that .*relevant\.txt does not name"):
        choose(relevant(b"f/1.png\nf/3.png\n"), "selected_sequence_length=2")


def test_names_that_match_nothing_are_refused(
    clips: Any,
    configure: Callable[..., Config],
    relevant: Callable[[bytes], str],
    tmp_path: Path,
) -> None:
    """Catches absolute paths in the list: the message must say what is wanted."""
    clips.write(tmp_path / "in/a.mkv", 3)
    with pytest.raises(ConfigError, match=r"none of the 1 videos.*relative.*'a\.mkv'"):
        embed(configure(relevant(f"{tmp_path}/in/a.mkv".encode())))
    with pytest.raises(ConfigError, match=r"gone\.txt cannot be read"):
        embed(configure(f"relevant_filenames_file={tmp_path}/gone.txt"))
