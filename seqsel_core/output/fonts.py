"""Fonts: DejaVu, which comes with Matplotlib, and fonts of the system for what it lacks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import matplotlib
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from seqsel_core.output.readable import printable

MISSING = "□"
"""Stands for a character that no font has."""

# In the order in which they are tried. All are outlines in one colour, as a PDF needs them.
_FALLBACKS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans",
    "Malgun Gothic",
    "Noto Sans Devanagari",
    "Noto Sans Bengali",
    "Noto Sans Tamil",
    "Noto Sans Thai",
    "Noto Emoji",
    "Arial Unicode MS",
    "FreeSans",
)


@dataclass(frozen=True)
class Typeface:
    """A font of the system.

    Attributes:
        family: Its name, as Matplotlib knows it.
        path: Its file.
        index: Its number in the file, where that is a collection.
        characters: Code points that it can draw.
    """

    family: str
    path: Path
    index: int
    characters: frozenset[int]


class Fonts:
    """The fonts that some texts need.

    Attributes:
        fallbacks: Fonts for what DejaVu lacks; loaded only where a text needs them.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        """Find the fonts for these texts."""
        self._drawable = _characters(dejavu(), 0)
        self.fallbacks: list[Typeface] = []
        wanted = {ord(character) for text in texts for character in printable(text)}
        for family in _FALLBACKS:
            lacking = wanted - self._drawable
            if not lacking:
                break
            typeface = _installed(family)
            if typeface and lacking & typeface.characters:
                self.fallbacks.append(typeface)
                self._drawable |= typeface.characters

    @property
    def families(self) -> list[str]:
        """Names of the families, for Matplotlib."""
        return ["DejaVu Sans", *(typeface.family for typeface in self.fallbacks)]

    def drawable(self, text: str) -> str:
        """Return the text as `printable`, with `MISSING` for what none of the fonts has."""
        return "".join(c if ord(c) in self._drawable else MISSING for c in printable(text))


def dejavu(style: str = "") -> Path:
    """Return the file of DejaVu Sans; style is '' or 'Bold'."""
    name = f"DejaVuSans-{style}.ttf" if style else "DejaVuSans.ttf"
    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name


@cache
def _installed(family: str) -> Typeface | None:
    for entry in font_manager.fontManager.ttflist:
        upright = entry.style == "normal" and entry.weight in (400, 500, "normal", "regular")
        if entry.name == family and upright:
            path, index = Path(entry.fname), entry.index
            # Matplotlib remembers fonts between runs: the file may be gone.
            with contextlib.suppress(OSError, RuntimeError):
                return Typeface(family, path, index, _characters(path, index))
    return None


@cache
def _characters(path: Path, index: int) -> frozenset[int]:
    return frozenset(FT2Font(path, face_index=index).get_charmap())
