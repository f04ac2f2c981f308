"""Numbers of bytes as people write and read them."""

from __future__ import annotations

import re

from seqsel_core.errors import ConfigError

_UNITS = {"": 1, "B": 1, "KB": 1000, "MB": 1000**2, "GB": 1000**3, "TB": 1000**4}


def parse_size(name: str, text: str) -> int:
    """Return a size such as '50GB', '1.5 TB' or '1000000' in bytes.

    Raises:
        ConfigError: It is no size.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?B)?", text.strip().upper())
    if match is None:
        raise ConfigError(f"{name}={text} is not a size. Write bytes, or for example 50GB.")
    return int(float(match[1]) * _UNITS[match[2] or ""])


def in_units(n_bytes: int) -> str:
    """Return a number of bytes as '1.4 MB'."""
    value = float(n_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:.4g} TB"
