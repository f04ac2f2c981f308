"""Which frame stands in which list."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from PIL import Image

from seqsel_core import Choice
from seqsel_core.output.filenames import selected_frames, write_filenames


@pytest.fixture
def lists(tmp_path: Path):
    """Write the lists of a selection and read them back as lines."""

    def lists(choice: Choice) -> dict[str, list[str]]:
        folder = tmp_path / "filenames"
        folder.mkdir()
        counts = write_filenames(choice, folder)
        read = {
            kind: (folder / f"{kind}_filenames.txt")
            .read_text("utf-8", errors="surrogateescape")
            .splitlines()
            for kind in ("sampled", "removed", "corrupt", "duplicate")
        }
        assert counts == {kind: len(names) for kind, names in read.items()}
        return read

    return lists


def test_every_readable_frame_is_in_one_list(choose, write_clip, lists) -> None:
    """Catches frames that are forgotten, listed twice, or sorted instead of in order of pick."""
    write_clip("a.mkv", 10)
    write_clip("b.mkv", 5, seed=1)
    choice = choose("stopping_condition.n_samples=6", "selected_sequence_length=2")

    written = lists(choice)

    everything = [
        [f"a-{index:02d}-mkv.png" for index in range(10)],
        [f"b-{index}-mkv.png" for index in range(5)],
    ]
    picked = [
        name for span in choice.selected for name in everything[span.video][span.start : span.stop]
    ]
    assert picked != sorted(picked)  # or the order would not be tested
    assert written["sampled"] == picked
    assert written["removed"] == [
        name for names in everything for name in names if name not in picked
    ]
    assert written["corrupt"] == written["duplicate"] == []


def test_flagged_frames_are_listed_where_their_check_is_on(
    choose, write_clip, write_frames_of, input_dir, lists
) -> None:
    """Catches lists that ignore the switches, and unreadable files that nobody hears of."""
    write_clip("a.mkv", 4)
    shutil.copy(input_dir / "a.mkv", input_dir / "b.mkv")
    folder = write_frames_of("f", "0.png", "1.png", "2.png", seed=3)
    (folder / "1.png").write_bytes(b"no picture")
    (input_dir / "broken.mp4").write_bytes(b"no video")

    written = lists(choose("stopping_condition.n_samples=1"))

    assert written["duplicate"] == [f"b-{index}-mkv.png" for index in range(4)]
    assert written["corrupt"] == ["f/1.png", "broken.mp4"]
    assert len(written["sampled"]) == 1
    assert len(written["removed"]) == 4 + 2 - 1


@pytest.mark.parametrize("on", [True, False])
def test_a_check_that_is_off_lists_nothing(
    choose, write_clip, write_frames_of, input_dir, lists, on
) -> None:
    """Catches frames listed as corrupt or duplicate although they could be selected."""
    write_clip("a.mkv", 4)
    shutil.copy(input_dir / "a.mkv", input_dir / "b.mkv")
    folder = write_frames_of("f", "0.png", "1.png", seed=3)
    Image.new("RGB", (64, 48), "gray").save(folder / "1.png")
    choice = choose(
        "stopping_condition.n_samples=10",
        f"remove_exact_duplicates={on}",
        f"enable_corruptness_check={on}",
    )

    written = lists(choice)

    assert written["duplicate"] == [f"b-{index}-mkv.png" for index in range(4) if on]
    assert written["corrupt"] == (["f/1.png"] if on else [])
    assert len(written["sampled"]) == (5 if on else 10)
    assert written["removed"] == []


def test_names_that_hold_anything(choose, write_frames_of, lists) -> None:
    """Catches a name with a line break that looks like two frames, and a crash on odd bytes."""
    odd = os.fsdecode(b"not\xffutf8.png")
    write_frames_of("f", "two\nlines.png", odd, "=cmd.png")

    written = lists(choose("stopping_condition.n_samples=3"))

    assert sorted(written["sampled"]) == sorted(['"f/two\\nlines.png"', f"f/{odd}", "f/=cmd.png"])


def test_frames_shared_by_two_sequences_count_once(choose, write_clip) -> None:
    """Catches a frame named or written twice where the last sequence was moved back."""
    write_clip("a.mkv", 5)
    choice = choose(
        "stopping_condition.n_samples=9", "selected_sequence_length=3", "remainder=overlap"
    )

    videos, rows = selected_frames(choice)

    assert len(choice.selection) == 2
    assert sorted(rows.tolist()) == [0, 1, 2, 3, 4]
    assert rows[0] == choice.selected[0].start
    assert videos.tolist() == [0] * 5
