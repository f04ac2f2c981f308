"""Explore in a browser: milliseconds from a key or the mouse until the new picture is painted."""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from _server import megabytes, serve
from playwright.sync_api import Page, sync_playwright

PATIENCE = 240_000  # milliseconds
DRAWN = "document.querySelectorAll('.explorer .js-plotly-plot').length === 2"
SETTLED = "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"
PLOT = "document.querySelector('.explorer .js-plotly-plot')"
STREAKS = f"{PLOT}.data.slice(1).reduce((sum, trace) => sum + trace.x.length, 0)"
POINTS = f"{PLOT}.data[0].x.length"
PICTURES = (
    "[...document.querySelectorAll('.strip-rows img')]"
    ".every(image => image.complete && image.naturalWidth)"
)
NOTE = "document.querySelector('.explorer .note')"


def measure(data_dir: Path) -> dict[str, float]:
    """Return the milliseconds of each move; of those made several times the median."""
    with serve(data_dir) as (url, pid), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
            args=["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
        )
        page = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
        page.set_default_timeout(PATIENCE)
        began = time.perf_counter()
        page.goto(f"{url}/explore")
        _wait(page, f"{DRAWN} && {PICTURES} && {SETTLED}")
        found = {"first view": 1000 * (time.perf_counter() - began)}
        print(f"the maps say: {page.evaluate(f'{NOTE}.textContent') or 'every point'}")
        samples = page.get_by_role("slider", name="Samples")
        length = page.get_by_role("slider", name="Sequence length")
        found["n_samples, one more"] = statistics.median(
            _press(page, samples, "ArrowRight", STREAKS) for _ in range(5)
        )
        found["n_samples, one less"] = statistics.median(
            _press(page, samples, "ArrowLeft", STREAKS) for _ in range(5)
        )
        found["sequence length, one more"] = _press(page, length, "ArrowRight", POINTS)
        found["sequence length, one less"] = _press(page, length, "ArrowLeft", POINTS)
        found["lasso to strips"] = _lasso(page)
        browser.close()
        print(f"peak memory of the server {megabytes(pid, 'VmHWM'):.0f} MB")
    return found


def _press(page: Page, slider: Any, key: str, watched: str) -> float:
    slider.focus()
    return _until_painted(
        page, "keydown", lambda: slider.press(key), f"{watched} !== window.was", watched
    )


def _lasso(page: Page) -> float:
    page.get_by_role("button", name="Lasso", exact=True).click()
    box = page.locator(".explorer .plot").first.bounding_box()
    assert box
    left, top = box["x"] + 8, box["y"] + 8
    right, bottom = left + box["width"] / 2, top + box["height"] - 16
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top + 4)):
        page.mouse.move(x, y, steps=6)
    shown = "[...document.querySelectorAll('strong')].some(e => e.textContent.includes('lasso'))"
    return _until_painted(page, "mouseup", page.mouse.up, f"{shown} && {PICTURES}", "0")


def _until_painted(
    page: Page, event: str, act: Callable[[], None], done: str, watched: str
) -> float:
    """Return the milliseconds from an event to the frame in which all is done."""
    page.evaluate(
        "([event, watched]) => { window.was = eval(watched); window.addEventListener(event,"
        " () => { window.began = performance.now(); }, { once: true, capture: true }); }",
        [event, watched],
    )
    act()
    _wait(page, done)
    took: float = page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame("
        "() => done(performance.now() - window.began))))"
    )
    _wait(page, SETTLED)
    return took


def _wait(page: Page, condition: str) -> None:
    page.wait_for_function(f"() => {condition}", polling="raf", timeout=PATIENCE)
