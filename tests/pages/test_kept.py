"""What is kept for all sessions, and what is let go."""

import threading

import pytest

from pages.ui.kept import Shelf


def test_a_value_is_made_once():
    """Every move of a slider would select again from nothing."""
    shelf, made = Shelf(len), []
    for _ in range(2):
        assert shelf.get("a", lambda: made.append(1) or "value") == "value"
    assert made == [1]


def test_the_last_used_stay_within_the_memory():
    """A server of large datasets would run out of memory, or forget what is in use."""
    shelf = Shelf(len, most_bytes=40)
    for key in "abcd":
        shelf.get(key, lambda key=key: key * 10)
    shelf.get("a", lambda: pytest.fail("'a' was kept"))
    shelf.get("e", lambda: "e" * 10)
    assert shelf.get("b", lambda: "again") == "again"
    assert shelf.get("a", lambda: "again") == "a" * 10


def test_what_has_grown_counts_as_it_is_now():
    """Orders grow by their gains: the server would hold several times what it thinks."""
    shelf = Shelf(len, most_bytes=40)
    for key in "abcd":
        shelf.get(key, list)
    shelf.get("d", list).extend(range(100))
    assert shelf.get("a", lambda: ["again"]) == []
    assert len(shelf.get("d", list)) == 100  # it is counted when it is asked for: b goes
    assert shelf.get("a", lambda: ["again"]) == []
    assert shelf.get("b", lambda: ["again"]) == ["again"]
    shelf.clear()
    for key in "abcd":
        shelf.get(key, lambda: [1])
    assert [shelf.get(key, lambda: ["again"]) for key in "abcd"] == [[1]] * 4


def test_three_stay_however_large():
    """One session on a huge dataset would average its frames at every move."""
    shelf = Shelf(lambda _: 1000, most_bytes=40)
    for key in "abc":
        shelf.get(key, lambda key=key: key)
    assert [shelf.get(key, lambda: "again") for key in "abc"] == ["a", "b", "c"]


def test_what_fails_is_tried_again():
    """A full disk would be remembered until the server is started again."""
    shelf = Shelf(len)
    with pytest.raises(OSError, match="full"):
        shelf.get("a", _fail)
    assert shelf.get("a", lambda: "value") == "value"


def test_two_sessions_that_ask_at_once_make_it_once():
    """Twenty people who open a link together would do the same work twenty times."""
    shelf, begun, go, made = Shelf(len), threading.Event(), threading.Event(), []

    def make():
        begun.set()
        assert go.wait(10)
        made.append(1)
        return "value"

    threads = [threading.Thread(target=shelf.get, args=("a", make)) for _ in range(3)]
    threads[0].start()
    assert begun.wait(10)
    for thread in threads[1:]:
        thread.start()
    assert shelf.get("b", lambda: "other") == "other"  # nobody else waits
    go.set()
    for thread in threads:
        thread.join(10)
    assert made == [1]


def _fail():
    raise OSError("disk full")
