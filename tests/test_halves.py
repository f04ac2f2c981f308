"""Numbers of two bytes as numbers of four, against NumPy's own."""

from __future__ import annotations

import numpy as np

from seqsel_core.halves import add_up, as_float32


def test_every_number_there_is_stays_the_same() -> None:
    """Catches a lost sign, and numbers below 2^-14, whose exponent is 0, that vanish."""
    every = np.arange(65_536, dtype=np.uint16).view(np.float16)
    finite = every[np.isfinite(every)]
    found = as_float32(finite)
    assert found.dtype == np.float32
    assert (found.view(np.uint32) == finite.astype(np.float32).view(np.uint32)).all()


def test_what_is_not_finite_is_still_not() -> None:
    """Catches a NaN that becomes a number: a damaged embedding would be selected by it."""
    for value in (np.nan, np.inf, -np.inf):
        found = as_float32(np.array([[0.5, value]], np.float16))
        assert np.array_equal(found, np.array([[0.5, value]], np.float32), equal_nan=True)


def test_other_types_shapes_and_parts() -> None:
    """Catches bits of a float64 read as float16, and columns that lie apart in memory."""
    values = np.linspace(-1, 1, 24).reshape(4, 6)
    for kind in (np.float16, np.float32, np.float64):
        part = values.astype(kind)[::2, 1::3]
        assert (as_float32(part) == part.astype(np.float32)).all()
    single = values.astype(np.float32)
    assert np.shares_memory(as_float32(single), single)
    assert as_float32(np.empty((0, 3), np.float16)).shape == (0, 3)
    room = np.empty((4, 6), np.float32)
    assert as_float32(values.astype(np.float16), room) is room
    assert (room == values.astype(np.float16)).all()


def test_sums_are_those_of_converted_rows() -> None:
    """Catches rows added to the wrong sum, lost tiny numbers, and sums of large numbers."""
    generator = np.random.default_rng(0)
    sizes = 2.0 ** -generator.integers(0, 24, (12, 40))
    for values in (generator.standard_normal((12, 40)) * sizes, np.full((12, 40), 60_000)):
        halves = values.astype(np.float16)
        plain = halves.astype(np.float32).reshape(4, 3, 40).sum(axis=1)
        sums = np.empty((4, 40), np.float32)
        add_up(halves, 3, sums, np.empty((12, 40), np.float32))
        np.testing.assert_allclose(sums, plain, rtol=1e-6, atol=1e-7)
        add_up(halves.astype(np.float64), 3, sums, np.empty((12, 40), np.float32))
        np.testing.assert_allclose(sums, plain, rtol=1e-6, atol=1e-7)


def test_sums_of_what_is_not_finite_are_not() -> None:
    """Catches a damaged frame of which the average of its sequence says nothing."""
    for value in (np.nan, np.inf, -np.inf):
        halves = np.array([[0.5, -1], [-1, value], [0.5, 1], [1, 1]], np.float16)
        sums = np.empty((2, 2), np.float32)
        add_up(halves, 2, sums, np.empty((4, 2), np.float32))
        assert np.array_equal(sums, [[-0.5, value], [1.5, 2]], equal_nan=True)
