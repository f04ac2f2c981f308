"""What is kept for all sessions, and what is let go."""

import threading

import pytest

from pages.ui.kept import Shelf


def test_a_value_is_made_once():
    """Every move of a slider would select again from nothing."""
    shelf, made = Shelf(), []
    for _ in range(2):
        assert shelf.get("a", 1, lambda: made.append(1) or "value") == "value"
    assert made == [1]


def test_the_last_used_stay_within_the_memory():
    """A server of large datasets would run out of memory, or forget what is in use."""
    shelf = Shelf(most_bytes=40)
    for key in "abcd":
        shelf.get(key, 10, lambda key=key: key)
    shelf.get("a", 10, lambda: pytest.fail("'a' was kept"))
    shelf.get("e", 10, lambda: "e")
    assert shelf.get("b", 10, lambda: "again") == "again"
    assert shelf.get("a", 10, lambda: "again") == "a"


def test_three_stay_however_large():
    """One session on a huge dataset would average its frames at every move."""
    shelf = Shelf(most_bytes=40)
    for key in "abc":
        shelf.get(key, 1000, lambda key=key: key)
    assert [shelf.get(key, 1000, lambda: "again") for key in "abc"] == ["a", "b", "c"]


def test_what_fails_is_tried_again():
    """A full disk would be remembered until the server is started again."""
    shelf = Shelf()
    with pytest.raises(OSError, match="full"):
        shelf.get("a", 1, _fail)
    assert shelf.get("a", 1, lambda: "value") == "value"


def test_two_sessions_that_ask_at_once_make_it_once():
    """Twenty people who open a link together would do the same work twenty times."""
    shelf, begun, go, made = Shelf(), threading.Event(), threading.Event(), []

    def make():
        begun.set()
        assert go.wait(10)
        made.append(1)
        return "value"

    threads = [threading.Thread(target=shelf.get, args=("a", 1, make)) for _ in range(3)]
    threads[0].start()
    assert begun.wait(10)
    for thread in threads[1:]:
        thread.start()
    assert shelf.get("b", 1, lambda: "other") == "other"  # nobody else waits
    go.set()
    for thread in threads:
        thread.join(10)
    assert made == [1]


def _fail():
    raise OSError("disk full")
