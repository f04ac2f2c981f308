"""The address of pictures: who is answered, and with which frame."""

import base64
import json

import pytest

from pages.ui.explorer.picture_route import Pass, Passes, passes, picture_route
from pages.ui.loaders import load_dataset
from pages.ui.session import datasets
from tests.pages.asking import answer
from tests.stored_dataset import store_dataset


def ask(given, at, path="/api/pictures", base=""):
    """Ask the route with a pass; return status and answer."""
    asked = answer(picture_route(base), path, f"at={at}", x_seqsel_pictures=given)
    return asked[0], json.loads(asked[2])


@pytest.fixture
def shown(dataset):
    """The dataset as a page shows it."""
    return load_dataset(dataset)


@pytest.fixture
def own(dataset, shown):
    """The name of a pass of who needs no sign-in."""
    return passes().issue(Pass("", dataset.id, shown))


def test_the_page_gives_its_browser_a_pass(open_page, dataset):
    """No picture at all would come."""
    protos = [item.proto for item in open_page("explore/explore.py").get("bidi_component")]
    view = next(proto for proto in protos if proto.component_name == "explorer")
    status, (picture,) = ask(json.loads(view.json)["pictures"], "0:50")
    assert status == 200
    assert picture["key"] == "0:50"


def test_it_is_the_picture_of_that_frame(shown, own):
    """The tip would show another frame, or the maps that of another sequence."""
    _, pictures = ask(own, "0:50,1:15")
    assert [(one["key"], one["name"], one["text"]) for one in pictures] == [
        ("0:50", "a.mp4", "frame 50 · 2.0 s"),
        ("1:15", "b <i>x</i>.mp4", "frame 15 · 0.6 s"),
    ]
    head, _, packed = pictures[1]["src"].partition(",")
    assert head == "data:image/jpeg;base64"
    assert base64.b64decode(packed) == shown.videos[1].shard.thumbnails([15])[0]


def test_many_are_cut_off_and_unknown_videos_left_out(own):
    """One request could read a whole dataset, or fail for one video that is gone."""
    assert len(ask(own, ",".join(f"0:{at}" for at in range(100)))[1]) == 40
    assert [one["key"] for one in ask(own, "0:5,99:5,2:39")[1]] == ["0:5", "2:39"]
    assert ask(own, "0:999999")[1][0]["text"] == "frame 119 · 4.8 s"


@pytest.mark.parametrize("at", ["", "x", "0", "0:1:2", "-1:3", "0:-3", "0:1e9", f"0:{10**30}"])
def test_nonsense_is_refused_in_a_sentence(own, at):
    """A changed client would bring a fault into the server's log."""
    status, told = ask(own, at)
    assert status == 400
    assert list(told) == ["error"]


@pytest.mark.parametrize("given", ["", "none", "0:5"])
def test_without_a_pass_no_picture_is_told(own, given):
    """Who is not signed in would see everybody's videos."""
    status, told = ask(given, "0:5")
    assert status == 401
    assert list(told) == ["error"]


def test_a_pass_ends_when_its_person_may_no_longer_see_the_dataset(data_dir):
    """Who was shown a dataset once would see it for ever."""
    record = store_dataset(data_dir, ["a.mp4"], [30], owner="ann@example.org")
    datasets().share(record.id, True)
    given = passes().issue(Pass("bob@example.org", record.id, load_dataset(record)))
    assert ask(given, "0:5")[0] == 200
    datasets().share(record.id, False)
    assert ask(given, "0:5")[0] == 401


def test_a_pass_stays_the_same_for_what_stays_the_same(dataset, shown):
    """Each move would draw the maps anew, and forget the pictures that are there."""
    known = Passes()
    first = known.issue(Pass("", dataset.id, shown))
    assert known.issue(Pass("", dataset.id, shown)) == first
    assert known.issue(Pass("ann@example.org", dataset.id, shown)) != first


def test_old_passes_are_forgotten(dataset, shown):
    """Each keeps a dataset in memory."""
    known = Passes()
    names = [known.issue(Pass(f"{n}@example.org", dataset.id, shown)) for n in range(65)]
    assert known.find(names[0]) is None
    assert known.find(names[1]) is not None
    assert known.issue(Pass("0@example.org", dataset.id, shown)) != names[0]


def test_it_lies_below_the_base_of_the_app(own):
    """Behind a proxy with a path of its own the browser would not find it."""
    assert ask(own, "0:5", "/tools/seqsel/api/pictures", "tools/seqsel")[0] == 200
