"""Uploads in a real browser: broken connections, other pages, and files that cannot be read."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

from seqsel_core.opening import NOT_EMBEDDED, sort_out, stored_shards
from seqsel_core.store.datasets import Datasets
from seqsel_core.store.shards import ShardStore
from seqsel_core.store.uploads import discover_upload

ROOT = Path(__file__).parents[2]
LEFT_OUT = "flvmeta_poc2"  # has no ending


@pytest.fixture
def form(server, page, settled):
    """The page with the form of the upload."""
    page.goto(server.url)
    settled(page)
    open_form(page)
    return page


def open_form(page):
    """Go to the form, which a server that has datasets keeps closed."""
    tab, closed = page.get_by_role("tab", name="Upload"), page.get_by_text("Add videos").first
    expect(tab.or_(closed).first).to_be_visible(timeout=60_000)
    if not tab.is_visible():
        closed.click()
    tab.click()
    expect(page.get_by_text("Drop videos or folders of frames here")).to_be_visible()
    expect(page.locator(".upload .hint")).not_to_be_empty()  # its code runs, and takes files


def files(page):
    """The field that takes files."""
    return page.locator("input.files")


def test_an_upload_of_something_else_is_a_sentence(form):
    """A text file called clip.mp4 must end as 'unreadable', and notes as left out."""
    files(form).set_input_files(
        [
            {"name": "clip.mp4", "mimeType": "video/mp4", "buffer": b"this is no video"},
            {"name": "<b>notes.txt", "mimeType": "text/plain", "buffer": b"notes"},
        ]
    )
    said = form.get_by_text("Left out: <b>notes.txt (neither a video nor a frame).")
    expect(said).to_be_visible()
    form.get_by_role("button", name="Add these files").click()
    expect(form.get_by_text(re.compile("The video cannot be read"))).to_be_visible(timeout=240_000)


def test_uploaded_frames_become_one_video(form):
    """Frames that arrive as twelve videos, or under their hashed names, would be useless."""
    frames = [
        {"name": f"{index:03d}.png", "mimeType": "image/png", "buffer": _png(index)}
        for index in range(12)
    ]
    files(form).set_input_files(frames)
    expect(form.get_by_text("12 files uploaded")).to_be_visible()
    expect(form.get_by_text("Order of frames in a folder").last).to_be_visible()
    form.get_by_label("Name", exact=True).fill("My frames")
    form.get_by_role("button", name="Add these files").click()
    expect(form.get_by_text(re.compile(r"1 video.*12 frames ready"))).to_be_visible(timeout=240_000)
    form.get_by_role("button", name=re.compile("^Explore")).click(timeout=240_000)
    expect(form.get_by_role("heading", level=3)).to_contain_text("1 sequence of 10 frames")


def test_an_upload_survives_a_broken_connection_and_another_page(form, server, settled, tmp_path):
    """A cut cable, or a look at another page, must not damage a file or begin it anew."""
    content = np.random.default_rng(0).bytes(11_000_000)
    (tmp_path / "long.mp4").write_bytes(content)
    held, seen = [], []

    def on_the_way(route):
        if route.request.method != "PUT":
            route.continue_()
            return
        seen.append(route.request.url)
        if len(seen) == 1:
            route.abort("connectionreset")
        elif len(seen) <= 3:
            held.append(route)
        else:
            route.continue_()

    form.route("**/api/upload*", on_the_way)
    with form.expect_request(lambda request: request.method == "PUT" and len(seen) == 1):
        files(form).set_input_files(tmp_path / "long.mp4")
    expect(form.get_by_text("Trying again")).to_be_visible()  # until the second one has come
    with form.expect_request(lambda request: "at=2097152" in request.url):
        held.pop().continue_()
    expect(form.get_by_role("button", name="Add these files")).to_be_disabled()
    form.get_by_role("link", name="Explore").click()
    expect(form.get_by_text("Drop videos or folders of frames here")).to_have_count(0)
    settled(form)
    held[0].continue_()
    form.get_by_role("link", name="Data").click()
    settled(form)
    open_form(form)
    expect(form.get_by_text("1 file uploaded")).to_be_visible()
    form.get_by_role("button", name="Add these files").click()
    expect(form.get_by_text("Drop videos or folders of frames here")).not_to_be_visible()
    newest = Datasets(server.data_dir).all()[0]
    [video] = discover_upload(newest.sources[0].path).videos
    assert video.path.read_bytes() == content


def test_files_can_be_dropped_and_removed(form):
    """A drop that opens the video in the browser instead would leave the page."""
    carried = form.evaluate_handle(
        """() => {
            const carried = new DataTransfer();
            carried.items.add(new File(["one"], "one.mp4"));
            carried.items.add(new File(["two"], "two.mp4"));
            return carried;
        }"""
    )
    form.locator(".zone").dispatch_event("drop", {"dataTransfer": carried})
    expect(form.get_by_text("2 files uploaded")).to_be_visible()
    add = form.get_by_role("button", name="Add these files")
    expect(add).to_be_enabled()
    form.get_by_role("button", name="Remove one.mp4").press("Enter")
    expect(form.get_by_text("1 file uploaded")).to_be_visible()
    form.get_by_role("button", name="Remove all").click()
    expect(add).to_be_disabled()
    expect(form.get_by_text("file uploaded")).to_have_count(0)


@pytest.mark.slow
def test_every_broken_file_is_listed_with_its_reason(form, server, shared_data, monkeypatch):
    """Strangers' files must neither end the server nor be passed over in silence."""
    paths = [path for path in sorted((shared_data / "broken").rglob("*")) if path.is_file()]
    assert len(paths) >= 60
    files(form).set_input_files(paths)
    expect(form.get_by_text(f"{len(paths) - 1} files uploaded")).to_be_visible()
    form.get_by_label("Name", exact=True).fill("Broken")
    form.get_by_role("button", name="Add these files").click()
    explore = form.get_by_role("button", name=re.compile("^Explore"))
    expect(explore).to_be_visible(timeout=300_000)
    expect(form.get_by_text(re.compile(r"60 videos.* unreadable"))).to_be_visible()
    assert server.process.poll() is None
    newest = Datasets(server.data_dir).all()[0]
    stored = stored_shards(
        ShardStore(server.data_dir), newest, Datasets(server.data_dir).listing(newest.id)
    )
    videos, unreadable = sort_out(stored)
    assert len(videos) + len(unreadable) == len(paths) - 1
    assert [one.video.name for one in unreadable if one.reason in ("", NOT_EMBEDDED)] == []
    assert {path.name for path in paths} - {video.name for video, _, _ in stored} == {LEFT_OUT}
    monkeypatch.setenv("SEQSEL_DATA_DIR", str(server.data_dir))
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)  # a grid is a picture
    app.query_params["dataset"] = newest.id
    rows = app.run().dataframe[0].value
    assert len(rows) == len(paths) - 1
    told = rows[rows["State"] == "unreadable"]
    assert len(told) == len(unreadable) and all(told["Problems"])


def _png(index):
    picture = np.random.default_rng(index).integers(0, 255, (40, 60, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    return buffer.getvalue()
