"""What colours the points of the maps."""

import base64

import numpy as np
import pytest

from pages.ui import loaders
from pages.ui.explorer.colours import MODES, colour
from pages.ui.explorer.points import points_of
from pages.ui.parameters import Parameters


@pytest.fixture
def scene(dataset):
    """The dataset and its 25 sequences of ten, as points."""
    opened = loaders.load_dataset(dataset)
    sequences = loaders.load_pool(opened, Parameters()).cut.sequences
    return opened, points_of("Sequences", opened, sequences, loaders.load_maps(opened))


def values(made):
    """Return the values that the browser gets, 0 to 15; half a byte each, the low half first."""
    packed = np.frombuffer(base64.b64decode(made["values"]), np.uint8)
    return np.stack([packed & 15, packed >> 4], axis=1).ravel()


def test_blind_spots_are_bright(scene):
    """A map upside down would send people to what is covered already."""
    near = np.linspace(0, 1.2, 25).astype(np.float32)
    shown = values(colour("Blind spots", *scene, near, 1.0))
    assert shown[0] == 0
    assert shown[12] == round(near[12] * 15)
    assert shown[24] == 15


def test_time_runs_from_dark_to_bright_in_every_video(scene):
    """Seconds of long videos would leave the short ones dark."""
    shown = values(colour("Time", *scene, np.zeros(25, np.float32), 1.0))
    assert (shown[[0, 12, 21]] <= 2).all()
    assert (shown[[11, 20, 24]] >= 13).all()
    assert (np.diff(shown[:12].astype(int)) > 0).all()


def test_what_lies_in_no_sequence_is_a_blind_spot(dataset):
    """A video shorter than a sequence would look covered."""
    opened = loaders.load_dataset(dataset)
    sequences = loaders.load_pool(opened, Parameters(length=50)).cut.sequences
    frames = points_of("Frames", opened, sequences, loaders.load_maps(opened))
    made = colour("Blind spots", opened, frames, np.zeros(len(sequences), np.float32), 1.0)
    assert values(made)[[0, 130, 220]].tolist() == [0, 0, 15]


def test_the_legend_says_what_dark_and_bright_mean(scene):
    """Colours without words are decoration."""
    made = colour("Sharpness", *scene, np.zeros(25, np.float32), 1.0)
    assert made["low"].startswith("blurred")
    assert made["high"].startswith("sharp")


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_can_be_drawn(scene, mode):
    """A mode in the list that the engine has no measure for would break the page."""
    made = colour(mode, *scene, np.zeros(25, np.float32), 0.0)
    assert made["kind"] in ("none", "groups", "scale")
    if "values" in made:
        assert len(values(made)) == 26  # whole bytes
    if made["kind"] == "scale":
        assert made["low"]
        assert made["high"]
