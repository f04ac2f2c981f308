"""A server of our own and a real browser."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

ROOT = Path(__file__).parents[2]
CHROMIUM = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    ),
    None,
)
expect.set_options(timeout=20_000)


@dataclass
class Server:
    """A running app.

    Attributes:
        url: Its address.
        data_dir: Where it keeps its data.
        roots: The folder that it may read.
        process: Its process.
    """

    url: str
    data_dir: Path
    roots: Path
    process: subprocess.Popen


def pytest_collection_modifyitems(items):
    """Every test here needs a browser."""
    for item in items:
        if Path(item.fspath).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.e2e)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Start the system's Chromium, with software WebGL for the maps.

    WebGL alone: a whole page that is put together by it, too, takes a core or more whenever
    something on it moves, and workers, which give way to everything, take up to four times as long.
    """
    return {
        **browser_type_launch_args,
        "executable_path": CHROMIUM,
        "args": [
            "--no-sandbox",
            "--use-angle=swiftshader",
            "--enable-unsafe-swiftshader",
            "--disable-gpu-compositing",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
        ],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    """A window in which the whole page can be seen."""
    return {**browser_context_args, "viewport": {"width": 1400, "height": 1000}}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Start the app on a free port with an empty data directory."""
    with _serve(tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture(scope="session")
def sample_server(tmp_path_factory):
    """Start the app that holds the sample."""
    with _serve(tmp_path_factory.mktemp("sample")) as started:
        yield started


@pytest.fixture(scope="session")
def sample(sample_server, browser_type, browser_type_launch_args, browser_context_args):
    """Take the sample, reload the page in mid-job, and wait until it is embedded."""
    browser = browser_type.launch(**browser_type_launch_args)
    page = browser.new_context(**browser_context_args).new_page()
    page.goto(sample_server.url)
    page.get_by_role("tab", name="Sample").click()
    page.get_by_role("button", name="Use the sample").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.reload()  # the job goes on without the page
    expect(page.get_by_text(re.compile(r"frames per second|Loading|Looking"))).to_be_visible()
    other = browser.new_context(**browser_context_args).new_page()
    other.goto(sample_server.url)  # a second browser sees the same job
    expect(other.get_by_text(re.compile(r"frames per second|Loading|Looking"))).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Explore"))).to_be_visible(timeout=240_000)
    url = page.url
    browser.close()
    return url


@pytest.fixture
def explore(sample, sample_server, page, settled):
    """The Explore page of the sample, with 200 of its 502 frames."""
    link = sample.replace(sample_server.url, f"{sample_server.url}/explore")
    page.goto(f"{link}{'&' if '?' in link else '?'}n_samples=200")
    expect(page.locator(".explorer .mark").first).to_be_visible(timeout=60_000)
    settled(page)  # a page that has not begun to run looks so, too
    return page


@pytest.fixture
def settled():
    """Wait until a page has run to its end."""

    def wait(page: Page) -> None:
        app = page.get_by_test_id("stApp")
        expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=60_000)

    return wait


@pytest.fixture(scope="session")
def serve():
    """Start an app with variables of its own, for `with`; see `_serve`."""
    return _serve


@contextlib.contextmanager
def _serve(folder, **variables):
    (folder / "videos").mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "SEQSEL_DATA_DIR": str(folder / "data"),
        "SEQSEL_INPUT_ROOTS": str(folder / "videos"),
        **variables,
    }
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "pages.ui.serve", "--server.port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(f"{url}/_stcore/health")
        yield Server(url, folder / "data", folder / "videos", process)
    finally:
        process.terminate()
        process.wait(20)
        _end_worker(folder / "data")


def _wait(url, seconds=120):
    until = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=2).read()
        except OSError:
            assert time.monotonic() < until, f"{url} does not answer"
            time.sleep(0.2)
        else:
            return


def _end_worker(data_dir):
    """End the worker of this server, by the arguments it was started with."""
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"seqsel_core.jobs.worker" in words and os.fsencode(data_dir) in words:
            os.kill(int(entry.name), signal.SIGTERM)
