"""What pages take from the caches."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from pages.ui import ahead, loaders, shared_order
from pages.ui.parameters import Parameters
from seqsel_core.config import METHODS
from seqsel_core.cuts import cuts_of
from seqsel_core.evaluate import judge as judge_module


def test_cuts_of_one_video_are_found_when_they_are_asked_for(dataset, monkeypatch):
    """Looking through all videos would delay the first view; twelve lanes are shown."""
    opened = loaders.load_dataset(dataset)
    whole = cuts_of(opened)
    asked = []
    found = loaders.cuts_in
    monkeypatch.setattr(loaders, "cuts_in", lambda *of: asked.append(of[1]) or found(*of))
    cuts = loaders.load_cuts(opened)
    assert [cuts[1].tolist(), cuts[1].tolist()] == [whole[1].tolist()] * 2
    assert asked == [1]
    assert list(cuts) == [1]


def test_cuts_of_the_others_are_there_before_their_lanes_are_shown(dataset):
    """Every move that changes the lanes would wait for a look through their videos."""
    opened = loaders.load_dataset(dataset)
    think(opened, Parameters(n_samples=20))
    found = loaders.load_cuts(opened)
    assert sorted(found) == [0, 1, 2]
    assert [found[video].tolist() for video in range(3)] == [c.tolist() for c in cuts_of(opened)]


def test_of_many_sequences_one_cut_is_kept(dataset, monkeypatch):
    """A slider that goes through ten lengths would hold ten times half a gigabyte."""
    opened = loaders.load_dataset(dataset)
    monkeypatch.setattr(loaders, "_MANY", 10)
    forgotten = []
    monkeypatch.setattr(ahead, "forget", lambda: forgotten.append(True))
    first = loaders.load_pool(opened, Parameters())
    assert loaders.load_pool(opened, Parameters()) is first
    loaders.load_pool(opened, Parameters(length=11, n_samples=11))
    again = loaders.load_pool(opened, Parameters())
    assert again is not first
    assert np.array_equal(again.cut.points, first.cut.points)
    assert forgotten  # what works ahead on another cut holds it, too


def test_distances_are_the_same_whatever_was_looked_at_before(dataset):
    """A slider that went up and down would show blind spots of other selections."""
    opened = loaders.load_dataset(dataset)
    points = loaders.load_pool(opened, Parameters()).cut.points
    for n_samples in (100, 40, 60, 100, 150, 10):
        values = Parameters(n_samples=n_samples)
        selection = loaders.load_selection(opened, values)
        found = loaders.load_nearest(opened, values, selection)
        plain = np.linalg.norm(points[:, None] - points[selection.order], axis=2).min(axis=1)
        np.testing.assert_allclose(found, plain, atol=2e-3)


@pytest.mark.parametrize("method", METHODS)
def test_thinking_ahead_changes_no_selection(dataset, method):
    """Picks would depend on how long somebody looked at the page before moving on."""
    opened = loaders.load_dataset(dataset)
    few, many = (Parameters(n_samples=count, method=method) for count in (50, 150))
    alone = [loaders.load_selection(opened, values).order.tolist() for values in (few, many)]
    loaders._order.clear()
    loaders.load_selection(opened, few)
    think(opened, few)
    found = [loaders.load_selection(opened, values).order.tolist() for values in (few, many)]
    assert found == alone


def test_a_few_more_picks_are_there_before_they_are_asked_for(dataset):
    """A slider that is moved on would wait for each pick."""
    opened = loaders.load_dataset(dataset)
    values = Parameters(n_samples=20)
    loaders.load_selection(opened, values)
    order = loaders._shared_order(opened, values)._order
    assert len(order.order) == 2
    think(opened, values)
    assert len(order.order) == 22
    think(opened, values)
    think(opened, Parameters(n_samples=30))  # somebody came back: one more is wanted
    assert len(order.order) == 23
    think(opened, Parameters(n_samples=5000))  # more than there are
    assert len(order.order) == len(set(order.order)) <= 25


def test_the_distances_to_more_picks_are_there_before_they_are_asked_for(dataset, monkeypatch):
    """A move would wait for them, or show those to other picks than were added."""
    opened = loaders.load_dataset(dataset)
    values = Parameters(length=5, n_samples=20)
    loaders.load_nearest(opened, values, loaders.load_selection(opened, values))
    think(opened, values)
    monkeypatch.setattr(shared_order, "distance_to_nearest", None)  # nobody waits for it
    points = loaders.load_pool(opened, values).cut.points
    for count in (7, 5, 12, 24):
        more = replace(values, n_samples=5 * count)
        selection = loaders.load_selection(opened, more)
        found = loaders.load_nearest(opened, more, selection)
        between = np.linalg.norm(points[:, None] - points[selection.order], axis=2)
        np.testing.assert_allclose(found, between.min(axis=1), atol=1e-3)


def test_larger_random_selections_are_there_before_they_are_asked_for(dataset, monkeypatch):
    """A slider that is moved on would stop where the selection is worth 300 random ones."""
    monkeypatch.setattr(judge_module, "FIRST", 55)
    opened = loaders.load_dataset(dataset)
    values = Parameters(length=2, n_samples=2)
    judge = loaders.load_judge(opened, values)
    for count, larger in ((1, False), (5, True)):
        selection = loaders.load_selection(opened, replace(values, n_samples=2 * count))
        verdict = judge.verdict(selection.order)
        assert judge.randoms_to(1).sizes[-1] <= 55  # enough for this one
        think(opened, values, verdict)
        assert (judge.randoms_to(1).sizes[-1] > 55) == larger


def think(opened, values, verdict=None):
    """Think ahead, after what tests before began for the same dataset; wait until it is done."""
    until_done()
    loaders.think_ahead(opened, values, verdict)
    until_done()


def until_done():
    """Wait until nothing is thought ahead."""
    for thread in threading.enumerate():
        if thread.name == ahead.AHEAD:
            thread.join(30)
            assert not thread.is_alive()
