"""Read and move the number sliders of a page that runs without a browser."""

import json

from streamlit.proto.WidgetStates_pb2 import WidgetState

_LABELS = {"length": "Sequence length", "n_samples": "Samples", "balance": "Typical or rare"}


def shown(app, name):
    """Return what the browser is told to show."""
    return json.loads(_component(app, name).json)


def move(app, name, value):
    """Send what the browser sends when somebody moves the slider, or types a number."""
    component = _component(app, name)
    data = json.loads(component.json)
    send(app, name, {"value": value, "step": data["step"], "turn": data["seen"] + 1})


def send(app, name, state):
    """Send any state of a number slider."""
    states = app._tree.get_widget_states()
    state = json.dumps({"move": state})
    states.widgets.append(WidgetState(id=_component(app, name).id, json_value=state))
    app._run(states)
    assert not app.exception, app.exception[0].value


def _component(app, name):
    protos = [item.proto for item in app.get("bidi_component")]
    sliders = [proto for proto in protos if proto.component_name == "number_slider"]
    return next(proto for proto in sliders if json.loads(proto.json)["label"] == _LABELS[name])
