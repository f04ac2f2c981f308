"""The controls that are behind 'Advanced', driven without a browser."""

from tests.pages.fields import field, name_of
from tests.pages.number_sliders import move


def test_advanced_keeps_its_values_while_it_is_closed(open_page, dataset):
    """Its fields are not drawn then: a move would take the defaults for what is not there."""
    app = open_page("explore/explore.py", ("advanced",), n_samples="50")
    field(app.number_input, "stride").set_value(5).run()
    app.session_state["advanced"] = False
    app.run()
    assert "stride" not in map(name_of, app.number_input)
    move(app, "n_samples", 30)
    assert dict(app.query_params)["stride"] in ("5", ["5"])
    app.session_state["advanced"] = True
    app.run()
    assert field(app.number_input, "stride").value == 5


def test_a_limit_that_is_off_is_an_empty_field(open_page, dataset):
    """-1 and 0 would have to be known to mean that there is no limit."""
    app = open_page("explore/explore.py", ("advanced",), length="5", n_samples="50")
    limits = ("min_distance", "stride", "min_gap", "max_per_video")
    limit = {name: field(app.number_input, name) for name in limits}
    assert [(one.value, one.placeholder) for one in limit.values()] == [(None, "off")] * 4
    assert not set(app.query_params) & set(limits)
    for name, one in limit.items():
        one.set_value(0.1 if name == "min_distance" else 3)
    app.run()
    asked = [app.query_params[name] for name in limits]
    assert asked == ["0.1", "3", "3", "3"]
    field(app.number_input, "stride").set_value(None)
    field(app.number_input, "max_per_video").set_value(0)  # by the button that takes one less
    field(app.number_input, "min_gap").set_value(0).run()
    assert not app.exception
    assert set(app.query_params) & set(limits) == {"min_distance", "min_gap"}
    assert [field(app.number_input, name).value for name in limits] == [0.1, None, 0, None]
