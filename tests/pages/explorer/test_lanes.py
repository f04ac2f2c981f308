"""The lanes of the timeline."""

import numpy as np
import pytest

from pages.ui import loaders
from pages.ui.explorer.lanes import lanes, sorted_videos
from pages.ui.parameters import Parameters

NO_CUTS = [np.empty(0, np.int64)] * 3


@pytest.fixture
def opened(dataset):
    """Three videos of 120, 95 and 40 frames, 25 frames a second."""
    return loaders.load_dataset(dataset)


@pytest.fixture
def sequences(opened):
    """Twelve, nine and four sequences of ten frames."""
    return loaders.load_pool(opened, Parameters()).cut.sequences


def no_flags(opened):
    """Return that no frame is bad."""
    return [np.zeros(len(video.frames), bool) for video in opened.videos]


def test_a_lane_is_as_long_as_its_video(opened, sequences):
    """A lane out of scale would send people to the wrong moment."""
    near = np.zeros(len(sequences), np.float32)
    made = lanes([2, 0], opened, sequences, near, 1.0, no_flags(opened), NO_CUTS)
    assert made["unit"] == "s"
    assert [lane["video"] for lane in made["lanes"]] == [2, 0]
    assert [lane["extent"] for lane in made["lanes"]] == pytest.approx([40 / 25, 120 / 25])
    assert [lane["frames"] for lane in made["lanes"]] == [40, 120]


def test_heat_is_the_distance_at_that_moment(opened, sequences):
    """A blind spot would be drawn elsewhere, or in another video."""
    near = np.zeros(len(sequences), np.float32)
    near[12 + 3] = 0.5  # frames 30 to 39 of the second video
    made = lanes([0, 1], opened, sequences, near, 1.0, no_flags(opened), NO_CUTS)["lanes"]
    assert set(made[0]["heat"]) == {0}
    assert made[1]["heat"] == [0, 0, 0, 128, 0, 0, 0, 0, 0, 0]


def test_bad_frames_are_runs(opened, sequences):
    """One mark per frame would be thousands; a gap must not be closed."""
    bad = no_flags(opened)
    bad[0][[3, 4, 5, 9]] = True
    near = np.zeros(len(sequences), np.float32)
    made = lanes([0], opened, sequences, near, 1.0, bad, NO_CUTS)["lanes"]
    assert made[0]["bad"] == [[3, 6], [9, 10]]


def test_cuts_stand_in_the_lane_of_their_video(opened, sequences):
    """A sequence would be blamed for a cut of another video."""
    near = np.zeros(len(sequences), np.float32)
    cuts = [np.array([30, 90]), np.empty(0, np.int64), np.array([5])]
    made = lanes([2, 0, 1], opened, sequences, near, 1.0, no_flags(opened), cuts)["lanes"]
    assert [lane["cuts"] for lane in made] == [[5], [30, 90], []]


def test_lanes_are_sorted_as_asked(opened, sequences):
    """A label that says worst covered over lanes by name would mislead."""
    near = np.zeros(len(sequences), np.float32)
    near[24] = 0.9  # in the third video
    order = np.array([13, 14, 1])

    def by(sort):
        return sorted_videos(sort, opened, sequences, order, near)

    assert by("Most selected") == [1, 0, 2]
    assert by("Worst covered") == [2, 0, 1]
    assert by("Longest") == [0, 1, 2]
    assert by("Name") == [0, 1, 2]


def test_what_lies_in_a_lasso_is_marked_in_the_lanes(opened, sequences):
    """A lasso in the map would not be found in time."""
    near = np.zeros(len(sequences), np.float32)
    inside = np.zeros(len(sequences), bool)
    inside[[0, 1, 5, 13]] = True
    made = lanes(
        [0, 1, 2], opened, sequences, near, 1.0, no_flags(opened), NO_CUTS, inside, "2 of 3"
    )
    assert [lane["inside"] for lane in made["lanes"]] == [[[0, 20], [50, 60]], [[10, 20]], []]
    assert made["note"] == "2 of 3"
