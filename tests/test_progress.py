"""What a terminal shows while the work is done."""

from __future__ import annotations

import pytest

from seqsel_core.progress import Terminal


def test_a_stage_in_which_nothing_is_counted_shows_no_count(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Catches '0 networks [00:04, ? networks/s]'."""
    with Terminal() as terminal:
        terminal.stage("loading the network", 0, "networks")
    shown = capsys.readouterr().err
    assert "loading the network" in shown
    assert "[00:00]" in shown
    assert "networks" not in shown.replace("the network ", "")


@pytest.mark.parametrize(("total", "told"), [(0, "7 frames"), (10, "7/10")])
def test_what_is_counted_is_shown(
    capsys: pytest.CaptureFixture[str], total: int, told: str
) -> None:
    """Catches a count that is hidden because its total is unknown."""
    with Terminal() as terminal:
        terminal.stage("decoding", total, "frames")
        terminal.advance(7, "a.mp4")
    assert told in capsys.readouterr().err


def test_hostile_names_are_shown_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    """Catches a run that ends because of a name, and a name that moves the cursor."""
    name = "clip\udcff\x1b[2J\n.mp4"
    with Terminal() as terminal:
        terminal.stage("decoding", 10, "frames")
        terminal.advance(10, name)
        terminal.note(f"Warning: {name}")
    shown = capsys.readouterr().err
    assert "Warning: clip\\xff\\x1b[2J\\n.mp4" in shown
    assert "\x1b[2J" not in shown
