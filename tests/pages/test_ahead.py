"""Work that is done before it is asked for: in which order, and by how many threads."""

import threading

from pages.ui import ahead


def wait():
    """Wait until nothing is left to do."""
    for thread in threading.enumerate():
        if thread.name == ahead.AHEAD:
            thread.join(10)
            assert not thread.is_alive()


def hold():
    """Begin with something that lasts until what is returned is set."""
    go, began = threading.Event(), threading.Event()

    def held():
        began.set()
        assert go.wait(10)
        yield

    ahead.begin("held", held)
    assert began.wait(10)
    return go


def test_the_newest_comes_first_and_one_thread_does_it_all():
    """Twenty visitors would each have a thread, and whoever waits for a page none."""
    done, go, began = [], threading.Event(), threading.Event()
    threads = set()

    def steps(name, hold=False):
        for number in range(2):
            if hold and not number:
                began.set()
                assert go.wait(10)
            threads.add(threading.get_ident())
            done.append(name)
            yield

    ahead.begin("first", lambda: steps("first", hold=True))
    assert began.wait(10)
    for name in ("second", "third"):
        ahead.begin(name, lambda name=name: steps(name))
    ahead.begin("second", lambda: steps("again"))  # begun already: it only comes first
    go.set()
    wait()
    assert done == ["first", "second", "second", "third", "third", "first"]
    assert len(threads) == 1


def test_what_was_begun_long_ago_is_given_up():
    """What hundreds of moves would have needed would keep a core busy for minutes."""
    done = []

    def steps(number):
        done.append(number)
        yield

    go = hold()
    for number in range(20):
        ahead.begin(str(number), lambda number=number: steps(number))
    go.set()
    wait()
    assert done == [19, 18, 17, 16, 15, 14, 13, 12]


def test_what_fails_ends_nothing_else():
    """One damaged file would switch it off until the server is started again."""
    done = []

    def fails():
        yield
        raise OSError("gone")

    def works():
        done.append(1)
        yield

    ahead.begin("works", works)
    ahead.begin("fails", fails)
    wait()
    ahead.begin("again", works)
    wait()
    assert done == [1, 1]


def test_what_is_forgotten_is_not_done():
    """What worked on a large cut would keep half a gigabyte after its cut was given up."""
    done = []

    def steps():
        done.append("late")
        yield

    go = hold()
    ahead.begin("other", steps)
    ahead.forget()
    go.set()
    wait()
    assert done == []
