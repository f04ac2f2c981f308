"""Frames that are read again are those that were embedded, or it is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from seqsel_core import Choice, EmbeddedVideo
from seqsel_core.errors import OutputError
from seqsel_core.output.reread import frames_as_embedded
from seqsel_core.progress import Silent


class Notes(Silent):
    """Keeps what it is told."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.texts: list[str] = []

    def note(self, text: str) -> None:
        """Keep a sentence."""
        self.texts.append(text)


@pytest.fixture
def clip(choose: Callable[..., Choice], write_clip) -> EmbeddedVideo:
    """A video of five frames, embedded."""
    write_clip("a.mkv", 5)
    return choose("stopping_condition.n_samples=1").dataset.videos[0]


def _reread(clip: EmbeddedVideo, *indices: int, notes: Notes | None = None) -> list[int]:
    frames = frames_as_embedded(clip, clip.video, indices, notes or Silent())
    return [frame.index for frame in frames]


def test_exactly_the_wanted_frames(clip) -> None:
    """Catches frames beside the wanted ones, and a note where all is well."""
    notes = Notes()
    assert _reread(clip, 1, 2, 4, notes=notes) == [1, 2, 4]
    assert notes.texts == []


def test_a_video_that_changed_is_refused(clip, write_clip) -> None:
    """Catches pictures that are not those that were embedded and selected."""
    write_clip("a.mkv", 5, seed=9)
    with pytest.raises(OutputError, match=r"'a\.mkv' has changed since .*: frame 2 \(a-2-mkv"):
        _reread(clip, 2)


def test_a_video_that_lost_its_end_is_refused(clip, write_clip) -> None:
    """Catches fewer pictures than names."""
    write_clip("a.mkv", 3)
    with pytest.raises(OutputError, match=r"frame 3 \(a-3-mkv\.png\) cannot be decoded any more"):
        _reread(clip, 1, 3, 4)


def test_a_video_that_is_gone_is_said_to_be(clip) -> None:
    """Catches a traceback; and "has changed" for a folder that is only not mounted."""
    clip.video.path.unlink()
    with pytest.raises(OutputError, match=r"'a\.mkv' cannot be read again: .*a\.mkv: No such file"):
        _reread(clip, 1)


def test_a_video_outside_of_what_may_be_read_is_said_to_be(clip, monkeypatch) -> None:
    """Catches "cannot be decoded any more" where the folders of the app were set anew."""

    def refuse(path: Path) -> None:
        raise PermissionError(13, "lies outside the folders that the app may read", str(path))

    monkeypatch.setattr("seqsel_core.output.reread.check_readable", refuse)
    with pytest.raises(OutputError, match=r"a\.mkv: lies outside the folders that the app may"):
        _reread(clip, 1)


def test_other_pixels_of_the_same_file_are_told(clip, caplog) -> None:
    """Catches one damaged video, decoded otherwise at every run, that ends the work on all."""
    clip.frames["pixel_hash"][3] ^= 1
    notes = Notes()

    assert _reread(clip, 1, 3, notes=notes) == [1, 3]

    [text] = notes.texts
    assert "1 of 2 written frames of 'a.mkv', for example a-3-mkv.png, have other" in text
    assert "for example a-3-mkv.png" in caplog.text


def test_a_decoder_that_leaves_a_frame_out_is_refused(clip) -> None:
    """Catches pictures that all have the name of their neighbour."""
    clip.frames["pixel_hash"][:] = np.roll(clip.frames["pixel_hash"], 1)
    with pytest.raises(OutputError, match=r"frame 1 .* shows what was another frame"):
        _reread(clip, 1)
