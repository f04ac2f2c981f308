"""Colours of both themes: what is written can be read."""

import re
import tomllib
from pathlib import Path

import pytest
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response

from pages.ui.touch_up import STYLES, TouchedUp
from tests.pages.asking import answer

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


def test_buttons_of_a_picture_have_words_of_their_own(open_page, dataset):
    """A screen reader would say "keep icon"; and words that are not hidden would widen the row."""
    app = open_page("explore/explore.py", n_samples="50")
    assert not [button.key for button in app.button if button.label.startswith(":material/")]
    assert "Keyboard shortcuts" in [b.label for b in app.button if b.key == "shortcuts"]
    assert "st-key-shortcuts" in STYLES.read_text("utf-8")


PAGE = f"<html><head><title>{'seqsel' * 200}</title></head><body></head></body></html>"


def test_the_styles_come_in_the_head_of_a_page():
    """They would come when the page is drawn, and move all of it; or not at all, once packed."""
    inner = GZipMiddleware(Response(PAGE, media_type="text/html", headers={"etag": "old"}))
    asked = {"accept": "text/html,*/*", "accept_encoding": "gzip"}
    status, headers, body = answer(
        TouchedUp(inner, "<script>of {}</script>".format), "/explore", **asked
    )
    text = body.decode()
    assert status == 200
    assert text.count(STYLES.read_text("utf-8")) == 1
    assert text.index("<style>") < text.index("</head>") < text.index("<body>")
    assert int(headers["content-length"]) == len(body)
    assert text.count("<script>of /explore</script>") == 1
    assert "etag" not in headers  # a browser would keep the styles of an older version


def test_what_is_no_page_stays_as_it_is():
    """Words like '</head>' in a script, or in the answer of another address, would be changed."""
    for accept, kind in (("*/*", "text/html"), ("text/html", "text/javascript")):
        app = TouchedUp(Response(PAGE, media_type=kind))
        assert answer(app, "/static/js/a.js", accept=accept)[2].decode() == PAGE
    missing = TouchedUp(Response(PAGE, 404, media_type="text/html"))
    assert answer(missing, "/nothing", accept="text/html")[2].decode() == PAGE
