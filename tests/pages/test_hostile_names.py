"""Hostile names on the pages: every text that Streamlit reads as Markdown is looked at."""

import re

import pytest

from tests.hostile import STEMS, names
from tests.stored_dataset import store_dataset

# What of a hostile name would be active in Markdown, without a backslash before it.
ACTIVE = (
    *("<img", "<script", "<style", "![x]", "[x](", "**bold**", "`code`", "$x^2$", ":red[red]"),
    *(":material_delete:", "~~gone~~", "https:evil", "&lt;b", "# head"),
)
PLAIN = {"Dataframe", "ArrowDataFrame", "TextInput", "Selectbox", "Code", "Text", "Json"}


@pytest.fixture
def hostile(data_dir):
    """A dataset whose videos, other files and name are hostile."""
    return store_dataset(
        data_dir,
        names(),
        [12] * len(STEMS),
        name=STEMS["markdown picture"],
        ignored=names("txt"),
        broken=f"{STEMS['html']}.broken.mp4",
    )


@pytest.mark.parametrize(
    "script", ["data/videos.py", "explore/explore.py", "output/output.py", "jobs/jobs.py"]
)
def test_no_name_is_markdown(open_page, hostile, script):
    """A file called ![](http://…) would make every visitor's browser load a picture."""
    app = open_page(script, dataset=hostile.id)
    found = []
    for element in [*app.main, *app.sidebar]:
        if type(element).__name__ not in PLAIN:
            found += [(type(element).__name__, text) for text in texts(element)]
    assert found
    for kind, text in found:
        for part in ACTIVE:
            assert not re.search(rf"(?<!\\){re.escape(part)}", text), f"{kind}: {text}"


def texts(element):
    """Return the texts of an element that Streamlit may read as Markdown."""
    for name in ("value", "label", "help", "placeholder"):
        try:
            text = getattr(element, name, None)
        except Exception:
            continue
        if isinstance(text, str):
            yield text


@pytest.mark.parametrize("script", ["data/videos.py", "explore/explore.py", "output/output.py"])
def test_folders_that_are_not_utf8(open_page, data_dir, monkeypatch, script):
    """Paths stand in commands and notes: a byte that is no UTF-8 cannot be sent to a browser."""
    place = data_dir.parent / "caf\udce9 <b>"
    place.mkdir()
    monkeypatch.setenv("SEQSEL_INPUT_ROOTS", str(place))
    record = store_dataset(data_dir, ["caf\udce9.mp4", "b.mp4"], [40, 40], folder=place)
    app = open_page(script, dataset=record.id)
    assert not app.exception
