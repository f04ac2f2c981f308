"""n_samples counts frames; what it means in sequences."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqsel_core.errors import ConfigError
from seqsel_core.select.stopping import n_sequences


def test_a_multiple_of_the_length_is_divided_by_it() -> None:
    """Catches n_samples taken for a number of sequences: the reference's 200 and 10 are 20."""
    assert n_sequences(200, 10, 1000) == 20


def test_minus_one_is_no_limit() -> None:
    """Catches -1 refused as negative, or taken for a count."""
    assert n_sequences(-1, 10, 1000) is None


def test_no_multiple_is_refused_with_both_numbers_and_both_nearest() -> None:
    """Catches silent rounding, and a message that leaves the user to compute."""
    with pytest.raises(ConfigError) as caught:
        n_sequences(205, 10, 1000)
    for number in ("205", "=10", "200", "210"):
        assert number in str(caught.value)


def test_less_than_one_sequence_names_only_the_length() -> None:
    """Catches the advice to use 0, which is refused as well."""
    with pytest.raises(ConfigError, match=r"n_samples=5 .*=10; .*: 10\.$"):
        n_sequences(5, 10, 1000)


@pytest.mark.parametrize("n_samples", [0, -2, -10])
def test_whole_numbers_below_one_are_refused(n_samples: int) -> None:
    """Catches an empty selection from 0, and a negative count that slices from the end."""
    with pytest.raises(ConfigError, match=f"n_samples={n_samples} "):
        n_sequences(n_samples, 10, 1000)


@pytest.mark.parametrize("n_samples", [1.5, -0.1, 10.0, math.nan, math.inf])
def test_shares_outside_zero_to_one_are_refused(n_samples: float) -> None:
    """Catches 1.5 taken for 150 %, and NaN that passes every comparison."""
    with pytest.raises(ConfigError, match="share"):
        n_sequences(n_samples, 10, 1000)


@pytest.mark.parametrize(
    ("share", "length", "n_frames", "expected"),
    [
        (0.1, 10, 1000, 10),  # fits
        (0.1, 10, 1001, 11),  # 100.1 frames: up to 110
        (0.1, 10, 1, 1),
        (1.0, 10, 100, 10),
        (1.0, 10, 95, 10),
        (0.5, 7, 95, 7),  # 47.5 frames: up to 49
    ],
)
def test_a_share_is_rounded_up_to_the_next_multiple(
    share: float, length: int, n_frames: int, expected: int
) -> None:
    """Catches rounding down or to the nearest, and 1.0 taken for one frame."""
    assert n_sequences(share, length, n_frames) == expected


@pytest.mark.parametrize(
    ("share", "n_frames", "expected"),
    [(0.1, 10, 1), (0.07, 100, 7), (0.14, 100, 14), (0.55, 100, 55), (0.29, 100, 29)],
)
def test_a_share_is_meant_in_decimals(share: float, n_frames: int, expected: int) -> None:
    """Catches 0.07 × 100 = 7.000000000000001 rounded up to 8."""
    assert n_sequences(share, 1, n_frames) == expected


@given(st.integers(0, 1000), st.integers(1, 50), st.integers(0, 100_000))
def test_a_share_gives_the_least_number_that_reaches_it(
    thousandths: int, length: int, n_frames: int
) -> None:
    """Catches any share that comes out one sequence too many or too few."""
    count = n_sequences(thousandths / 1000, length, n_frames)
    assert count is not None
    wanted = Fraction(thousandths, 1000) * n_frames
    assert count * length >= wanted
    assert count == 0 or (count - 1) * length < wanted
