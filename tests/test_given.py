"""Embeddings that the user brings."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqsel_core import Choice, Config, embed
from seqsel_core.errors import ConfigError
from seqsel_core.given import load_given

NAMES = [["a-0-mp4.png", "a-1-mp4.png"], ["b/x.png"]]
ROWS = np.array([[3, 4], [0, -2], [1, 0]], np.float64)
UNIT = np.array([[0.6, 0.8], [0, -1], [1, 0]], np.float32)


def write_csv(path: Path, rows: list[list[object]]) -> Path:
    """Write a CSV file with quotes where they are needed."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def test_rows_of_npy_are_split_over_the_videos_and_made_unit(tmp_path: Path) -> None:
    """Catches rows given to the wrong video, and distances between vectors of any length."""
    np.save(tmp_path / "e.npy", ROWS)
    first, second = load_given(tmp_path / "e.npy", NAMES)
    np.testing.assert_allclose(first, UNIT[:2])
    np.testing.assert_allclose(second, UNIT[2:])
    assert first.dtype == second.dtype == np.float32


def test_rows_of_csv_are_found_by_name(tmp_path: Path) -> None:
    """Catches rows taken in the order of the file, and columns in alphabetical order."""
    columns = [f"embedding_{number}" for number in (10, 0)]
    path = write_csv(
        tmp_path / "e.csv",
        [
            [columns[0], "filenames", "labels", columns[1]],
            [0, "b/x.png", 7, 1],
            [9, "not asked for.png", 7, 9],
            [-2, "a-1-mp4.png", 7, 0],
            [4, "a-0-mp4.png", 7, 3],
        ],
    )
    first, second = load_given(path, NAMES)
    np.testing.assert_allclose(np.concatenate([first, second]), UNIT)


def test_any_name_is_found_in_csv(tmp_path: Path) -> None:
    """Catches names with quotes, commas, line ends or a formula that are lost in CSV."""
    names = ['a,"b".png', "two\nlines.png", "=1+1.png", "名前.png", "007", " x .png"]
    header = ["filenames", "embedding_0", "embedding_1"]
    path = write_csv(tmp_path / "e.csv", [header, *([name, 1, 0] for name in names)])
    assert [len(part) for part in load_given(path, [names])] == [6]


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.ones((4, 2)), ["(4, 2)", "(3, D)"]),
        (np.ones(3), ["(3,)", "(3, D)"]),
        (np.array([[1, 0], [0, 0], [0, 1]]), ["row 1", "zero"]),
        (np.array([[1, 0], [0, 1], [np.nan, 1]]), ["row 2", "finite"]),
        (np.ones((3, 0)), ["row 0"]),
        (np.array([["a"], ["b"], ["c"]]), ["cannot be read"]),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    tmp_path: Path, array: np.ndarray, words: list[str]
) -> None:
    """Catches embeddings shifted by a frame, and NaN that breaks the selection later."""
    np.save(tmp_path / "e.npy", array)
    with pytest.raises(ConfigError) as caught:
        load_given(tmp_path / "e.npy", NAMES)
    for word in ["embeddings=", *words]:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("none.npy", None, ["does not exist"]),
        ("folder", "folder", ["does not exist"]),
        ("e.txt", b"1 2 3", [".npy", ".csv"]),
        ("e.npy", b"", ["cannot be read"]),
        ("e.npy", b"these are words, not numbers", ["cannot be read"]),
        ("e.csv", b"", ["cannot be read"]),
        ("e.csv", b"filenames,embedding_0\na,1\nb\n", ["cannot be read"]),
        ("e.csv", b"filenames,embedding_0\na-0-mp4.png,x\n", ["lacks 2 of 3", "a-1-mp4.png"]),
        ("e.csv", b"names,embedding_0\na,1\n", ["columns"]),
        ("e.csv", b"filenames,values\na,1\n", ["columns"]),
        ("e.csv", b"filenames,embedding_x\na,1\n", ["cannot be read"]),
        (
            "e.csv",
            b"filenames,embedding_0\na-0-mp4.png,1\na-1-mp4.png,\nb/x.png,1\n",
            ["row 1", "finite"],
        ),
        (
            "e.csv",
            b"filenames,embedding_0\na-0-mp4.png,x\na-1-mp4.png,y\nb/x.png,z\n",
            ["cannot be read"],
        ),
    ],
)
def test_files_that_do_not_fit_are_refused(
    tmp_path: Path, name: str, content: bytes | str | None, words: list[str]
) -> None:
    """Catches an error of a library, without a name and without a way out, shown to people."""
    path = tmp_path / name
    if content == "folder":
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load_given(path, NAMES)
    for word in [f"embeddings={path}", *words]:
        assert word in str(caught.value)


def test_own_embeddings_are_used_in_place_of_ours(
    clips: Any, choose: Callable[..., Choice], tmp_path: Path, encoder: Any
) -> None:
    """Catches own embeddings ignored, or given to other frames."""
    clips.write(tmp_path / "in/a.mkv", 4)
    clips.write(tmp_path / "in/b.mkv", range(50, 56))
    rows = np.eye(10)[[3, 1, 4, 0, 5, 9, 2, 6, 8, 7]] * 7
    np.save(tmp_path / "own.npy", rows)
    choice = choose(f"embeddings={tmp_path / 'own.npy'}")
    assert [len(part) for part in choice.dataset.embeddings] == [4, 6]
    np.testing.assert_allclose(choice.representations, rows / 7)
    assert choice.dataset.encoder == "given:own.npy"
    assert encoder.batches == []
    names = [
        item.frame_name(int(i)) for item in choice.dataset.videos for i in item.frames["index"]
    ]
    lines = ["filenames," + ",".join(f"embedding_{at}" for at in range(10))]
    lines += [f"{name}," + ",".join(map(str, row)) for name, row in zip(names, rows, strict=True)]
    (tmp_path / "own.csv").write_text("\n".join([lines[0], *reversed(lines[1:])]))
    again = choose(f"embeddings={tmp_path / 'own.csv'}")
    np.testing.assert_allclose(again.representations, choice.representations)
    assert again.selected == choice.selected


def test_own_embeddings_that_do_not_fit_are_refused(
    clips: Any, configure: Callable[..., Config], tmp_path: Path
) -> None:
    """Catches rows given to the wrong frames where the numbers differ."""
    clips.write(tmp_path / "in/a.mkv", 4)
    np.save(tmp_path / "own.npy", np.ones((5, 2)))
    with pytest.raises(ConfigError, match=r"\(5, 2\).* 4 readable"):
        embed(configure(f"embeddings={tmp_path / 'own.npy'}"))
