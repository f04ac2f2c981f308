"""What lies inside a lasso."""

import numpy as np
import pytest

from pages.ui.explorer.region import Region, Stretch, inside, parse_region
from seqsel_core.project.map_set import MapSet
from seqsel_core.sequences import cut

SQUARE = ((0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0))


@pytest.fixture
def maps():
    """Nine frames of one video on a line from (0.5, 1) to (8.5, 1)."""
    line = np.stack([np.arange(9) + 0.5, np.ones(9)], axis=1).astype(np.float32)
    return MapSet(np.zeros(9, np.int64), np.arange(9), {"pca": line})


def test_a_sequence_is_inside_by_its_middle_frame(maps):
    """Strips would show sequences that the user did not draw around."""
    sequences = cut([np.arange(9)], 3)  # middles at 1.5, 4.5, 7.5
    assert inside(Region("pca", SQUARE), sequences, maps).tolist() == [True, False, False]


def test_a_polygon_with_a_dent_is_followed(maps):
    """A bounding box instead of the lasso would take what was drawn around."""
    dented = ((0, 0), (9, 0), (9, 2), (5.2, 2), (5.2, 0.5), (3.8, 0.5), (3.8, 2), (0, 2))
    sequences = cut([np.arange(9)], 1)
    held = inside(Region("pca", dented), sequences, maps)
    assert np.flatnonzero(~held).tolist() == [4]


def test_a_map_that_is_not_drawn_holds_nothing(maps):
    """A lasso kept from another dataset would crash the page."""
    sequences = cut([np.arange(9)], 3)
    assert not inside(Region("umap_k_15", SQUARE), sequences, maps).any()


@pytest.mark.parametrize(
    "sent",
    [
        None,
        {"cleared": True},
        {"map": "pca", "polygon": [[0, 0], [1, 1]]},
        {"map": "pca", "polygon": [[0, 0], [1, 1], [float("nan"), 1]]},
        {"map": "pca", "polygon": [[0, 0, 0]] * 3},
        {"map": "pca", "polygon": "abc"},
        {"map": "pca", "polygon": [[0, 0]] * 5000},
        {"video": 0, "start": 5, "stop": 5},
        {"video": -1, "start": 0, "stop": 5},
        {"video": 0, "start": 0},
        {"video": 0, "start": 0, "stop": float("inf")},
    ],
)
def test_nonsense_is_no_region(sent):
    """A changed client would crash the page."""
    assert parse_region(sent) is None


def test_a_region_comes_as_it_was_drawn():
    """Swapped corners would select another part of the map."""
    sent = {"map": "umap_k_15", "polygon": [[0, 1], [2, 3], [4, 5.5]]}
    assert parse_region(sent) == Region("umap_k_15", ((0, 1), (2, 3), (4, 5.5)))
    assert parse_region({"video": 1, "start": 3, "stop": 9}) == Stretch(1, 3, 9)


def test_a_stretch_of_a_lane_holds_every_sequence_that_it_touches(maps):
    """Somebody marks two seconds and would miss the sequences at their ends."""
    sequences = cut([np.arange(9), np.arange(9)], 3)
    assert inside(Stretch(1, 4, 7), sequences, maps).tolist() == [False] * 4 + [True, True]
    assert inside(Stretch(1, 6, 7), sequences, maps).tolist() == [False] * 5 + [True]
    assert not inside(Stretch(7, 0, 99), sequences, maps).any()
