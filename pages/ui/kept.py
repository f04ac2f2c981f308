"""What is dear to make is kept for all sessions: the last used ones, as many as memory allows.

`st.cache_resource` counts entries. For a small dataset that is too few (twenty people at twenty
sequence lengths would make each other's again at every move), for a large one too many.
"""

from __future__ import annotations

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast

import streamlit as st

from pages.ui._compat import on_a_page
from pages.ui.parameters import Parameters
from seqsel_core.dataset import Dataset

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
_Function = Callable[[str, Parameters, Dataset], T]


class Kept(Protocol[T_co]):
    """A function whose results are kept."""

    def __call__(self, key: str, values: Parameters, dataset: Dataset, /) -> T_co:
        """Return what is kept under the key, or make it."""

    def clear(self) -> None:
        """Keep nothing of what was made."""


_BYTES = 300 << 20  # of each kind of value; there are four, which share most of it
_LEAST, _MOST = 3, 64  # values that are kept however large or small they are


class Shelf:
    """Values by key, the last used ones."""

    def __init__(
        self, size_of: Callable[[Any], int], most_bytes: int = _BYTES, most: int = _MOST
    ) -> None:
        """Keep up to so many bytes, but at least three values, and up to so many values.

        Args:
            size_of: Tells the bytes of a value; asked again whenever the value is: it may grow.
            most_bytes: Of all values.
            most: Number of values.
        """
        self._size_of, self._most_bytes, self._most = size_of, most_bytes, most
        self._values: OrderedDict[str, tuple[int, Any]] = OrderedDict()
        self._total = 0
        self._making: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: str, make: Callable[[], T]) -> T:
        """Return the value of a key, making it where there is none: once, whoever asks for it.

        Args:
            key: What tells it from others.
            make: Makes it; what it raises is raised, and nothing is kept.
        """
        with self._lock:
            if key in self._values:
                return cast(T, self._keep(key, self._values[key][1]))
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                if key in self._values:  # somebody else made it meanwhile
                    return cast(T, self._values[key][1])
            try:
                value = make()
                with self._lock:
                    self._keep(key, value)
            finally:
                with self._lock:
                    self._making.pop(key, None)
        return value

    def clear(self) -> None:
        """Keep nothing; what is being made is kept when it is there."""
        with self._lock:
            self._values.clear()
            self._total = 0

    def _keep(self, key: str, value: T) -> T:
        """Make a value the last used one, and drop the first ones where there is no room."""
        before, _ = self._values.pop(key, (0, None))
        size = self._size_of(value)
        self._values[key] = (size, value)
        self._total += size - before
        while len(self._values) > _LEAST and (
            self._total > self._most_bytes or len(self._values) > self._most
        ):
            _, (size, _) = self._values.popitem(last=False)
            self._total -= size
        return value


def kept(size_of: Callable[[Any], int], spinner: str = "") -> Callable[[_Function[T]], Kept[T]]:
    """Keep what a function returns, by its first argument, which tells the other ones.

    The function takes a key, parameters and a dataset.

    Args:
        size_of: Tells the bytes of what it returns.
        spinner: What is said while it is made; '': nothing.
    """

    def decorate(function: _Function[T]) -> Kept[T]:
        @functools.wraps(function)
        def call(key: str, values: Parameters, dataset: Dataset) -> T:
            def make() -> T:
                if not spinner or not on_a_page():
                    return function(key, values, dataset)
                with st.spinner(spinner):
                    return function(key, values, dataset)

            return shelf().get(key, make)

        def shelf() -> Shelf:
            return _shelf(function.__qualname__, size_of)

        call.clear = lambda: shelf().clear()  # type: ignore[attr-defined]
        return cast("Kept[T]", call)

    return decorate


@st.cache_resource(max_entries=16, show_spinner=False)
def _shelf(name: str, _size_of: Callable[[Any], int]) -> Shelf:
    """One for each function; here, so that clearing Streamlit's caches clears it too."""
    return Shelf(_size_of)
