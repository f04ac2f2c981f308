"""Colours of both themes: what is written can be read."""

import re
import tomllib
from pathlib import Path

import pytest

from pages.ui.touch_up import STYLES

THEMES = tomllib.loads((Path(__file__).parents[2] / ".streamlit/config.toml").read_text("utf-8"))[
    "theme"
]
LEAST = 4.5  # contrast of words (WCAG 2, level AA)
LEAST_OF_SHAPES = 3


def _light(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one, other):
    dark, light = sorted(map(_light, (one, other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_words_of_both_themes_can_be_read(name):
    """A prettier blue would make buttons or links faint in the other theme."""
    theme = THEMES[name]
    for ground in (theme["backgroundColor"], theme["sidebar"]["backgroundColor"]):
        assert _contrast(theme["textColor"], ground) >= LEAST
        assert _contrast(theme["grayTextColor"], ground) >= LEAST
        assert _contrast(theme["linkColor"], ground) >= LEAST
        assert _contrast(theme["primaryColor"], ground) >= LEAST_OF_SHAPES
    assert _contrast("#ffffff", theme["primaryColor"]) >= LEAST  # Streamlit's words on buttons


def test_the_chosen_tab_has_the_colour_of_links():
    """In Streamlit's own, the primary colour, its word has a contrast of 4.1 in the dark theme."""
    found = re.search(r'role="tab".*light-dark\((#\w+), (#\w+)\)', STYLES.read_text("utf-8"))
    assert found.groups() == tuple(THEMES[name]["linkColor"] for name in ("light", "dark"))
