"""What pages take from the caches."""

import numpy as np

from pages.ui import loaders
from pages.ui.parameters import Parameters
from seqsel_core.cuts import cuts_of


def test_cuts_of_one_video_are_found_when_they_are_asked_for(dataset, monkeypatch):
    """Looking through all videos would delay the first view; twelve lanes are shown."""
    opened = loaders.load_dataset(dataset)
    whole = cuts_of(opened)
    asked = []
    found = loaders.cuts_in
    monkeypatch.setattr(loaders, "cuts_in", lambda *of: asked.append(of[1]) or found(*of))
    cuts = loaders.load_cuts(opened)
    assert len(cuts) == 3
    assert [cuts[1].tolist(), cuts[1].tolist()] == [whole[1].tolist()] * 2
    assert asked == [1]


def test_of_many_sequences_one_cut_is_kept(dataset, monkeypatch):
    """A slider that goes through ten lengths would hold ten times half a gigabyte."""
    opened = loaders.load_dataset(dataset)
    monkeypatch.setattr(loaders, "_MANY", 10)
    first = loaders.load_pool(opened, Parameters())
    assert loaders.load_pool(opened, Parameters()) is first
    loaders.load_pool(opened, Parameters(length=11, n_samples=11))
    again = loaders.load_pool(opened, Parameters())
    assert again is not first
    assert np.array_equal(again.cut.points, first.cut.points)
