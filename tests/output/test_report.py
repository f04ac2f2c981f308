"""The report: what stands in it, for programs and for people."""

from __future__ import annotations

import dataclasses
import json
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter
from pypdf import PdfReader

from seqsel_core import Choice
from seqsel_core.evaluate.distances import evaluate
from seqsel_core.evaluate.proof import prove
from seqsel_core.output import report_pictures
from seqsel_core.output.report import write_report
from seqsel_core.plain_problems import in_plain_words
from seqsel_core.progress import Silent
from seqsel_core.project.map_set import MapSet, mapped_frames

pytestmark = pytest.mark.filterwarnings("error::UserWarning")

Judges = dict[str, np.ndarray]
STARTED = datetime.now(UTC) - timedelta(seconds=90)


def _write(choice: Choice, folder: Path, *maps: str, judges: Judges | None = None) -> None:
    video, row = mapped_frames([len(item.frames) for item in choice.dataset.videos])
    points = np.random.default_rng(0).standard_normal((len(row), 2)).astype(np.float32)
    found = MapSet(video, row, dict.fromkeys(maps, points))
    folder.mkdir(exist_ok=True)
    write_report(choice, evaluate(choice), prove(choice, judges), found, STARTED, folder, Silent())


def _data(folder: Path) -> dict:
    return json.loads((folder / "report.json").read_text("utf-8"))


def _text(folder: Path) -> str:
    """Return the text of the PDF with single spaces, so that line breaks do not matter."""
    pages = PdfReader(folder / "report.pdf").pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


@pytest.fixture
def run(choose, write_clip, input_dir, tmp_path) -> tuple[Choice, Path]:
    """The report of two videos, of a file that is none, and of one that is too short."""
    write_clip("street.mkv", 12)
    write_clip("kitchen.mkv", 9, seed=1)
    write_clip("short.mkv", 1, seed=2)
    (input_dir / "broken.mp4").write_bytes(b"not a video")
    choice = choose("stopping_condition.n_samples=6", "selected_sequence_length=2", "seed=7")
    _write(choice, tmp_path / "out", "pca", "umap_k_15")
    return choice, tmp_path / "out"


def test_the_pdf_names_what_was_selected_and_what_went_wrong(run) -> None:
    """Catches a report that leaves out videos, or the reason why one could not be read."""
    choice, folder = run

    text = _text(folder)

    assert "3 sequences of 2 frames (6 frames) were selected out of 10 sequences" in text
    assert "from 3 videos with 22 frames" in text
    for name in ("street.mkv", "kitchen.mkv", "broken.mp4", "short.mkv"):
        assert name in text
    (unreadable,) = choice.dataset.unreadable
    assert in_plain_words(unreadable.reason) in text
    for position in choice.selection.order:
        span = choice.sequences[int(position)]
        assert f"frames {span.start}–{span.stop - 1}" in text
    for heading in ("Problems", "Selected sequences", "Maps", "Distances", "Where in the videos"):
        assert heading in text
    assert text.index("Problems") < text.index("Selected sequences") < text.index("Distances")
    assert "n_samples 6 given" in text and "torch" in text


def test_every_page_has_its_number(run) -> None:
    """Catches a page without number, or a total that is not the number of pages."""
    pages = PdfReader(run[1] / "report.pdf").pages

    for number, page in enumerate(pages, start=1):
        assert f"page {number} of {len(pages)}" in re.sub(r"\s+", " ", page.extract_text())


def test_pictures_are_not_stretched(run) -> None:
    """Catches pictures drawn in another shape than they have."""
    for page in PdfReader(run[1] / "report.pdf").pages:
        content = page.get_contents().get_data().decode("latin-1")
        drawn = re.findall(r"q ([\d.]+) 0 0 ([\d.]+) [-\d. ]+ cm /(I\d+) Do", content)
        assert len(drawn) == content.count(" Do")
        for width, height, name in drawn:
            picture = page["/Resources"]["/XObject"][f"/{name}"]
            ratio = picture["/Width"] / picture["/Height"]
            assert float(width) / float(height) == pytest.approx(ratio, rel=0.01)


def test_the_json_holds_the_numbers(run) -> None:
    """Catches numbers that are missing, of another sequence, or that JSON cannot hold."""
    choice, folder = run

    data = _data(folder)

    assert data["counts"]["frames"]["input"] == 22
    assert data["counts"]["videos"]["unreadable"] == 1
    assert data["covering_radius"] == pytest.approx(choice.selection.covering_radius)
    assert data["options"]["stopping_condition"]["n_samples"] == 6
    assert data["unreadable_videos"] == [
        {"video_name": "broken.mp4", "reason": choice.dataset.unreadable[0].reason}
    ]
    assert [v["video_name"] for v in data["videos"]] == ["kitchen.mkv", "short.mkv", "street.mkv"]
    assert sum(v["selected_sequences"] for v in data["videos"]) == 3
    for rank, (described, span) in enumerate(
        zip(data["selected_sequences"], choice.selected, strict=True)
    ):
        assert (described["rank"], described["start"]) == (rank + 1, span.start)
        assert described["video_name"] == choice.dataset.videos[span.video].video.name
        assert described["first_seconds"] == pytest.approx(span.start / 10, abs=0.001)
    assert data["selected_sequences"][0]["distance"] is None
    assert set(data["statistics"]["distance_to_nearest_in_set"]) == {"input", "selected", "random"}
    assert data["warnings"] == list(choice.warnings)
    assert 90 <= data["seconds"] <= (datetime.now(UTC) - STARTED).total_seconds()
    assert {"seqsel", "python", "numpy"} <= set(data["versions"])


def test_hostile_names_are_text(choose, write_clip, tmp_path) -> None:
    """Catches names that stop the report, hide in it, or change it."""
    names = ["{nb} **b** <b>.mkv", "two\nlines.mkv", os.fsdecode(b"\xff.mkv"), "日本 Видео.mkv"]
    names += ["=1+1.mkv", "\u202egpj.mkv", "n" * 200 + ".mkv", "\ue000\ue000\ue000.mkv"]
    for seed, name in enumerate(names):
        write_clip(name, 2, seed=seed)
    choice = choose("stopping_condition.n_samples=16", "selected_sequence_length=2")
    choice = dataclasses.replace(choice, warnings=("a **warning**\nof two lines",))

    _write(choice, tmp_path / "out", "pca")

    text = _text(tmp_path / "out")
    for shown in ("{nb} **b** <b>.mkv", "two\\nlines.mkv", "\\xff.mkv", "=1+1.mkv"):
        assert shown in text
    assert "\\u202egpj.mkv" in text and "Видео.mkv" in text
    assert "a **warning**\\nof two lines" in text
    written = {video["video_name"] for video in _data(tmp_path / "out")["videos"]}
    assert written == set(names)


def test_one_frame_and_nothing_selected(choose, write_clip, tmp_path) -> None:
    """Catches a report that needs at least two of everything."""
    write_clip("a.mkv", 1)

    single = choose("stopping_condition.n_samples=1")
    nothing = dataclasses.replace(single, selection=single.selection.first(0))
    _write(single, tmp_path / "one", "pca")
    _write(nothing, tmp_path / "none", "pca")

    assert "1 sequence of a single frame was selected out of 1 sequence" in _text(tmp_path / "one")
    assert "No sequence is selected." in _text(tmp_path / "none")
    assert _data(tmp_path / "none")["covering_radius"] is None


def test_what_is_not_shown_is_said(choose, write_clip, tmp_path, monkeypatch) -> None:
    """Catches a list that is cut without a word."""
    for name, value in {"STRIP_LIMIT": 2, "TIMELINE_LIMIT": 1, "DECISION_LIMIT": 1}.items():
        monkeypatch.setattr(report_pictures, name, value)
    write_clip("a.mkv", 4)
    write_clip("b.mkv", 4, seed=1)

    _write(choose("stopping_condition.n_samples=3"), tmp_path / "out")

    text = _text(tmp_path / "out")
    assert "The first 2 of 3 are shown" in text
    assert "and 1 more video;" in text
    assert "The first 1 of 5 pairs are shown" in text


def test_options_switch_sections_off(choose, write_clip, tmp_path) -> None:
    """Catches options of the report that do nothing."""
    write_clip("a.mkv", 4)

    words = ["show_video_sampling_timeline=False", "n_example_images=0"]
    _write(choose("stopping_condition.n_samples=2", *words), tmp_path / "out")

    text = _text(tmp_path / "out")
    assert "Where in the videos" not in text
    assert "Retained and removed" not in text


def test_folders_of_frames_have_no_times(choose, write_frames_of, tmp_path) -> None:
    """Catches NaN in the JSON, or shown as a time."""
    write_frames_of("f", "a.png", "b.png", "c.png")

    _write(choose("stopping_condition.n_samples=2"), tmp_path / "out")

    assert {s["first_seconds"] for s in _data(tmp_path / "out")["selected_sequences"]} == {None}
    assert "nan" not in _text(tmp_path / "out").lower()


def test_a_check_that_is_off_is_not_said_to_remove(choose, write_clip, tmp_path) -> None:
    """Catches a report that says duplicates were removed when they were kept."""
    write_clip("a.mkv", 3)
    write_clip("b.mkv", 3)  # the same pictures
    words = ["stopping_condition.n_samples=2"]

    _write(choose(*words), tmp_path / "on")
    _write(choose(*words, "remove_exact_duplicates=False"), tmp_path / "off")

    assert "3 frames in 1 video are equal to an earlier one; a sequence" in _text(tmp_path / "on")
    assert "as this check is switched off" in _text(tmp_path / "off")


def test_what_the_checks_found_is_told(choose, write_frames_of, tmp_path) -> None:
    """Catches frames that the checks flag and that no reader of the report hears of."""
    folder = write_frames_of("f", *(f"{index}.png" for index in range(8)))
    Image.new("RGB", (64, 48)).save(folder / "3.png")
    with Image.open(folder / "5.png") as picture:
        picture.filter(ImageFilter.GaussianBlur(4)).save(folder / "5.png")

    _write(choose("stopping_condition.n_samples=2"), tmp_path / "out")

    text, data = _text(tmp_path / "out"), _data(tmp_path / "out")
    assert data["counts"]["frames"]["blank"] == data["counts"]["frames"]["blurred"] == 1
    (video,) = data["videos"]
    assert (video["corrupt_frames"], video["blank_frames"], video["blurred_frames"]) == (1, 1, 1)
    told = ["1 of 8 frames is blank (frame 3)", "1 of 8 frames is blurred (frame 5)"]
    assert video["findings"] == told
    assert "; ".join(told) in text
    assert "1 frame in 1 video is corrupt; a sequence that holds one is not selected." in text
    assert "1 frame in 1 video is blurred; sequences that hold one can be selected" in text


def test_nothing_is_written_over(choose, write_clip, tmp_path) -> None:
    """Catches the report of an earlier run that is replaced without a word."""
    write_clip("a.mkv", 2)
    choice = choose("stopping_condition.n_samples=1")
    (tmp_path / "report.pdf").write_bytes(b"mine")

    with pytest.raises(FileExistsError):
        _write(choice, tmp_path)

    assert (tmp_path / "report.pdf").read_bytes() == b"mine"


def test_the_proof_stands_in_both_reports(choose, write_clip, tmp_path) -> None:
    """Catches a verdict that does not reach the reader, or a judge taken for the other encoder."""
    write_clip("a.mkv", 30)
    choice = choose("stopping_condition.n_samples=6")
    other = np.random.default_rng(5).standard_normal((30, 4)).astype(np.float32)
    proof = prove(choice, {"other-encoder": other})
    assert proof is not None

    _write(choice, tmp_path / "out", judges={"other-encoder": other})

    text, told = _text(tmp_path / "out"), _data(tmp_path / "out")["proof"]
    for opinion, in_json in zip(proof.opinions, told["opinions"], strict=True):
        assert opinion.verdict.sentence == in_json["sentence"]
        assert opinion.verdict.sentence in text
        for name, versus in opinion.verdict.versus.items():
            numbers = in_json["against_random_and_uniform"][name]
            assert (numbers["value"], numbers["uniform"]) == (versus.value, versus.uniform)
            assert numbers["random"]["low"] <= numbers["random"]["high"]
            band = f"{versus.random.low:.3f}–{versus.random.high:.3f}"
            assert f"{versus.value:.3f} {versus.random.median:.3f} {band}" in text
    assert text.index("Seen by none-224, which selected") < text.index("Seen by other-encoder")
    assert "The selection reaches 1 of 1 video." in text
    assert told["suggested_sequences"] == proof.elbow
