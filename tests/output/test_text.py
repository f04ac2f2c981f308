"""Names in written files can be read back, whatever they hold."""

from __future__ import annotations

import json

import pytest

from seqsel_core.output.text import cell, json_bytes, line, name_of_cell, name_of_line, write_new

HOSTILE = [
    "plain.png",
    "sub dir/ünï-視頻.png",
    "two\nlines.png",
    "next\x85line\u2028.png",
    " spaces ",
    '"quoted".png',
    '"open.png',
    "back\\slash.png",
    "not\udcffutf8.png",
    "both\n\udcff.png",
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@SUM",
    "\ttab",
    "'=already",
    "''",
    "<img src=x onerror=alert(1)>.png",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_line_and_back(name: str) -> None:
    """Catches a name that takes two lines of a list, or that comes back as another name."""
    text = line(name)
    assert text.splitlines() == [text]
    assert text.strip() == text
    assert name_of_line(text) == name


def test_usual_names_stand_as_they_are() -> None:
    """Catches lists of escaped names, which other tools could not use."""
    assert line("dir/a b-001-mp4.png") == "dir/a b-001-mp4.png"
    assert line("視頻.png") == "視頻.png"
    assert line("a\nb") == '"a\\nb"'


@pytest.mark.parametrize("name", HOSTILE)
def test_cell_and_back(name: str) -> None:
    """Catches a cell that a spreadsheet runs, and one whose mark is taken off wrongly."""
    assert cell(name)[0] not in "=+-@\t\r\n"
    assert name_of_cell(cell(name)) == name


def test_cells_of_others_stay() -> None:
    """Catches a name that loses its apostrophe, though nothing put it there."""
    assert name_of_cell("'tis.png") == "'tis.png"
    assert name_of_cell("=x.png") == "=x.png"


@pytest.mark.parametrize("name", HOSTILE)
def test_json_is_utf8_and_reads_back(name: str) -> None:
    """Catches JSON that is not UTF-8 because a file name is not."""
    data = json_bytes([name])
    assert json.loads(data.decode("utf-8")) == [name]
    assert "視".encode() in json_bytes("視")


def test_json_without_nan() -> None:
    """Catches NaN in a file, which most JSON readers refuse."""
    with pytest.raises(ValueError, match="JSON"):
        json_bytes(float("nan"))


def test_nothing_is_overwritten(tmp_path) -> None:
    """Catches a file that replaces one that is there."""
    write_new(tmp_path / "a", "first")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "a", "second")
    assert (tmp_path / "a").read_text() == "first"
