"""Deep links, empty states and wrong input in a real browser."""

import re

import pytest
from playwright.sync_api import expect


def test_the_first_visit_of_a_new_server_by_a_deep_link(server, page, settled):
    """Streamlit greets it with "Page not found" if it takes `pages/` for its old pages."""
    page.goto(f"{server.url}/export")
    settled(page)
    expect(page.get_by_role("heading", name="Nothing to take yet")).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("", "Pick the video sequences worth labelling"),
        ("/tune", "Nothing to explore yet"),
        ("/export", "Nothing to take yet"),
    ],
)
def test_a_deep_link_on_a_fresh_server_shows_a_page(server, page, settled, path, heading):
    """Streamlit can run a page without app.py: no title, no navigation, a traceback."""
    page.goto(server.url + path)
    settled(page)
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    expect(page.get_by_role("link", name="Explore")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_an_empty_folder_is_a_sentence(server, page, settled):
    """The worker's error has to come all the way to the page."""
    (server.roots / "empty").mkdir(exist_ok=True)
    page.goto(server.url)
    page.get_by_role("button", name="empty").click()
    settled(page)
    page.get_by_role("button", name="Use this folder").click(force=True)
    expect(page.get_by_text(re.compile("nothing"))).to_be_visible()


def test_an_upload_of_something_else_is_a_sentence(server, page, settled):
    """A text file called clip.mp4 must end as 'unreadable', not as a crash."""
    page.goto(server.url)
    if page.get_by_text("Add videos").first.is_visible():
        page.get_by_text("Add videos").first.click()
    page.get_by_role("tab", name="Upload").click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        [{"name": "clip.mp4", "mimeType": "video/mp4", "buffer": b"this is no video"}]
    )
    page.get_by_role("button", name="Add these files").click()
    expect(page.get_by_text(re.compile("None of the 1 videos can be read"))).to_be_visible(
        timeout=90_000
    )
