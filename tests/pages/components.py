"""Read components of a page that runs without a browser."""

import json


def measures(app):
    """Return what the row of measures shows."""
    protos = [item.proto for item in app.get("bidi_component")]
    shown = next(proto for proto in protos if proto.component_name == "measures")
    return json.loads(shown.json)["measures"]
