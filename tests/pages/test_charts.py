"""The figures that Explore draws."""

import numpy as np
import pytest

from pages.ui import charts, loaders
from pages.ui.parameters import Parameters
from seqsel_core.project.map_set import MapSet


@pytest.fixture
def drawn(dataset):
    """The dataset, its sequences of ten, a selection of five, and its maps."""
    opened = loaders.load_dataset(dataset)
    sequences = loaders.load_pool(opened, 10).sequences
    selection = loaders.load_selection(opened, Parameters(length=10, n_samples=50))
    return opened, sequences, selection, loaders.load_maps(opened)


def test_a_streak_goes_through_the_frames_of_its_sequence(drawn):
    """Frames of another sequence, or of another video, would be joined to a streak."""
    dataset, sequences, selection, maps = drawn
    figure = charts.map_figure("pca", maps, dataset, sequences, selection)
    streaks = [trace for trace in figure.data[1:] if trace.mode == "lines+markers"]
    points = {
        (round(x, 5), round(y, 5))
        for trace in streaks
        for x, y in zip(trace.x, trace.y, strict=True)
        if x is not None
    }
    expected = set()
    for span in (sequences[int(at)] for at in selection.order):
        for x, y in maps.at("pca", span.video, np.arange(span.start, span.stop)):
            expected.add((round(float(x), 5), round(float(y), 5)))
    assert points == expected
    assert sum(x is None for trace in streaks for x in trace.x) == 5  # a gap after each


def test_all_sequences_are_grey_at_their_middle_frame(drawn):
    """A subset, or the first frames instead, would give another picture of the data."""
    dataset, sequences, selection, maps = drawn
    grey = charts.map_figure("pca", maps, dataset, sequences, selection).data[0]
    assert len(grey.x) == len(sequences) == 12 + 9 + 4
    middle = maps.at("pca", 1, np.array([15]))[0]  # of frames 10 to 19 of the second video
    assert grey.x[13] == pytest.approx(middle[0])
    assert grey.text[13].endswith("frames 10–19 · 0.4 s")


def test_names_in_hovers_are_no_html(drawn):
    """Plotly reads hovers as HTML: a name could draw a link over the map."""
    dataset, sequences, selection, maps = drawn
    figure = charts.map_figure("pca", maps, dataset, sequences, selection)
    words = [text for trace in figure.data for text in (trace.text or ())]
    assert any("&lt;i&gt;x" in text for text in words)
    assert not any("<i>" in text for text in words)


def test_the_timeline_shows_where_in_which_video(drawn):
    """A bar in the wrong lane or at the wrong time would send people to the wrong place."""
    dataset, sequences, selection, _ = drawn
    figure = charts.timeline_figure(dataset, sequences, selection, [2, 0, 1])
    lanes, bars = figure.data
    assert list(lanes.x) == pytest.approx([40 / 25, 120 / 25, 95 / 25])
    lane_of = {2: 0, 0: 1, 1: 2}
    for at, position in enumerate(selection.order):
        span = sequences[int(position)]
        assert bars.y[at] == lane_of[span.video]
        assert bars.base[at] == pytest.approx(span.start / 25)
        assert bars.x[at] == pytest.approx(10 / 25)


def test_frames_that_are_not_mapped_lie_at_the_nearest_that_is():
    """In long datasets a frame would be drawn where a frame of another video lies."""
    maps = MapSet(
        video=np.array([0, 0, 1]),
        row=np.array([0, 10, 0]),
        coordinates={"pca": np.array([[0, 0], [1, 1], [9, 9]], np.float32)},
    )
    assert maps.at("pca", 0, np.array([0, 4, 6, 10, 99]))[:, 0].tolist() == [0, 0, 1, 1, 1]
    assert maps.at("pca", 1, np.array([5]))[:, 0].tolist() == [9]
