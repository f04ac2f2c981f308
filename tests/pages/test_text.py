"""Text for people."""

import pytest

from pages.ui import text
from tests.hostile import names


@pytest.mark.parametrize(
    ("value", "shown"),
    [(4.23, "4.2 s"), (59.97, "60.0 s"), (65, "1:05"), (3723, "1:02:03"), (float("nan"), "")],
)
def test_seconds(value, shown):
    """'65.0 s' or '0:00:04' would be hard to read; NaN would show as 'nan'."""
    assert text.seconds(value) == shown


def test_count_knows_one():
    """'1 videos' looks careless."""
    assert text.count(1, "video") == "1 video"
    assert text.count(1204, "video") == "1,204 videos"


def test_short_keeps_both_ends():
    """The end of a name often is what tells two apart."""
    name = "camera_north_" + "x" * 80 + "_0001.mp4"
    shown = text.short(name, 30)
    assert len(shown) == 30
    assert shown.startswith("camera")
    assert shown.endswith("_0001.mp4")


@pytest.mark.parametrize("name", ["![](http://x/y.png)", "**b** _i_ `c`", "$x$ :red[y] <b>"])
def test_markdown_of_a_name_is_only_text(name):
    """Markdown in a file name would load a picture or change the page."""
    escaped = text.for_markdown(name)
    for position, letter in enumerate(escaped):
        if letter in "![]()*_`$:<>":
            assert escaped[position - 1] == "\\"


def test_plotly_reads_html():
    """Plotly would make <b> bold and <a href> a link."""
    assert "<" not in text.for_plotly('<a href="x">y</a>')


def test_control_characters_and_stray_bytes_are_shown_as_escapes():
    """A newline or a right-to-left mark in a name would rearrange the page."""
    assert text.plain("a\nb\u202ec\udcff") == "a\\nb\\u202ec\\xff"


@pytest.mark.parametrize(
    "name", [":material/bolt:", "a :smile:", "http://x.y", "a@b.de", "www.x.de"]
)
def test_what_is_replaced_after_markdown_is_only_text(name):
    """Streamlit makes pictures of such words, and links of addresses, though they are escaped."""
    shown = text.for_markdown(name).replace("\\", "")
    assert name not in shown
    assert shown.replace("\u200b", "") == name


@pytest.mark.parametrize("name", names())
def test_hostile_names_are_one_line_of_text(name):
    """What is shown would be empty, more than a line, or change its surroundings."""
    for shown in (text.plain(name), text.short(name), text.for_plotly(name)):
        assert shown.strip()
        assert shown.isprintable()
    assert "<" not in text.for_plotly(name)
    assert text.for_markdown(name).replace("\u200b", "").isprintable()
