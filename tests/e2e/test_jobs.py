"""Jobs in a real browser: they go on without a page, stop when asked, and survive their worker."""

import os
import re
import signal
import struct
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from pages.ui.add_videos import sample_dir
from seqsel_core.jobs.queue import Queue
from seqsel_core.store.datasets import Datasets

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sample_dir() is None, reason="the sample is not installed"),
]
FRAMES = 120  # of the clip
UNDER_WAY = re.compile(r"frames per second")


@pytest.fixture
def clips(server):
    """Make a folder of videos of different content, so many that embedding them takes a while."""

    def make(name, count):
        clip = (sample_dir() / "carphone_pristine.mp4").read_bytes()
        folder = server.roots / name
        folder.mkdir()
        for number in range(count):
            mark = struct.pack(">I4s16s", 24, b"free", f"{name} {number}".encode())
            (folder / f"{number:02d}.mp4").write_bytes(clip + mark)  # a box that means nothing

    return make


def begin(page, server, settled, name):
    """Point to a folder, which begins its embedding; return the number of the job."""
    page.goto(server.url)
    settled(page)
    folder, closed = page.get_by_role("button", name=name), page.get_by_text("Add videos").first
    expect(folder.or_(closed).first).to_be_visible()
    if not folder.is_visible():  # a server that has datasets keeps the form closed
        closed.click()
    folder.click()
    expect(page.get_by_text(re.compile(r"In this folder: \d+ videos"))).to_be_visible()
    page.get_by_role("button", name="Use this folder").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    record = next(item for item in Datasets(server.data_dir).all() if item.name == name)
    return Queue(server.data_dir).latest("embed", record.id)


def stored(server):
    """Return {folder of a stored video: what changes when it is written again}."""
    manifests = (server.data_dir / "shards").rglob("manifest.json")
    return {path.parent: (path.stat().st_ino, path.stat().st_mtime_ns) for path in manifests}


def wait_for_videos(page, count):
    """Wait until at least so many videos are embedded."""
    page.wait_for_function(
        "count => [...document.body.innerText.matchAll(/(\\d+) of \\d+ videos ·/g)]"
        ".some(found => Number(found[1]) >= count)",
        arg=count,
        timeout=240_000,
    )


def seconds_to_stop(page, server, job):
    """Return the seconds from when the worker was asked to stop until it had."""
    queue, asked = Queue(server.data_dir), 0.0
    while (now := queue.get(job.id)).state != "cancelled":
        if now.state == "cancelling":
            asked = asked or time.time()
        page.wait_for_timeout(20)
    return now.updated - asked if asked else 0.0


def height(page):
    """Return the height of the panel."""
    return page.locator(".st-key-panel_embed").bounding_box()["height"]


def test_a_job_goes_on_without_its_page_and_stops_when_asked(
    server, page, clips, settled, new_context
):
    """People could not close the laptop, could not see it elsewhere, or could not stop it."""
    clips("street", 12)
    other = new_context().new_page()
    other.goto(f"{server.url}/output")
    settled(other)
    pill = other.get_by_role("button", name=re.compile("^Embedding street"))
    expect(pill).to_have_count(0)
    job = begin(page, server, settled, "street")
    expect(pill).to_be_visible(timeout=8_000)  # nobody touched that browser
    expect(page.get_by_text(UNDER_WAY)).to_be_visible(timeout=240_000)
    page.reload()
    expect(page.get_by_text(UNDER_WAY)).to_be_visible()
    pill.click()
    expect(other.get_by_role("heading", name="Jobs")).to_be_visible()
    expect(other.get_by_text(UNDER_WAY)).to_be_visible()
    wait_for_videos(page, 3)

    while_running = height(page)
    page.get_by_role("button", name="Stop").click()
    assert seconds_to_stop(page, server, job) < 2.0
    expect(page.get_by_text("Embedding was stopped")).to_be_visible()
    expect(pill).to_have_count(0)
    assert height(page) == while_running

    before = stored(server)
    assert len(before) >= 3
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Embedding is done")).to_be_visible(timeout=240_000)
    assert height(page) == while_running
    expect(page.get_by_text(re.compile(rf"12 videos, {12 * FRAMES:,} frames in"))).to_be_visible()
    after = stored(server)
    assert {folder: after.get(folder) for folder in before} == before
    again = Queue(server.data_dir).latest("embed", job.dataset_id)
    kept = [video for video in Queue(server.data_dir).videos(again.id) if video.outcome == "kept"]
    assert len(kept) == len(before)


def test_a_killed_worker_is_replaced_and_the_job_goes_on(server, page, clips, settled):
    """A crash at night would cost the night, or the work before it."""
    clips("harbour", 6)
    job = begin(page, server, settled, "harbour")
    wait_for_videos(page, 2)
    before = stored(server)
    os.kill(worker(server, job), signal.SIGKILL)
    expect(page.get_by_text("Embedding is done")).to_be_visible(timeout=240_000)
    after = stored(server)
    assert {folder: after.get(folder) for folder in before} == before
    videos = Queue(server.data_dir).videos(job.id)
    assert [video.n_frames for video in videos] == 6 * [FRAMES]


def worker(server, job):
    """Return the process id of the worker that does a job."""
    name = Queue(server.data_dir).get(job.id).worker.encode()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        ours = b"seqsel_core.jobs.worker" in words and os.fsencode(server.data_dir) in words
        if ours and name in words:
            return int(entry.name)
    pytest.fail("no worker runs")
