"""Find the fields of a page that runs without a browser, and play a browser that lags behind."""

import re

from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates


def name_of(widget):
    """Return the name of the field that a widget shows; '' if it shows none."""
    found = re.fullmatch(r"(\w+)_[0-9a-f]{8}", widget.key or "")
    return found[1] if found else ""


def field(widgets, name):
    """Return the widget that shows a field."""
    return next(widget for widget in widgets if name_of(widget) == name)


def mounted(app):
    """Return what a browser sends that hears of these widgets by the last messages only.

    As Streamlit's own code in the browser: the value that comes with `set_value`, otherwise
    the default.
    """
    states = []
    for box in app.checkbox:
        value = box.proto.value if box.proto.set_value else box.proto.default
        states.append(WidgetState(id=box.proto.id, bool_value=value))
    for choice in app.selectbox:
        proto = choice.proto
        value = proto.raw_value if proto.set_value else proto.options[proto.default]
        states.append(WidgetState(id=proto.id, string_value=value))
    for number in app.number_input:
        proto = number.proto
        state = WidgetState(id=proto.id)
        if proto.set_value and proto.HasField("value"):
            state.double_value = proto.value
        elif not proto.set_value and proto.HasField("default"):
            state.double_value = proto.default
        states.append(state)
    return WidgetStates(widgets=states)


def answer(app, states):
    """Run the page with what a browser sent."""
    app._run(states)
    assert not app.exception, app.exception[0].value
