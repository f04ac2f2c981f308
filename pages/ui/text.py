"""Text for people: numbers, times, sizes, and names that may hold anything."""

from __future__ import annotations

import html
import math
import re

from seqsel_core.output.readable import printable, shorten

_REPLACED = re.compile(r"(?<=:)(?=[\w+/-])|(?=@)|(?<=www)(?=\.)", re.IGNORECASE)


def plain(name: str) -> str:
    """Return a name with what cannot be shown (control characters, stray bytes) as escapes."""
    return printable(name)


def short(name: str, most: int = 40) -> str:
    """Return a name of at most `most` letters, its middle left out where it is longer."""
    return shorten(plain(name), most)


def for_plotly(name: str, most: int = 60) -> str:
    """Return a name for Plotly, which reads text as HTML."""
    return html.escape(short(name, most))


def for_markdown(name: str, most: int = 60) -> str:
    """Return a name for Markdown, every character that means something there escaped.

    What is replaced after Markdown was read (`:material/x:`, `:smile:`, addresses) is broken up
    by a space of no width.
    """
    special = "\\`*_{}[]<>()#+-.!|~$:&^="
    shown = _REPLACED.sub("\u200b", short(name, most))
    return "".join(f"\\{c}" if c in special else c for c in shown)


def seconds(value: float) -> str:
    """Return a duration or a point in time as '4.2 s', '1:05' or '1:02:03'; '' if unknown."""
    if not math.isfinite(value):
        return ""
    if value < 60:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def duration(value: float) -> str:
    """Return how long something takes: '4 s', '3 min', '2 h 10 min'."""
    if value < 90:
        return f"{value:.0f} s"
    minutes = round(value / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def count(number: int, singular: str, plural: str = "") -> str:
    """Return '1 video' or '1,204 videos'."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
