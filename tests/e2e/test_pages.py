"""Deep links, empty states and wrong input in a real browser."""

import pytest
from playwright.sync_api import expect


def test_the_first_visit_of_a_new_server_by_a_deep_link(server, page, settled):
    """Streamlit greets it with "Page not found" if it takes `pages/` for its old pages."""
    page.goto(f"{server.url}/output")
    settled(page)
    expect(page.get_by_role("heading", name="Nothing to take yet")).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("", "Pick the video sequences worth labelling"),
        ("/explore", "Nothing to explore yet"),
        ("/output", "Nothing to take yet"),
    ],
)
def test_a_deep_link_on_a_fresh_server_shows_a_page(server, page, settled, path, heading):
    """Streamlit can run a page without app.py: no title, no navigation, a traceback."""
    page.goto(server.url + path)
    settled(page)
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    expect(page.get_by_role("link", name="Explore")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_an_empty_folder_says_so_and_cannot_be_taken(server, page, settled):
    """A dataset of nothing would be made, and end in an error somewhere else."""
    (server.roots / "empty").mkdir(exist_ok=True)
    page.goto(server.url)
    page.get_by_role("button", name="empty").click()
    settled(page)
    expect(page.get_by_text("In this folder: nothing.")).to_be_visible()
    expect(page.get_by_role("button", name="Use this folder")).to_be_disabled()
