"""Make the pictures of the README from the sample: `make pictures`.

A server of its own, with data of its own, is driven by a real browser. `explore.png` is one look
at Explore; `tour.webp` shows the way from the videos to the frames, a few seconds a step.
"""

from __future__ import annotations

import math
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Locator, Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.e2e.conftest import CHROMIUM, _serve  # noqa: E402

DOCS = ROOT / "docs"
SIZE = {"width": 1280, "height": 1160}  # of the window, in pixels
WIDTH = 960  # of the tour
BAR = 44  # height of its words
SECONDS = 3.0  # that a step is shown
DOT = 9  # radius of the pointer
AWAY = (20, 10)  # where the pointer touches nothing


class Tour:
    """Pictures with words below, and a dot where the pointer is."""

    def __init__(self, page: Page) -> None:
        """Begin with none."""
        self.page = page
        self.pictures: list[Image.Image] = []
        self.seconds: list[float] = []

    def take(
        self, words: str, at: tuple[float, float] | None = None, seconds: float = SECONDS
    ) -> None:
        """Add what the page shows now.

        Args:
            words: What is done.
            at: Where the pointer is, in pixels of the window; None: it does not matter.
            seconds: How long it is shown.
        """
        shown = Image.open(BytesIO(self.page.screenshot())).convert("RGB")
        if at:
            x, y = at
            draw = ImageDraw.Draw(shown, "RGBA")
            box = (x - DOT, y - DOT, x + DOT, y + DOT)
            draw.ellipse(box, fill=(213, 94, 0, 150), outline=(255, 255, 255, 255), width=2)
        height = round(shown.height * WIDTH / shown.width)
        picture = Image.new("RGB", (WIDTH, height + BAR), "#131722")
        picture.paste(shown.resize((WIDTH, height), Image.Resampling.LANCZOS), (0, 0))
        font = ImageFont.load_default(20)
        ImageDraw.Draw(picture).text((20, height + 10), words, "#ffffff", font)
        self.pictures.append(picture)
        self.seconds.append(seconds)

    def save(self, path: Path) -> None:
        """Write an animation that begins again at its end."""
        first, *others = self.pictures
        first.save(
            path,
            save_all=True,
            append_images=others,
            duration=[round(1000 * seconds) for seconds in self.seconds],
            loop=0,
            quality=72,
            method=6,
        )


def settle(page: Page, milliseconds: int = 1200) -> None:
    """Wait until the page has run, and what it drew stands still."""
    app = page.get_by_test_id("stApp")
    app.wait_for()
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.wait_for_timeout(milliseconds)


def middle(found: Locator) -> tuple[float, float]:
    """Return the middle of something, in pixels of the window."""
    box = found.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def set_slider(page: Page, label: str, value: int) -> tuple[float, float]:
    """Type a number into a slider's field; return where its handle is then."""
    page.get_by_label(label).first.fill(str(value))
    page.get_by_label(label).first.press("Enter")
    settle(page)
    slider = page.locator(f"input[type=range][aria-label='{label}']")
    box = slider.bounding_box()
    assert box is not None
    share = float(slider.evaluate("e => (e.value - e.min) / (e.max - e.min)"))
    return box["x"] + 8 + share * (box["width"] - 16), box["y"] + box["height"] / 2


def lasso(page: Page, panel: Locator) -> tuple[float, float]:
    """Draw around a part of a map; return where that ends."""
    page.get_by_role("button", name="Lasso").click()
    box = panel.bounding_box()
    assert box is not None

    def at(turn: float) -> tuple[float, float]:
        x, y = 0.24 + 0.2 * math.cos(turn), 0.5 + 0.44 * math.sin(turn)
        return box["x"] + box["width"] * x, box["y"] + box["height"] * y

    page.mouse.move(*at(0))
    page.mouse.down()
    for step in range(1, 40):
        page.mouse.move(*at(math.tau * step / 40))
    page.mouse.up()
    page.mouse.move(*AWAY)
    settle(page)
    return at(0)


def make_tour(page: Page, url: str) -> Tour:
    """Go from an empty app to the written frames."""
    tour = Tour(page)
    page.goto(url)
    settle(page)
    page.get_by_role("tab", name="Sample").click()
    settle(page)
    use = page.get_by_role("button", name="Use the sample")
    tour.take("1  Add videos: a folder, an upload, or the sample", middle(use))
    use.click()
    page.get_by_text("frames per second").wait_for()
    page.wait_for_timeout(1500)
    tour.take("2  Every frame is decoded and embedded once, in the background")
    explore = page.get_by_role("button", name="Explore")
    explore.wait_for(timeout=240_000)
    page.get_by_text("Drawing the maps", exact=True).wait_for(state="hidden", timeout=240_000)
    settle(page, 4000)
    tour.take("3  What is wrong with a video is said in words", middle(explore))
    explore.click()
    page.mouse.move(*AWAY)
    drawn = "() => document.querySelectorAll('.explorer .js-plotly-plot').length === 2"
    page.wait_for_function(drawn, timeout=240_000)
    settle(page, 3000)
    tour.take("4  Explore: the selected sequences on maps of the whole dataset")
    tour.take("5  Move the sequence length …", set_slider(page, "Sequence length", 5), 1.5)
    for frames in (30, 60, 90):
        at = set_slider(page, "Samples", frames)
        tour.take("6  … and the number of samples: maps, timeline, strips follow", at, 1.2)
    page.locator(".explorer .timeline").scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    bar = page.locator(".explorer .bar").first
    at = middle(bar)
    page.mouse.move(*at)
    page.wait_for_timeout(1500)
    tour.take("7  Point at a lane or a map to see the picture", at)
    end = lasso(page, page.locator(".map[data-map=umap_k_15] .plot"))
    tour.take("8  Draw a lasso to see what lies inside, selected or not", end)
    page.get_by_role("button", name="Clear lasso").click()
    settle(page)
    page.keyboard.press("j")
    settle(page)
    page.keyboard.press("j")
    settle(page)
    tour.take("9  Review by keys: J next, P pin, X replace by the next best, V play")
    page.keyboard.press("p")
    settle(page)
    page.keyboard.press("Escape")
    settle(page)
    take = page.get_by_role("button", name="Take 90 frames")
    tour.take("10  Take the frames", middle(take), 1.5)
    take.click()
    settle(page)
    page.get_by_role("button", name="Write 90 frames").click()
    page.get_by_role("button", name="Frames (zip)").wait_for(timeout=120_000)
    settle(page, 2500)
    tour.take("11  Frames, lists, and a report that says why", None, 4.0)
    return tour


def make_explore(page: Page, address: str) -> None:
    """Take the picture at the top of the README."""
    page.set_viewport_size({"width": 1500, "height": 1400})
    page.goto(address)
    settle(page, 3000)
    x, y = middle(page.locator(".explorer .bar").first)
    page.mouse.move(x + 120, y)
    page.wait_for_timeout(1500)
    shown = Image.open(BytesIO(page.screenshot())).convert("RGB")
    shown.save(DOCS / "explore.png", optimize=True)


def main() -> None:
    """Make both."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        _serve(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
        )
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        page.set_default_timeout(60_000)
        tour = make_tour(page, server.url)
        tour.save(DOCS / "tour.webp")
        query = page.url.split("?")[1]
        make_explore(page, f"{server.url}/explore?{query}")
        browser.close()
    for name in ("explore.png", "tour.webp"):
        print(f"docs/{name}: {(DOCS / name).stat().st_size / 1000:,.0f} kB")


if __name__ == "__main__":
    main()
