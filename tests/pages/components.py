"""Read components of a page that runs without a browser."""

import json

from streamlit.proto.WidgetStates_pb2 import WidgetState


def measures(app):
    """Return what the row of measures shows."""
    return json.loads(_component(app, "measures").json)["measures"]


def strip_rows(app):
    """Return what the rows of strips show."""
    return json.loads(_component(app, "strip_rows").json)["rows"]


def press_strip(app, what, at=0):
    """Press a button of a row of strips."""
    send_strip(app, {"what": what, "span": strip_rows(app)[at]["span"]})


def send_strip(app, told):
    """Send what the browser sends when a button of a row is pressed, or anything else."""
    states = app._tree.get_widget_states()
    state = json.dumps({"pressed": told})
    states.widgets.append(WidgetState(id=_component(app, "strip_rows").id, json_value=state))
    app._run(states)
    assert not app.exception, app.exception[0].value


def _component(app, name):
    protos = [item.proto for item in app.get("bidi_component")]
    return next(proto for proto in protos if proto.component_name == name)
