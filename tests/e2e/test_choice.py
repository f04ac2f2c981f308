"""What Explore is for in a real browser: judge, steer, and take the choice elsewhere."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from seqsel_core.store.datasets import Datasets

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


def datasets(server):
    """Return the datasets of a server."""
    return Datasets(server.data_dir)


def run(words, env, cwd=ROOT):
    """Run a command that must end well."""
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=400, check=False, cwd=cwd, env=env
    )
    assert done.returncode == 0, done.stderr


def heading(page):
    """Return the line that says how many sequences are selected."""
    return page.get_by_role("heading", level=3)


def test_a_number_can_be_typed_in_other_units(explore):
    """A percentage taken for frames would select another amount without a word."""
    explore.get_by_role("combobox", name="Unit").select_option("sequences")
    field = explore.get_by_role("spinbutton", name="Samples")
    expect(field).to_have_value("20")
    field.fill("12")
    field.press("Enter")
    expect(heading(explore)).to_contain_text("12 sequences of 10 frames")
    explore.get_by_role("combobox", name="Unit").select_option("% of all frames")
    field.fill("30")  # 150.6 of 502 frames
    field.press("Enter")
    expect(heading(explore)).to_contain_text("15 sequences of 10 frames")
    expect(explore.get_by_role("slider", name="Samples")).to_have_value("150")


def test_the_verdict_is_one_sentence(explore):
    """People would have to read numbers to know whether the choice is any good."""
    expect(explore.get_by_role("heading", level=2)).to_have_text(
        re.compile(r"^These 20 sequences cover the dataset (as well as about \d+|better than)")
    )


def test_a_replaced_sequence_goes_and_undo_brings_it_back(explore, settled):
    """What a reviewer rejects would stay, or take others with it."""
    marks = explore.locator(".explorer .mark")
    expect(marks).to_have_count(20)
    where = "all => all.map(mark => mark.ariaLabel.replace(/Sequence \\d+, /, '')).sort()"
    same = (
        "before => JSON.stringify([...document.querySelectorAll('.explorer .mark')]"
        ".map(mark => mark.ariaLabel.replace(/Sequence \\d+, /, '')).sort())"
        " === JSON.stringify(before)"
    )
    before = marks.evaluate_all(where)
    explore.get_by_role("button", name="Replace").nth(1).click()
    explore.wait_for_url(re.compile("rejected="))
    settled(explore)
    explore.wait_for_function(f"before => !({same})(before)", arg=before)  # all at once
    after = marks.evaluate_all(where)
    assert len(after) == 20
    assert len(set(before) & set(after)) == 19
    explore.get_by_role("button", name="Undo").click()
    explore.wait_for_function(same, arg=before)


def test_the_review_goes_by_keys_alone(explore, settled):
    """A reviewer of hundreds would have to aim at small buttons all day."""
    card = explore.locator(".st-key-looked_at")
    explore.keyboard.press("j")
    expect(card).to_contain_text("1 of 20")
    settled(explore)
    explore.keyboard.press("j")
    expect(card).to_contain_text("2 of 20")
    settled(explore)  # the button of a key is there when the page has run to its end
    explore.keyboard.press("k")
    expect(card).to_contain_text("1 of 20")
    settled(explore)
    explore.keyboard.press("p")
    explore.wait_for_url(re.compile("pinned="))
    settled(explore)
    explore.keyboard.press("x")
    explore.wait_for_url(re.compile("rejected="))
    settled(explore)
    explore.keyboard.press("Escape")
    expect(card).to_have_count(0)
    explore.keyboard.press("?")
    expect(explore.get_by_role("dialog")).to_contain_text("Next sequence")


def test_a_sequence_is_played_as_a_clip(explore):
    """The worker's clip would never come, or not be a video that the browser plays."""
    explore.get_by_role("button", name="Play").first.click()
    video = explore.locator("[role=dialog] video")
    expect(video).to_be_visible(timeout=240_000)
    explore.wait_for_function("() => document.querySelector('[role=dialog] video').videoWidth > 0")
    frames = explore.get_by_role("group", name="Frames of the clip")
    expect(frames.get_by_role("button", name=re.compile("^Frame "))).to_have_count(10)
    frames.get_by_role("button", name=re.compile("^Frame ")).nth(6).click()
    expect(frames.locator("output")).to_have_text(re.compile(r"^frame \d+ · 7 of 10$"))
    explore.keyboard.press("ArrowLeft")
    expect(frames.locator("output")).to_have_text(re.compile(r"^frame \d+ · 6 of 10$"))
    at = "video => [video.paused, Math.floor(video.currentTime / video.duration * 10)]"
    assert video.evaluate(at) == [True, 5]
    explore.keyboard.press("Space")
    explore.wait_for_function(
        "() => document.querySelector('[role=dialog] video')?.paused === false"
    )
    length = video.evaluate("video => video.duration")
    assert 0.2 < length < 1.2  # ten frames
    explore.keyboard.press("Escape")
    expect(video).to_have_count(0)


def test_the_copied_command_makes_the_same_selection(explore, sample_server, tmp_path, settled):
    """The line would run, and select something else than was reviewed."""
    field = explore.get_by_role("spinbutton", name="Samples")
    field.fill("50")
    field.press("Enter")
    expect(heading(explore)).to_contain_text("5 sequences of 10 frames")
    marks = explore.locator(".explorer .mark")
    expect(marks).to_have_count(5)
    settled(explore)
    labels = marks.evaluate_all("all => all.map(mark => mark.ariaLabel)")
    shown = {
        (name, int(first))
        for first, name in (
            re.search(r"frames (\d+) to \d+ of (.+)$", label).groups() for label in labels
        )
    }
    explore.get_by_role("button", name="Copy as command").click()
    expect(explore.get_by_test_id("stCode")).to_have_count(2)
    here, docker = explore.get_by_test_id("stCode").all_inner_texts()
    # As it is pasted, in a folder of its own, where no other Python is at hand.
    pasted = ["bash", "-c", f"{here} run_directory=here"]
    run(pasted, {"HOME": str(tmp_path), "PATH": os.defpath}, tmp_path)
    docker = shlex.split(docker.replace("\\\n", " "))
    # The container's entry point, with its folders elsewhere: all that Docker adds are mounts.
    folder = datasets(sample_server).all()[0].sources[0].path
    where = [f"input_dir={folder}", "run_directory=docker"]
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "SEQSEL_DATA_DIR": str(sample_server.data_dir),
        "SEQSEL_OUTPUT_ROOT": str(tmp_path),
    }
    after = docker[docker.index("seqsel") + 1 :]
    run([ROOT / "docker/entrypoint.sh", *after, *where], env=environment)
    # The sample lies in the data directory under names made from its content.
    listing = datasets(sample_server).listing(datasets(sample_server).all()[0].id)
    names = {video.path.name: video.name for video in listing.found.videos}
    for name in ("seqsel-output/here", "docker"):
        chosen = json.loads((tmp_path / name / "data/sequence_information.json").read_text())
        made = {(names[item["video_name"]], item["frame_indices"][0]) for item in chosen}
        assert made == shown, name


def test_a_click_on_the_curve_takes_that_many(explore):
    """The curve would be a picture only: people read a number off it and type it."""
    explore.get_by_text("How many are enough").click()
    curve = explore.locator(".js-plotly-plot", has_text="covering radius").first
    expect(curve).to_be_visible()
    point = curve.evaluate(
        "plot => { const trace = plot._fullData.find(t => t.name === 'this order');"
        " const x = plot._fullLayout.xaxis, y = plot._fullLayout.yaxis;"
        " return [x._offset + x.l2p(8), y._offset + y.l2p(trace.y[7])]; }"
    )
    curve.click(position={"x": point[0], "y": point[1]})  # when it no longer moves
    expect(heading(explore)).to_contain_text("8 sequences of 10 frames")
