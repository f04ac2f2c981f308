"""Memory that is touched before it is needed."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from seqsel_core import room

LARGE = (3000, 1000)  # 12 MB


@pytest.fixture(autouse=True)
def nothing_spare(monkeypatch) -> Iterator[None]:
    """Begin without what other tests asked for, and leave nothing."""
    monkeypatch.setattr(room, "_spare", [])
    room._asked.clear()
    yield
    room._asked.clear()


def faults() -> int:
    """Return how often this process has touched new memory."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def test_arrays_are_of_the_shape_that_was_asked_for() -> None:
    """Catches spare memory that is handed out at its own size, or twice."""
    room.empty(LARGE)
    room.empty((2000, 1000))
    assert list(room.prepare())
    assert [len(spare) for spare in room._spare] == [12_000_000, 8_000_000]
    shapes = [(2100, 1000), (4000, 1000), (1500, 1000), (7, 3)]
    arrays = [room.empty(shape) for shape in shapes]
    assert [array.shape for array in arrays] == shapes
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}
    assert room._spare == []
    for number, array in enumerate(arrays):
        array[:] = number
    assert [(array == number).all() for number, array in enumerate(arrays)] == [True] * 4


def test_prepared_memory_has_been_touched() -> None:
    """Catches memory that is only reserved: its first use would take as long as ever."""
    room.empty(LARGE)
    list(room.prepare())
    before = faults()
    array = room.empty(LARGE)
    array[:] = 1
    assert faults() - before < 100  # 2,930 pages of 4 KB; few large ones on some machines


def test_nothing_is_prepared_that_nobody_asks_for() -> None:
    """Catches a command that holds memory for moves that nobody makes, or ever more of it."""
    assert list(room.prepare()) == []
    room.empty((10, 10))
    assert list(room.prepare()) == []
    for _ in range(3):
        room.empty((12, 1_000_000))
        list(room.prepare())
        list(room.prepare())
    assert len(room._spare) == 3
    room._asked.clear()
    room._spare.clear()
    room.empty((200, 1_000_000))  # 800 MB, never touched
    assert list(room.prepare()) == []


def test_memory_goes_back_with_the_array() -> None:
    """Catches a leak: an array whose memory stays when it is gone."""
    room.empty((20, 1_000_000))
    for _ in range(60):  # 4.8 GB, were it kept
        list(room.prepare())
        room.empty((20, 1_000_000))[:] = 1
    with Path("/proc/self/statm").open() as file:
        held = int(file.read().split()[1]) * resource.getpagesize()
    assert held < 3 << 30
