"""Text for people: names that may hold anything, counts, times."""

from __future__ import annotations

import math
import unicodedata

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"  # part of the spelling of some languages


def printable(text: str) -> str:
    """Return text on one line in which everything can be seen.

    Line ends, control characters, marks that turn the direction of writing and bytes that are
    no UTF-8 come back as escapes: a line end as two characters, backslash and n.
    """
    return "".join(_escaped(c) if is_invisible(c) else c for c in text)


def shorten(text: str, most: int) -> str:
    """Return text of at most `most` characters; what is too much is cut out of the middle."""
    if len(text) <= most:
        return text
    end = (most - 1) // 2
    return f"{text[: most - 1 - end]}…{text[len(text) - end :]}"


def plural(count: int, noun: str) -> str:
    """Return '1 frame', '1,200 frames'."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def clock(seconds: float) -> str:
    """Return seconds as '1:02:03.45' or '2:03.45'; '' where there is no time (NaN)."""
    if not math.isfinite(seconds):
        return ""
    sign, hundredths = "-" if seconds < 0 else "", round(abs(seconds) * 100)
    minutes, hundredths = divmod(hundredths, 6000)
    hours, minutes = divmod(minutes, 60)
    start = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f"{sign}{start}:{hundredths / 100:05.2f}"


def is_invisible(character: str) -> bool:
    """Return whether a character cannot be seen, or turns the direction of writing."""
    return unicodedata.category(character) in _INVISIBLE and character not in _JOINERS


def _escaped(character: str) -> str:
    if "\udc80" <= character <= "\udcff":  # how Python holds a byte that is no UTF-8
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode()
