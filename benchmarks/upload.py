"""Memory of the server against the size of an upload: what is written to disk is not held.

    python benchmarks/upload.py [--megabytes 1000] [--without-streamlit]

A browser uploads one file of random bytes to a server of its own on loopback, and adds it.
Read are the server's memory before, its peak, and its memory once the file lies on the disk,
the tab is closed and the session is forgotten. The same with Streamlit's own uploader, for
comparison. Promise: 1 GB raises the memory for good by less than 100 MB.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from _server import megabytes, serve
from playwright.sync_api import Page, expect, sync_playwright

LIMIT_MB = 100
FORGET = 3  # seconds until the server forgets a session that left
PATIENCE = 600_000  # milliseconds
PEER = """import streamlit as st
file = st.file_uploader("file")
if file:
    st.write("12345 bytes came" if file.size else "")
"""


@dataclass(frozen=True)
class Measured:
    """Megabytes of a server's memory, and the seconds of the upload."""

    before: float
    peak: float
    after: float
    seconds: float


def main() -> None:
    """Measure, print a table, and exit with 1 where the promise is broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--without-streamlit", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "long.mp4"
        with file.open("wb") as target:
            for _ in range(given.megabytes):
                target.write(os.urandom(1_000_000))
        print(f"{given.megabytes} MB        before MB   peak MB  after MB  for good MB  seconds")
        ours = ["-m", "pages.ui.serve"]
        own = _measure(folder, ours, lambda page: _upload(page, file))
        _show("seqsel", own)
        kept = sum(path.stat().st_size for path in (folder / "data").rglob("*.mp4"))
        print(f"{kept / 1e6:.0f} MB lie in the data directory.")
        if not given.without_streamlit:
            (folder / "peer.py").write_text(PEER)
            peer = ["-m", "streamlit", "run", str(folder / "peer.py")]
            peer += [f"--server.maxUploadSize={2 * given.megabytes}"]
            _show(
                "st.file_uploader", _measure(folder, peer, lambda page: _upload_there(page, file))
            )
    met = own.after - own.before < LIMIT_MB
    print(f"limit {LIMIT_MB} MB for good: {'met' if met else 'MISSED'}")
    sys.exit(0 if met else 1)


def _show(name: str, found: Measured) -> None:
    print(
        f"{name:<18}{found.before:>8.0f}{found.peak:>10.0f}{found.after:>10.0f}"
        f"{found.after - found.before:>13.0f}{found.seconds:>9.1f}"
    )


def _measure(folder: Path, words: list[str], upload: Callable[[Page], None]) -> Measured:
    forget = f"--server.disconnectedSessionTTL={FORGET}"
    server = serve(folder / "data", forget, words=words)
    with server as (url, pid), _browser() as new_page:
        _visit(new_page(), url)  # what every session loads is not the upload's
        before = megabytes(pid, "VmRSS")
        page = new_page()
        page.goto(url)
        _settle(page)
        begun = time.monotonic()
        upload(page)
        seconds = time.monotonic() - begun
        page.context.close()
        time.sleep(2 * FORGET)
        _visit(new_page(), url)  # Streamlit lets go of old sessions when others come and go
        return Measured(before, megabytes(pid, "VmHWM"), megabytes(pid, "VmRSS"), seconds)


def _visit(page: Page, url: str) -> None:
    page.goto(url)
    _settle(page)
    page.context.close()
    time.sleep(2 * FORGET)


def _upload(page: Page, file: Path) -> None:
    page.get_by_role("tab", name="Upload").click()
    page.locator("input.files").set_input_files(file)
    expect(page.get_by_text("1 file uploaded")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Add these files").click()
    expect(page.get_by_text("Drop videos")).not_to_be_visible(timeout=PATIENCE)


def _upload_there(page: Page, file: Path) -> None:
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
    expect(page.get_by_text("bytes came")).to_be_visible(timeout=PATIENCE)


def _settle(page: Page) -> None:
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENCE)


@contextlib.contextmanager
def _browser() -> Iterator[Callable[[], Page]]:
    chromium = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield lambda: browser.new_context().new_page()
        browser.close()


if __name__ == "__main__":
    main()
