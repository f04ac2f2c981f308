"""The linked views of Explore in a real browser: what is done in one shows in the others."""

import json
import re

import pytest
from playwright.sync_api import TimeoutError as TooLate
from playwright.sync_api import expect

pytestmark = pytest.mark.slow


@pytest.fixture
def maps(explore, settled):
    """The Explore page, both maps drawn, and nothing on it that still moves."""
    expect(explore.locator(".explorer .js-plotly-plot")).to_have_count(2, timeout=240_000)
    settled(explore)  # where the second map has just come, the panel above it goes
    return explore


def lasso_everything(page):
    """Draw a lasso around the whole PCA map."""
    page.get_by_role("button", name="Lasso", exact=True).click()
    box = page.locator(".explorer .plot").first.bounding_box()
    left, top = box["x"] + 8, box["y"] + 8
    right, bottom = left + box["width"] - 16, top + box["height"] - 16
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top + 4)):
        page.mouse.move(x, y, steps=6)
    page.mouse.up()


def review(page):
    """Return the card of the sequence that is looked at."""
    return page.locator(".st-key-looked_at")


INSIDE = "Array.from(plot.data[1].x).filter(Number.isFinite).length"
"""Points that are not faint, where others are."""


def drag_in_lane(page, lane, start, stop):
    """Drag over a part of a lane, given as shares of its length."""
    bar = page.locator(".explorer .bar").nth(lane)
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + start * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + stop * box["width"], y, steps=6)
    page.mouse.up()


def expect_in_both_maps(page, what, value):
    """Wait until an expression of `plot` has a value in both maps; they are drawn at leisure."""
    maps = page.locator(".explorer .js-plotly-plot")
    expect(maps).to_have_count(2)
    try:
        page.wait_for_function(
            "value => [...document.querySelectorAll('.explorer .js-plotly-plot')]"
            f".every(plot => ({what}) === value)",
            arg=value,
        )
    except TooLate:
        assert maps.evaluate_all(f"all => all.map(plot => {what})") == [value, value]


def _touching(page):
    """Return how many pairs of rank numbers touch each other on the first map, of those there."""
    boxes = (
        page.locator(".explorer .map")
        .first.locator(".number")
        .evaluate_all("all => all.map(each => each.getBoundingClientRect().toJSON())")
    )
    assert boxes
    return sum(
        a["left"] < b["right"] + 1
        and b["left"] < a["right"] + 1
        and a["top"] < b["bottom"]
        and b["top"] < a["bottom"]
        for at, a in enumerate(boxes)
        for b in boxes[:at]
    )


RINGS = "plot.data.at(-1).x.length"
"""Rings around the sequence that is looked at: 1 or 0."""


def test_maps_timeline_and_strips_are_drawn(maps):
    """Plotly that fails in the browser shows an empty box that no server test sees."""
    points = maps.evaluate(
        "() => [...document.querySelectorAll('.explorer .js-plotly-plot')]"
        ".map(plot => plot._fullData[0]._length)"
    )
    assert points == [50, 50]  # all sequences of ten in the sample's 502 frames
    expect(maps.locator(".explorer .lane")).to_have_count(3)
    expect(maps.locator(".explorer .mark")).to_have_count(20)
    images = maps.locator(".strip-rows img")
    expect(images).to_have_count(8)
    maps.wait_for_function(
        "() => [...document.querySelectorAll('.strip-rows img')]"
        ".every(image => image.naturalWidth > 300)"
    )


def test_a_lane_shows_its_picture_and_a_click_shows_in_all_views(maps, settled):
    """People would look at a moment in the timeline and not find it in the maps."""
    bar = maps.locator(".explorer .bar").first
    box = bar.bounding_box()
    spot = {"x": 0.52 * box["width"], "y": box["height"] / 2}
    bar.hover(position=spot)
    tip = maps.locator(".explorer .tip")
    expect(tip.locator("img")).to_have_attribute("src", re.compile("^data:image/jpeg"))
    expect(tip).to_contain_text(re.compile(r"frame \d+ · \d+\.\d s"))
    expect_in_both_maps(maps, RINGS, 0)
    bar.click(position=spot)
    expect(review(maps)).to_be_visible()
    expect_in_both_maps(maps, RINGS, 1)
    settled(maps)  # the button of a key is there when the page has run to its end
    maps.keyboard.press("Escape")
    expect(review(maps)).to_have_count(0)
    expect_in_both_maps(maps, RINGS, 0)


def test_a_click_on_a_selected_part_of_a_lane_looks_at_that_sequence(maps):
    """The strip of a neighbour would be shown."""
    mark = maps.locator(".explorer .mark").nth(4)
    label = mark.get_attribute("aria-label")
    first, last = re.search(r"frames (\d+) to (\d+)", label).groups()
    mark.click()
    expect(review(maps)).to_be_visible()
    expect(maps.get_by_text(f"frames {first}–{last}").first).to_be_visible()


def test_a_lasso_shows_the_strips_of_what_lies_inside(maps):
    """The strips would not follow what the user drew around, or could not be had back."""
    lasso_everything(maps)
    title = maps.get_by_text(re.compile("In the lasso"))
    expect(title).to_have_text("In the lasso: 50 sequences, 20 selected")
    expect_in_both_maps(maps, INSIDE, 50)
    answer = maps.get_by_role("button", name="50 sequences in it, 20 selected")
    expect(answer).to_be_visible()
    expect(title).not_to_be_in_viewport()
    answer.click()
    expect(title).to_be_in_viewport()
    assert maps.locator(".explorer .inside").count() >= 3  # and every lane says where
    expect(maps.get_by_text("3 of 3 videos have something in the lasso")).to_be_visible()
    maps.get_by_role("slider", name="Samples").press("ArrowRight")  # the lasso stays
    expect(title).to_have_text("In the lasso: 50 sequences, 21 selected")
    maps.get_by_role("button", name="Clear lasso").click()
    expect(maps.get_by_text("Selected sequences")).to_be_visible()
    expect(maps.locator(".explorer .inside")).to_have_count(0)


def test_a_stretch_of_a_lane_is_marked_in_the_maps_and_filters_the_rest(maps):
    """A moment found in the timeline would be lost in a cloud of points."""
    drag_in_lane(maps, 0, 0.1, 0.5)
    expect(maps.locator(".explorer .stretch")).to_have_count(1)
    title = maps.get_by_text(re.compile("In the stretch: "))
    expect(title).to_be_visible()
    count = int(re.search(r"stretch: (\d+)", title.inner_text())[1])
    assert 5 <= count <= 25
    expect_in_both_maps(maps, INSIDE, count)
    expect(review(maps)).to_have_count(0)  # a drag is no click
    maps.get_by_role("button", name="Clear stretch").click()
    expect(maps.get_by_text("Selected sequences")).to_be_visible()


def test_a_video_is_switched_off_in_the_legend(maps, settled):
    """What hides the rest could not be taken away."""
    maps.get_by_role("combobox", name="Colour by").click()
    maps.get_by_role("option", name="Video").click()
    items = maps.locator(".explorer .groups .item")
    expect(items).to_have_count(3)
    settled(maps)
    shown = "Array.from(plot.data[0].x).filter(Number.isFinite).length"
    expect_in_both_maps(maps, shown, 50)
    count = int(items.first.locator("small").inner_text())
    items.first.click()
    expect(items.first).to_have_attribute("aria-pressed", "false")
    expect_in_both_maps(maps, shown, 50 - count)
    expect(maps.locator(".explorer .lane.off")).to_have_count(1)
    items.nth(1).dblclick()
    expect(maps.locator(".explorer .lane.off")).to_have_count(2)
    maps.get_by_role("button", name="Show all").click()
    expect_in_both_maps(maps, shown, 50)


def test_what_is_pointed_at_in_the_legend_stands_out(maps, settled):
    """Of twenty videos of like colours, nobody could tell where one lies."""
    maps.get_by_role("combobox", name="Colour by").click()
    maps.get_by_role("option", name="Video").click()
    item = maps.locator(".explorer .groups .item").nth(1)
    settled(maps)
    streaks = "plot.data.filter(trace => trace.mode === 'lines+markers').length"
    expect_in_both_maps(maps, streaks, 3)
    count = int(item.locator("small").inner_text())
    lit = f"plot.data.filter(trace => trace.mode === 'markers').length === 3 && {INSIDE}"
    every = "() => [...document.querySelectorAll('.explorer .js-plotly-plot')].every"
    item.hover()
    maps.wait_for_function(f"{every}(plot => ({lit}) === {count})")
    expect_in_both_maps(maps, streaks, 1)
    maps.mouse.move(1, 1)
    maps.wait_for_function(f"{every}(plot => !({lit}))")
    expect_in_both_maps(maps, streaks, 3)


def test_frames_are_points_and_the_map_can_be_solid(maps, settled):
    """The switches would leave the maps as they are, or break the drawing of the third axis."""
    maps.get_by_role("combobox", name="Points").click()
    maps.get_by_role("option", name="Frames").click()
    maps.wait_for_function(
        "() => document.querySelector('.explorer .js-plotly-plot').data[0].x.length === 502"
    )
    maps.get_by_role("combobox", name="PCA map").click()
    maps.get_by_role("option", name="3-D").click()
    solid = maps.locator(".explorer .map.solid .js-plotly-plot")
    expect(solid).to_be_visible()
    assert solid.evaluate("plot => [plot.data[0].type, plot.data[0].z.length]") == [
        "scatter3d",
        502,
    ]
    expect(maps.locator(".explorer .js-plotly-plot")).to_have_count(2)  # the flat one is gone
    expect(maps).to_have_url(re.compile("points=Frames"))
    expect(maps).to_have_url(re.compile("axes=3-D"))


def test_the_solid_map_tells_ranks_and_keeps_its_place(maps, settled):
    """Numbers would hang beside their sequences, and a slider move would turn the map back."""
    maps.get_by_role("combobox", name="PCA map").click()
    maps.get_by_role("option", name="3-D").click()
    solid = maps.locator(".explorer .map.solid")
    first = solid.locator(".number").get_by_text("1", exact=True)
    expect(first).to_be_visible()
    box = solid.locator(".plot").bounding_box()
    maps.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    maps.mouse.down()
    maps.mouse.move(box["x"] + box["width"] / 2 - 40, box["y"] + box["height"] / 2, steps=4)
    maps.mouse.up()
    scrolled = "plot => plot.dispatchEvent(new WheelEvent('wheel', {deltaY: 9, cancelable: true}))"
    assert solid.locator(".plot").evaluate(scrolled), "the wheel alone belongs to the page"
    maps.keyboard.down("Control")
    maps.mouse.wheel(0, -120)
    maps.keyboard.up("Control")
    camera = "plot => plot.layout.scene.camera.eye"
    plot = solid.locator(".plot")
    maps.wait_for_function(
        "() => Math.hypot(...Object.values("
        "document.querySelector('.map.solid .plot').layout.scene.camera.eye)) < 2"
    )
    turned = plot.evaluate(camera)
    maps.get_by_role("slider", name="Samples").press("ArrowLeft")
    expect(maps.locator(".explorer .mark")).to_have_count(19)
    settled(maps)
    assert plot.evaluate(camera) == turned
    expect(solid.locator(".number").get_by_text("19", exact=True)).to_be_visible()
    # What Plotly says where the pointer meets a selected sequence; it is over the map already.
    meet = """plot.emit("plotly_hover", {
        points: [{ customdata: plot.data.flatMap(trace => trace.customdata ?? [])[0] }],
        event: { clientX: 600, clientY: 600 },
    })"""
    plot.evaluate(f"plot => {meet}")
    tip = maps.locator(".explorer .tip")
    expect(tip).to_contain_text(re.compile(r"Rank \d+ of 19"))
    expect(tip.locator("img")).to_have_attribute("src", re.compile("^data:image/jpeg"))
    click = "for (const one of ['pointerdown', 'click']) plot.dispatchEvent(new PointerEvent(one))"
    plot.evaluate(f"plot => {{ {meet}; {click}; }}")
    expect(review(maps)).to_be_visible()


def test_lanes_are_true_to_scale_or_all_of_one_width(maps):
    """Beside a long video, a short one would be too narrow to see what is selected in it."""
    bars = maps.locator(".explorer .bar")
    widths = "all => all.map(each => Math.round(each.getBoundingClientRect().width))"
    assert len(set(bars.evaluate_all(widths))) > 1
    maps.get_by_role("button", name="Same width").click()
    assert len(set(bars.evaluate_all(widths))) == 1
    maps.get_by_role("slider", name="Samples").press("ArrowRight")  # it stays so
    expect(maps.locator(".explorer .mark")).to_have_count(21)
    assert len(set(bars.evaluate_all(widths))) == 1


def test_the_table_and_the_other_views_show_one_sequence(maps, settled):
    """A row would have to be searched for in the map by eye, and the other way round."""
    maps.get_by_text("Table of all sequences").click()
    table = maps.get_by_test_id("stDataFrame")
    expect(table).to_be_visible()
    settled(maps)
    with maps.expect_download() as download:
        maps.get_by_role("button", name="Download as csv", exact=True).click()
    assert len(download.value.path().read_text().splitlines()) == 51
    table.click(position={"x": 18, "y": 90})  # the box before the second row
    expect(review(maps)).to_be_visible()
    expect_in_both_maps(maps, RINGS, 1)
    settled(maps)  # the button of a key is there when the page has run to its end
    maps.keyboard.press("j")
    expect(review(maps)).to_contain_text(re.compile(r"\d+ of 20"))


def test_a_slider_move_keeps_the_zoom_and_moves_every_view(maps):
    """People would lose their place in the map at every move."""
    box = maps.locator(".explorer .plot").first.bounding_box()
    maps.mouse.move(box["x"] + 60, box["y"] + 60)
    maps.mouse.down()
    maps.mouse.move(box["x"] + 260, box["y"] + 260, steps=5)
    maps.mouse.up()
    axis = "() => document.querySelector('.explorer .js-plotly-plot').layout.xaxis.range"
    zoomed = maps.evaluate(axis)
    maps.get_by_role("slider", name="Samples").press("ArrowLeft")
    expect(maps.locator(".explorer .mark")).to_have_count(19)
    streaks = (
        "() => new Set(document.querySelector('.explorer .js-plotly-plot').data"
        ".flatMap(trace => trace.customdata ?? []).map(item => item?.rank).filter(Boolean)).size"
    )
    maps.wait_for_function(f"({streaks})() === 19")
    assert _touching(maps) == 0
    assert maps.evaluate(axis) == zoomed


def test_pictures_stand_on_the_maps_and_a_click_looks_at_their_sequence(maps, settled):
    """Who looks at the maps would see dots, or the picture of another sequence."""
    faces = maps.locator(".explorer .face")
    expect(faces).not_to_have_count(0)
    settled(maps)
    boxes = faces.evaluate_all("all => all.map(one => one.getBoundingClientRect().toJSON())")
    at = next(at for at, box in enumerate(boxes) if box["width"] > 40)
    rank = faces.nth(at).inner_text()
    expect(faces.nth(at).locator("img")).to_have_attribute("src", re.compile("^data:image/jpeg"))
    maps.mouse.click(boxes[at]["x"] + 40, boxes[at]["y"] + 28)
    expect(review(maps)).to_contain_text(f"{rank} of 20")
    maps.keyboard.press("Escape")
    maps.get_by_role("button", name="Pictures", exact=True).click()
    expect(faces).to_have_count(0)
    expect(maps.locator(".explorer .number").first).to_be_visible()


def test_another_length_moves_the_points_too(maps):
    """The maps would go on showing the sequences of the length before, or lose the zoom."""
    axis = "() => document.querySelector('.explorer .js-plotly-plot').layout.xaxis.range"
    whole = maps.evaluate(axis)
    box = maps.locator(".explorer .plot").first.bounding_box()
    maps.mouse.move(box["x"] + 60, box["y"] + 60)
    maps.mouse.down()
    maps.mouse.move(box["x"] + 260, box["y"] + 260, steps=5)
    maps.mouse.up()
    zoomed = maps.evaluate(axis)
    assert zoomed[1] - zoomed[0] < 0.9 * (whole[1] - whole[0])
    count = (
        "() => [...document.querySelectorAll('.explorer .js-plotly-plot')]"
        ".map(plot => plot.data[0].x.length)"
    )
    assert maps.evaluate(count) == [50, 50]
    field = maps.get_by_role("spinbutton", name="Sequence length")
    field.fill("5")
    field.press("Enter")
    maps.wait_for_function(f"JSON.stringify(({count})()) === '[100,100]'")
    field.fill("10")
    field.press("Enter")
    maps.wait_for_function(f"JSON.stringify(({count})()) === '[50,50]'")
    assert maps.evaluate(axis) == zoomed
    maps.get_by_role("button", name="Reset view").click()
    maps.wait_for_function(
        f"JSON.stringify(({axis})()) === '{json.dumps(whole, separators=(',', ':'))}'"
    )


def test_nothing_is_loaded_from_elsewhere(maps, sample_server):
    """An icon or a font from another host would tell it of every visit, and fail without it."""
    asked = []
    maps.on("request", lambda request: asked.append(request.url))
    maps.reload()
    expect(maps.locator(".explorer .js-plotly-plot")).to_have_count(2, timeout=60_000)
    own = (sample_server.url, sample_server.url.replace("http", "ws"), "data:", "blob:")
    assert [url for url in asked if not url.startswith(own)] == []
