"""Names, counts and times as people see them."""

from __future__ import annotations

import math
import os

import pytest

from seqsel_core.output.readable import clock, plural, printable, shorten


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Видео 日本 ñ.mp4", "Видео 日本 ñ.mp4"),
        ("two\nlines\t.mp4", "two\\nlines\\t.mp4"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        (os.fsdecode(b"\xff\xe9.mp4"), "\\xff\\xe9.mp4"),
        ("\ue000\x00", "\\ue000\\x00"),
        ("a\u2028b", "a\\u2028b"),
    ],
)
def test_nothing_in_a_name_is_hidden(text: str, shown: str) -> None:
    """Catches names that break the line, turn the writing around, or cannot be encoded."""
    assert printable(text) == shown
    printable(text).encode("utf-8")


def test_long_names_keep_beginning_and_end() -> None:
    """Catches a shortened name that is too long, or that lost its ending."""
    assert shorten("abcdefghij.mp4", 9) == "abcd….mp4"
    assert shorten("abcdefghi", 9) == "abcdefghi"
    assert [len(shorten("abcdefghij", most)) for most in (1, 2, 3)] == [1, 2, 3]


def test_counts_and_times() -> None:
    """Catches '1 frames', 59.999 s shown as 0:60.00, and NaN shown as a time."""
    assert [plural(n, "frame") for n in (0, 1, 1200)] == ["0 frames", "1 frame", "1,200 frames"]
    times = [0.05, 59.999, 3723.45, -1.5, math.nan]
    assert [clock(t) for t in times] == ["0:00.05", "1:00.00", "1:02:03.45", "-0:01.50", ""]
