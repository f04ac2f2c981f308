"""Fonts for names in any script."""

from __future__ import annotations

from pathlib import Path

import matplotlib

from seqsel_core.output import fonts
from seqsel_core.output.fonts import MISSING, Fonts


def test_european_names_need_no_other_font() -> None:
    """Catches fonts of the system that are loaded, slowly, for names that do not need them."""
    names = ["Ñandú.mp4", "Видео.mp4", "Ελληνικά.mp4"]

    found = Fonts(names)

    assert found.fallbacks == []
    assert [found.drawable(name) for name in names] == names


def test_what_no_font_has_is_shown_as_missing(monkeypatch) -> None:
    """Catches a character without a shape, of which the libraries warn or at which they fail."""
    monkeypatch.setattr(fonts, "_FALLBACKS", ("No Such Font",))

    assert Fonts(["日本.mp4"]).drawable("日本.mp4") == f"{MISSING * 2}.mp4"


def test_a_font_of_the_system_helps_out(monkeypatch) -> None:
    """Catches a font that is found but not used, or used although it cannot help."""
    monkeypatch.setattr(fonts, "_FALLBACKS", ("cmtt10", "STIXGeneral"))
    rare = "⌚"  # in STIX, which comes with Matplotlib, but not in DejaVu

    found = Fonts([rare])

    assert found.families == ["DejaVu Sans", "STIXGeneral"]
    assert found.fallbacks[0].path.is_relative_to(Path(matplotlib.get_data_path()))
    assert found.drawable(rare) == rare
