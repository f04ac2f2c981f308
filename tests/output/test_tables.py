"""Embeddings and sequence information, as written."""

from __future__ import annotations

import csv
import json
import os

import av
import numpy as np
from PIL import Image

from seqsel_core.given import load_given
from seqsel_core.output.tables import (
    write_embeddings,
    write_frame_quality,
    write_selected_embeddings,
    write_sequence_information,
)
from seqsel_core.progress import Silent


def test_embeddings_come_back_as_they_were(choose, write_clip, write_frames_of, tmp_path) -> None:
    """Catches rows beside the wrong name, rounding, and names that `embeddings=` cannot read."""
    write_clip("=a.mkv", 7)
    write_frames_of("f", os.fsdecode(b"\xff.png"), "two\nlines.png", 'a"b,c.png')
    choice = choose("stopping_condition.n_samples=2")

    write_embeddings(choice, tmp_path / "embeddings.csv", Silent())

    names = [[v.frame_name(int(i)) for i in v.frames["index"]] for v in choice.dataset.videos]
    for read, given in zip(
        load_given(tmp_path / "embeddings.csv", names), choice.dataset.given, strict=True
    ):
        np.testing.assert_allclose(read, given, atol=2e-7)  # `load_given` makes unit length
    with (tmp_path / "embeddings.csv").open(encoding="utf-8", errors="surrogateescape") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["filenames", *(f"embedding_{at}" for at in range(6)), "labels"]
    assert rows[1][0] == "'=a-0-mkv.png"
    assert [np.float32(value) for value in rows[1][1:-1]] == choice.dataset.given[0][0].tolist()
    assert rows[1][-1] == "0"
    assert len(rows) == 1 + 7 + 3


def test_selected_embeddings_are_those_of_the_selected_frames(choose, write_clip, tmp_path) -> None:
    """Catches selected rows in another order than the names, or of another video."""
    write_clip("a.mkv", 6)
    write_clip("b.mkv", 6, seed=1)
    choice = choose("stopping_condition.n_samples=8", "selected_sequence_length=2")

    write_selected_embeddings(choice, tmp_path / "selected.csv", Silent())

    with (tmp_path / "selected.csv").open() as file:
        rows = list(csv.reader(file))[1:]
    expected = [
        (f"{'ab'[span.video]}-{index}-mkv.png", choice.dataset.given[span.video][index].tolist())
        for span in choice.selected
        for index in range(span.start, span.stop)
    ]
    assert [(row[0], [float(np.float32(x)) for x in row[1:-1]]) for row in rows] == expected


def test_every_frame_has_its_numbers_and_flags(
    choose, write_clip, write_frames_of, tmp_path
) -> None:
    """Catches numbers beside the wrong frame, NaN as text, and flags of another kind."""
    write_clip("a.mkv", 3)
    folder = write_frames_of("f", "1.png", "2.png")
    Image.new("RGB", (64, 48), "white").save(folder / "3.png")
    choice = choose("stopping_condition.n_samples=1")

    write_frame_quality(choice, tmp_path / "quality.csv", Silent())

    with (tmp_path / "quality.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["filenames"] for row in rows] == [
        *(f"a-{index}-mkv.png" for index in range(3)),
        *("f/1.png", "f/2.png", "f/3.png"),
    ]
    assert [row["seconds"] for row in rows] == ["0", "0.1", "0.2", "", "", ""]
    assert [row["difference"] == "" for row in rows] == [True, False, False, True, False, False]
    assert [np.float32(row["sharpness"]) for row in rows] == [
        value for item in choice.dataset.videos for value in item.frames["sharpness"].tolist()
    ]
    assert float(rows[5]["brightness"]) == 255
    assert [row["blank"] for row in rows] == ["false"] * 5 + ["true"]
    # Both hold the same noise, once by a decoder's way of scaling and once by Pillow's.
    assert {row["duplicate"] for row in rows} == {"false"}
    assert all(len(row["perceptual_hash"]) == 16 for row in rows)


def test_many_frames_are_written_in_pieces(choose, write_clip, tmp_path, monkeypatch) -> None:
    """Catches pieces that repeat or drop the frames at their edges, also between videos."""
    monkeypatch.setattr("seqsel_core.output.tables._ROWS", 4)
    write_clip("a.mkv", 6)
    write_clip("b.mkv", 5, seed=1)
    choice = choose("stopping_condition.n_samples=1")

    write_embeddings(choice, tmp_path / "embeddings.csv", Silent())

    with (tmp_path / "embeddings.csv").open() as file:
        rows = list(csv.reader(file))[1:]
    assert [row[0] for row in rows] == [
        *(f"a-{index}-mkv.png" for index in range(6)),
        *(f"b-{index}-mkv.png" for index in range(5)),
    ]
    values = np.array([row[1:-1] for row in rows], np.float32)
    np.testing.assert_array_equal(values, np.concatenate(choice.dataset.given))


def test_sequence_information_of_a_video(choose, write_clip, input_dir, tmp_path) -> None:
    """Catches times or indices of other frames than the named ones; PyAV is asked itself."""
    write_clip("sub/a.mkv", 12)
    choice = choose("stopping_condition.n_samples=6", "selected_sequence_length=3")

    write_sequence_information(choice, tmp_path / "information.json")

    with av.open(str(input_dir / "sub" / "a.mkv")) as container:
        times = [(frame.pts, frame.time) for frame in container.decode(video=0)]
    expected = [
        {
            "video_name": "sub/a.mkv",
            "frame_names": [f"sub/a-{i:02d}-mkv.png" for i in range(span.start, span.stop)],
            "frame_timestamps_pts": [times[i][0] for i in range(span.start, span.stop)],
            "frame_timestamps_sec": [times[i][1] for i in range(span.start, span.stop)],
            "frame_indices": list(range(span.start, span.stop)),
        }
        for span in choice.selected
    ]
    assert json.loads((tmp_path / "information.json").read_bytes()) == expected


def test_sequence_information_of_a_folder(choose, write_frames_of, tmp_path) -> None:
    """Catches names that are off by one behind a frame that cannot be read."""
    names = [f"{index}.png" for index in range(7)]
    (write_frames_of("f", *names) / "2.png").write_bytes(b"")
    choice = choose("stopping_condition.n_samples=4", "selected_sequence_length=2")

    write_sequence_information(choice, tmp_path / "information.json")

    assert json.loads((tmp_path / "information.json").read_bytes()) == [
        {"filenames": [f"f/{index}.png" for index in range(span.start, span.stop)]}
        for span in choice.selected
    ]
    assert {span.start for span in choice.selected} == {0, 4}
