"""What colours the points of the maps."""

import base64

import numpy as np
import pytest

from pages.ui import loaders
from pages.ui.explorer.colours import MODES, colour
from pages.ui.parameters import Parameters


@pytest.fixture
def scene(dataset):
    """The dataset and its sequences of ten."""
    opened = loaders.load_dataset(dataset)
    return opened, loaders.load_pool(opened, Parameters()).cut.sequences


def values(made):
    """Return the values that the browser gets, 0 to 255."""
    return np.frombuffer(base64.b64decode(made["values"]), np.uint8)


def test_blind_spots_are_bright(scene):
    """A map upside down would send people to what is covered already."""
    near = np.linspace(0, 1.2, len(scene[1])).astype(np.float32)
    shown = values(colour("Blind spots", *scene, near, 1.0))
    assert shown[0] == 0
    assert shown[12] == round(near[12] * 255)
    assert shown[-1] == 255


def test_time_runs_from_dark_to_bright_in_every_video(scene):
    """Seconds of long videos would leave the short ones dark."""
    shown = values(colour("Time", *scene, np.zeros(25, np.float32), 1.0))
    assert shown[[0, 12, 21]].tolist() == [0, 0, 0]
    assert (np.diff(shown[:12].astype(int)) > 0).all()


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_can_be_drawn(scene, mode):
    """A mode in the list that the engine has no measure for would break the page."""
    made = colour(mode, *scene, np.zeros(25, np.float32), 0.0)
    assert made["kind"] in ("none", "groups", "scale")
    if made["kind"] == "scale":
        assert len(values(made)) == 25
