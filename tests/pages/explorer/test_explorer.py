"""What the browser sends of the maps and the timeline; tests/e2e moves the real ones."""

import json

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState


def explorer_of(app):
    """Return what the browser is told to draw."""
    protos = [item.proto for item in app.get("bidi_component")]
    return next(proto for proto in protos if proto.component_name == "explorer")


def send(app, state):
    """Send what the browser sends."""
    states = app._tree.get_widget_states()
    states.widgets.append(WidgetState(id=explorer_of(app).id, json_value=json.dumps(state)))
    app._run(states)
    assert not app.exception, app.exception[0].value


def test_a_click_looks_at_the_sequence_that_holds_the_frame(open_page, dataset):
    """The strip of another sequence would be shown."""
    app = open_page("explore/explore.py")
    send(app, {"focus": {"video": 1, "frame": 37}})
    assert json.loads(explorer_of(app).json)["focus"] == {"video": 1, "start": 30}
    assert any("frames 30–39" in item.value for item in app.markdown)


def test_a_stretch_of_a_lane_is_marked_and_filters_the_strips(open_page, dataset):
    """What was marked in time would not be found in the other views."""
    app = open_page("explore/explore.py")
    send(app, {"region": {"video": 1, "start": 30, "stop": 50}})
    assert json.loads(explorer_of(app).json)["region"] == {"video": 1, "start": 30, "stop": 50}
    assert any("In the stretch: 2 sequences" in item.value for item in app.markdown)


def test_a_lasso_leaves_only_the_lanes_that_hold_something_of_it(open_page, dataset):
    """People would page through hundreds of videos for what they drew around."""
    app = open_page("explore/explore.py", length="5", colour_by="Video", sort_lanes="Name")
    everywhere = [[-99, -99], [99, -99], [99, 99], [-99, 99]]
    send(app, {"region": {"map": "pca", "polygon": everywhere}})
    timeline = json.loads(explorer_of(app).json)["timeline"]
    assert timeline["note"] == "3 of 3 videos have something in the lasso"
    assert timeline["lanes"][0]["inside"] == [[0, 120]]
    nowhere = [[50, 50], [51, 50], [51, 51]]
    send(app, {"region": {"map": "pca", "polygon": nowhere}})
    assert json.loads(explorer_of(app).json)["timeline"]["lanes"] == []


def test_a_move_sends_little(open_page, dataset):
    """Places of points in every message would make each move slow on a slow line."""
    view = json.loads(explorer_of(open_page("explore/explore.py")).json)
    assert all(len(item) == 2 for item in view["selected"])
    assert len(json.dumps(view["selected"])) < 300


def test_what_lies_in_a_lasso_is_said_beside_the_maps(open_page, dataset):
    """The answer to a lasso would stand a screen below it."""
    app = open_page("explore/explore.py")
    assert json.loads(explorer_of(app).json)["answer"] == ""
    send(app, {"region": {"video": 1, "start": 30, "stop": 50}})
    answer = json.loads(explorer_of(app).json)["answer"]
    assert answer.startswith("2 sequences in it, ")


def test_names_of_files_are_sent_as_text(open_page, dataset):
    """The second video is called b <i>x</i>.mp4; the browser shows it with textContent."""
    view = json.loads(explorer_of(open_page("explore/explore.py")).json)
    assert "b <i>x</i>.mp4" in {lane["name"] for lane in view["timeline"]["lanes"]}


@pytest.mark.parametrize("name", ["focus", "region"])
@pytest.mark.parametrize(
    "sent",
    [
        7,
        [],
        {"video": -1, "frame": 3},
        {"video": 99, "frame": 3},
        {"video": 0, "frame": 10**12},
        {"video": "<b>", "frame": None},
        {"video": float("inf"), "frame": 0},
        {"map": "no such map", "polygon": [[0, 0], [1, 0], [1, 1]]},
        {"map": None, "polygon": [[0, 0], [1, 0], ["x", 1]]},
    ],
)
def test_nonsense_from_the_browser_still_shows_a_page(open_page, dataset, name, sent):
    """A changed client would crash the page."""
    app = open_page("explore/explore.py", n_samples="200")
    send(app, {name: sent})
    assert "20 sequences" in app.subheader[0].value
