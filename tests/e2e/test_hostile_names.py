"""Hostile names in a real browser: nothing runs, nothing is loaded, all of it is text."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from seqsel_core.opening import open_dataset
from seqsel_core.project.maps import pca, stack
from seqsel_core.store.datasets import Datasets
from seqsel_core.store.projections import Projections
from seqsel_core.store.shards import ShardStore
from tests.hostile import STEMS, names
from tests.stored_dataset import store_dataset


@pytest.fixture(scope="module")
def server(serve, tmp_path_factory):
    """A server with a dataset of hostile names, beside folders with such names."""
    folder = tmp_path_factory.mktemp("hostile")
    record = store_dataset(
        folder / "data",
        names(),
        [12] * len(STEMS),
        name=STEMS["markdown picture"],
        ignored=names("txt"),
        broken=f"{STEMS['html']}.broken.mp4",
    )
    store, datasets = ShardStore(folder / "data"), Datasets(folder / "data")
    opened = open_dataset(store, record, datasets.listing(record.id))
    projections = Projections(folder / "data", opened.key)
    projections.save("umap_k_15", pca(stack(opened.embeddings)))
    with serve(folder) as started:
        for stem in STEMS.values():
            (started.roots / stem).mkdir()
        yield started


@pytest.fixture
def strange(page, server):
    """Whatever a name managed to do: dialogs, and requests to other hosts."""
    found = []
    page.on("dialog", lambda dialog: (found.append(dialog.message), dialog.dismiss()))
    page.on(
        "request",
        lambda request: (
            found.append(request.url)
            if urlsplit(request.url).scheme not in ("data", "blob")
            and not request.url.startswith(server.url)
            else None
        ),
    )
    return found


def _check(page, strange):
    """Check that no name of a file became an element."""
    assert strange == []
    app = page.get_by_test_id("stApp")
    assert app.locator("img[alt=x], img[src=x], img[onerror]").count() == 0
    assert app.locator("script, .katex, iframe").count() == 0
    assert app.locator("style", has_text="body{display:none}").count() == 0
    links = app.locator("a").evaluate_all("all => all.map(a => a.href)")
    assert [link for link in links if "evil" in link or link.startswith("javascript")] == []
    assert not re.search(r"\b49\b", app.inner_text())  # {{7*7}}
    expect(page.get_by_test_id("stException")).to_have_count(0)


@pytest.mark.parametrize("path", ["", "explore", "output", "jobs"])
def test_names_are_text_on_every_page(server, page, settled, strange, path):
    """A stranger's file name would run in a colleague's browser, or call home from it."""
    page.goto(f"{server.url}/{path}")
    settled(page)
    if not path:
        page.get_by_text("Add videos").first.click()
        settled(page)
    for expander in page.get_by_test_id("stExpander").all():
        if expander.locator("details[open]").count() == 0:
            expander.locator("summary").click()
            settled(page)
    _check(page, strange)
    if path in ("", "explore"):
        expect(page.get_by_text("evil.example").first).to_be_attached()
