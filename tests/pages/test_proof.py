"""Figures: what is said on pointing at them."""

import numpy as np
import pytest

from pages.ui import loaders, proof, video_quality
from pages.ui.parameters import Parameters


def words_of(figure):
    """Return what each trace says on pointing at it; '' where it says nothing."""
    return ["" if trace.hoverinfo == "skip" else trace.hovertemplate for trace in figure.data]


def figures(dataset):
    """Return every kind of figure of the app that Streamlit draws."""
    opened, values = loaders.load_dataset(dataset), Parameters(n_samples=50)
    judge = loaders.load_judge(opened, values)
    yield proof.curve_figure(loaders.load_radii(opened, values), 5, judge)[0]
    yield proof.histogram_figure({"input": np.ones(3), "selected": np.ones(2)}, "distance")
    checks = loaders.load_checks(opened)
    yield video_quality._figure(opened.videos[0].shard, checks, 0)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_every_figure_speaks_in_words(dataset, which):
    """Plotly by itself says '(28, 0.4258856) this order'."""
    spoken = words_of(list(figures(dataset))[which])
    assert any(spoken)
    for words in filter(None, spoken):
        assert words.endswith("<extra></extra>")
        assert "." in words.partition("%{")[2] or ",}" in words  # numbers are rounded
        assert len(words.split()) > 3
