"""Parts of the maps: the code of the page, without a page around it."""

import math
from pathlib import Path

import pytest

HERE = Path(__file__).parents[2] / "pages/ui/explorer"


@pytest.fixture
def run(page):
    """Evaluate an expression after the code of some parts."""

    def evaluate(parts, expression, argument=None):
        code = "\n".join((HERE / f"{part}.js").read_text("utf-8") for part in parts)
        return page.evaluate(f"argument => {{ {code}\n return {expression}; }}", argument)

    return evaluate


def seen(run, place, eye, aspect=1):
    """Return where a place in a cube from -1 to 1 is seen, from 'eye'."""
    zero = {"x": 0, "y": 0, "z": 0}
    camera = {"eye": {**zero, **eye}, "center": zero, "up": {**zero, "z": 1}}
    at = run(
        ["numbers", "maps", "solid"],
        "seenAt(argument[0], [[-1, 1], [-1, 1], [-1, 1]], argument[1], argument[2])",
        [place, camera, aspect],
    )
    return at["x"], at["y"]


def test_ranks_stand_where_the_solid_map_shows_their_sequences(run):
    """A number would stand at another sequence, or mirrored, once the map is turned."""
    assert seen(run, [0, 0, 0], {"x": 2}) == pytest.approx((0, 0))
    # The half side of the cube, 0.5, at distance 2, of tan(22.5°) = 0.4142 to the edge.
    assert seen(run, [0, 1, 0], {"x": 2}) == pytest.approx((0.6036, 0), abs=1e-4)
    assert seen(run, [0, 0, 1], {"x": 2}) == pytest.approx((0, 0.6036), abs=1e-4)
    assert seen(run, [0, 1, 0], {"x": 2}, aspect=2)[0] == pytest.approx(0.3018, abs=1e-4)
    assert seen(run, [0, 1, 0], {"x": -2})[0] == pytest.approx(-0.6036, abs=1e-4)


def test_what_is_behind_the_eye_has_no_place(run):
    """A number would stand where nothing is."""
    assert all(math.isnan(way) for way in seen(run, [1, 0, 0], {"x": 0.3}))


@pytest.mark.parametrize(
    ("videos", "said"), [([0, 1, 2], False), ([0, 1, 2, 3], True), ([0, 3], True), ([1, 3], False)]
)
def test_the_legend_says_when_two_videos_have_one_colour(run, videos, said):
    """With some videos left out, two would share a colour without a word."""
    items = run(
        ["roving", "scene", "timeline", "legend"],
        """(() => {
            const box = document.createElement("div");
            const colour = { kind: "groups", column: "video", colours: ["red", "green", "blue"] };
            const points = { id: "p", count: argument.length, video: Int32Array.from(argument) };
            const frames = { id: "f", videos: ["a", "b", "c", "d"].map((name) => [name, 0, 1]) };
            new Legend(box, { changed() {}, light() {} }).draw(colour, points, frames);
            return [...box.children].map((each) => each.textContent);
        })()""",
        videos,
    )
    assert items[0] == "Hide all"
    assert ("The 3 colours repeat" in items) is said
