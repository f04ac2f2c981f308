"""The whole way in a real browser: sample → embedding → Explore → Output."""

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow


def test_sliders_change_the_selection(explore, settled):
    """Sliders that do not reach the engine, or break the rule, would show other counts."""
    page = explore
    expect(page.get_by_role("heading", level=3)).to_have_text(
        "20 sequences of 10 frames from 3 of 3 videos"
    )
    heading = page.get_by_role("heading", level=3)
    for _ in range(5):
        page.get_by_role("slider", name="Sequence length").press("ArrowLeft")
    expect(heading).to_contain_text("40 sequences of 5 frames")
    for sequences in (39, 38, 37):
        page.get_by_role("slider", name="Samples").press("ArrowLeft")
        expect(heading).to_contain_text(f"{sequences} sequences of 5 frames")
    settled(page)
    expect(page).to_have_url(re.compile("length=5&n_samples=185"))
    page.go_back()
    expect(heading).to_contain_text("38 sequences of 5 frames")
    page.go_forward()
    expect(heading).to_contain_text("37 sequences of 5 frames")
    page.reload()
    settled(page)
    expect(page.get_by_role("heading", level=3)).to_contain_text("37 sequences of 5 frames")


@pytest.mark.parametrize("pause", [20, 80, 150])
def test_no_move_is_lost_however_fast(explore, pause):
    """An answer to an earlier move would set the slider back while the user goes on."""
    slider = explore.get_by_role("slider", name="Sequence length")
    heading = explore.get_by_role("heading", level=3)
    for key, frames in (("ArrowRight", 20), ("ArrowLeft", 10)):
        for _ in range(10):
            slider.press(key)
            explore.wait_for_timeout(pause)
        expect(slider).to_have_value(str(frames))
        expect(heading).to_contain_text(f"sequences of {frames} frames")
        expect(slider).to_have_value(str(frames))
    expect(explore.get_by_role("spinbutton", name="Samples")).to_have_value("200")


def test_a_typed_number_keeps_to_the_rule(explore, settled):
    """205 with length 10 would be refused by the engine: the page moves it and says so."""
    field = explore.get_by_role("spinbutton", name="Samples")
    field.fill("205")
    field.press("Enter")
    expect(explore.get_by_text(re.compile("205 is not a multiple"))).to_be_visible()
    expect(explore.get_by_role("heading", level=3)).to_contain_text("21 sequences of 10 frames")


def test_output_is_written_and_downloads_open(explore, settled, tmp_path):
    """Files that are offered but empty, or of another selection, would be found too late."""
    page = explore
    field = page.get_by_role("spinbutton", name="Samples")
    field.fill("30")
    field.press("Enter")
    page.get_by_role("button", name="Take 30 frames").click()
    with page.expect_download() as started:
        page.get_by_role("button", name="sequence_information.json").click()
    chosen = json.loads(started.value.path().read_text())
    assert len(chosen) == 3
    assert all(len(item["frame_indices"]) == 10 for item in chosen)
    page.get_by_role("button", name="Write 30 frames").click()
    zipped = page.get_by_role("button", name=re.compile("Frames \\(zip\\)"))
    expect(zipped).to_be_visible(timeout=300_000)
    with page.expect_download() as started:
        zipped.click()
    archive = zipfile.ZipFile(io.BytesIO(started.value.path().read_bytes()))
    expected = {name for item in chosen for name in item["frame_names"]}
    assert set(archive.namelist()) == expected
    with page.expect_download() as started:
        page.get_by_role("button", name=re.compile("Report \\(pdf\\)")).click()
    assert started.value.path().read_bytes().startswith(b"%PDF")


def test_the_web_process_has_no_torch(sample, sample_server):
    """It would cost the web process hundreds of MB, and seconds at every start."""
    libraries = Path(f"/proc/{sample_server.process.pid}/maps").read_text(errors="replace")
    assert "libtorch" not in libraries
    assert "llvmlite" not in libraries
