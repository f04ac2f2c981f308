"""Deep links, empty states and wrong input in a real browser."""

import io
import re

import numpy as np
import pytest
from PIL import Image
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


def test_uploaded_frames_become_one_video(server, page, settled):
    """Frames that arrive as twelve videos, or under their hashed names, would be useless."""
    page.goto(server.url)
    settled(page)
    form = page.get_by_text("Add videos")
    if form.count():
        form.first.click()
    page.get_by_role("tab", name="Upload").click()
    frames = [
        {"name": f"{index:03d}.png", "mimeType": "image/png", "buffer": _png(index)}
        for index in range(12)
    ]
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(frames)
    page.get_by_label("Name").fill("My frames")
    page.get_by_role("button", name="Add these files").click()
    expect(page.get_by_text(re.compile(r"1 video.*12 frames ready"))).to_be_visible(timeout=90_000)
    page.get_by_role("button", name=re.compile("^Explore")).click()
    expect(page.get_by_role("heading", level=3)).to_contain_text("1 sequence of 10 frames")


def _png(index):
    picture = np.random.default_rng(index).integers(0, 255, (40, 60, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    return buffer.getvalue()
