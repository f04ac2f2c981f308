"""What sessions remember: plain data, which outlives a change of the code and holds no secret."""

import pytest

PLAIN = (type(None), bool, int, float, str, bytes)
PAGES = ("data/videos.py", "explore/explore.py", "output/output.py", "jobs/jobs.py")


def strange(value, where):
    """Yield where something lies that is not plain data."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from strange(key, f"a key of {where}")
            yield from strange(item, f"{where}[{key!r}]")
    elif isinstance(value, (list, tuple, set, frozenset)) and not hasattr(value, "_fields"):
        for item in value:
            yield from strange(item, f"an item of {where}")
    elif type(value) not in PLAIN:
        yield f"{where}: {type(value).__module__}.{type(value).__name__}"


def remembered(app):
    """Return all that is strange in the state of a session."""
    state = app.session_state.to_dict()
    return [found for name in state for found in strange(state[name], name)]


@pytest.mark.parametrize("script", PAGES)
def test_sessions_hold_plain_data_only(open_page, dataset, script):
    """After an update, an object of the old class would break every open session."""
    app = open_page(script, dataset=dataset.id)
    assert remembered(app) == []


def test_using_a_page_leaves_plain_data_only(open_page, dataset):
    """What callbacks remember comes on top: a record of a dataset, or a selection."""
    app = open_page("explore/explore.py", dataset=dataset.id)
    for widget in [*app.checkbox, *app.toggle][:3]:
        widget.set_value(not widget.value)
    for choice in app.selectbox:
        if choice.value in choice.options:
            choice.select_index(len(choice.options) - 1)
    app.run()
    assert not app.exception
    assert remembered(app) == []


def test_sessions_hold_plain_data_where_there_is_nothing_yet(open_page):
    """The first visit has another page, with the ways to add videos."""
    for script in PAGES:
        assert remembered(open_page(script)) == []
