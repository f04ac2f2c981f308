"""The controls that are behind 'Advanced', driven without a browser."""

from tests.pages.number_sliders import move


def test_advanced_keeps_its_values_while_it_is_closed(open_page, dataset):
    """Its fields are not drawn then: a move would take the defaults for what is not there."""
    app = open_page("explore/explore.py", ("advanced",), n_samples="50")
    app.number_input(key="stride").set_value(5).run()
    app.session_state["advanced"] = False
    app.run()
    assert not any(field.key == "stride" for field in app.number_input)
    move(app, "n_samples", 30)
    assert dict(app.query_params)["stride"] in ("5", ["5"])
    app.session_state["advanced"] = True
    app.run()
    assert app.number_input(key="stride").value == 5


def test_a_limit_that_is_off_is_an_empty_field(open_page, dataset):
    """-1 and 0 would have to be known to mean that there is no limit."""
    app = open_page("explore/explore.py", ("advanced",), length="5", n_samples="50")
    limits = ("min_distance", "stride", "min_gap", "max_per_video")
    fields = {name: app.number_input(key=name) for name in limits}
    assert [(field.value, field.placeholder) for field in fields.values()] == [(None, "off")] * 4
    assert not set(app.query_params) & set(limits)
    for name, field in fields.items():
        field.set_value(0.1 if name == "min_distance" else 3)
    app.run()
    asked = [app.query_params[name] for name in limits]
    assert asked == ["0.1", "3", "3", "3"]
    app.number_input(key="stride").set_value(None)
    app.number_input(key="max_per_video").set_value(0)  # by the button that takes one less
    app.number_input(key="min_gap").set_value(0).run()
    assert not app.exception
    assert set(app.query_params) & set(limits) == {"min_distance", "min_gap"}
    assert [app.number_input(key=name).value for name in limits] == [0.1, None, 0, None]
