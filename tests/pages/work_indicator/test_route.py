"""The address of looks: who is answered, and what."""

import json
from dataclasses import replace

import pytest

from pages.ui.work import Work
from pages.ui.work_indicator import route
from tests.pages.asking import answer
from tests.pages.test_job_panel import RUNNING


def ask(given, path="/api/work", base=""):
    """Ask the route with a pass; return status and answer."""
    asked = answer(route.work_route(base), path, x_seqsel_work=given)
    return asked[0], json.loads(asked[2])


@pytest.fixture
def one_job_each(monkeypatch):
    """Everybody has a job on a dataset of their own name."""

    def work_of(user):
        return [Work(replace(RUNNING, dataset_id=f"of {user}"), "Street", True)]

    monkeypatch.setattr("pages.ui.work_indicator.look.work_of", work_of)


def test_each_sees_what_is_theirs(one_job_each):
    """One person's browser would be told of another's datasets."""
    for user in ("", "ann@example.com"):
        status, told = ask(route.pass_for(user))
        assert status == 200
        assert told["embedding"] == {f"of {user}": [7]}
        assert told["shown"]["words"].startswith("Embedding Street")


@pytest.mark.parametrize("given", ["", "ann@example.com", "none"])
def test_without_a_pass_nothing_is_told(one_job_each, given):
    """Who is not signed in would learn what others work on."""
    status, told = ask(given)
    assert status == 401
    assert list(told) == ["error"]


def test_a_pass_for_one_is_none_for_another(one_job_each):
    """A name changed in a pass would open somebody else's list."""
    own, other = route.pass_for("bob@example.com"), route.pass_for("ann@example.com")
    forged = ".".join([other.split(".")[0], *own.split(".")[1:]])
    assert ask(forged)[0] == 401


def test_it_lies_below_the_base_of_the_app(one_job_each):
    """Behind a proxy with a path of its own the browser would not find it."""
    given = route.pass_for("")
    assert ask(given, "/tools/seqsel/api/work", "tools/seqsel")[0] == 200
