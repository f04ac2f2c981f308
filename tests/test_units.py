"""Units: sizes as people write and read them."""

from __future__ import annotations

import pytest

from seqsel_core.errors import ConfigError
from seqsel_core.units import in_units, parse_size


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_055_736, "1.06 MB"),
        (2_500_000_000, "2.5 GB"),
        (1_234_000_000_000_000, "1234 TB"),
    ],
)
def test_sizes_are_shown(value: int, shown: str) -> None:
    """A factor of 1,000 lost between units would show here."""
    assert in_units(value) == shown


@pytest.mark.parametrize(
    ("text", "size"),
    [("1000", 1000), ("50GB", 50_000_000_000), ("1.5 tb", 1_500_000_000_000), ("3 MB", 3_000_000)],
)
def test_sizes_are_read(text: str, size: int) -> None:
    """Catches a unit that is taken for another."""
    assert parse_size("SEQSEL_UPLOAD_QUOTA", text) == size


@pytest.mark.parametrize("text", ["", "much", "-5GB", "5 XB", "1e3"])
def test_what_is_no_size_is_told(text: str) -> None:
    """Catches a quota that is silently none."""
    with pytest.raises(ConfigError, match="SEQSEL_UPLOAD_QUOTA"):
        parse_size("SEQSEL_UPLOAD_QUOTA", text)
