""".streamlit/config.toml, held against the installed Streamlit."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from streamlit import config

SETTINGS = tomllib.loads((Path(__file__).parents[1] / ".streamlit" / "config.toml").read_text())


def flat(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return {dotted name: value}."""
    found: dict[str, Any] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = value
    return found


def test_every_option_exists() -> None:
    """Catches a misspelt or removed option: Streamlit ignores it with one line in the log."""
    assert set(flat(SETTINGS)) <= set(config.get_config_options())


def test_only_this_machine_reaches_the_app() -> None:
    """Catches an app without a login that listens to the network or to another site's name."""
    server = SETTINGS["server"]
    assert server["address"] == "127.0.0.1"
    assert server["enableXsrfProtection"] and server["enableCORS"]
    assert set(server["allowedHosts"]) == {"localhost", "127.0.0.1", "::1"}


def test_nothing_comes_from_or_goes_to_the_network() -> None:
    """Catches a font or theme by address, usage statistics, and links that carry errors away."""
    assert SETTINGS["browser"]["gatherUsageStats"] is False
    assert SETTINGS["client"]["showErrorLinks"] is False
    assert not [name for name, value in flat(SETTINGS).items() if "//" in str(value)]


def test_errors_show_no_paths() -> None:
    """Catches tracebacks, with paths and values, in a visitor's browser."""
    assert SETTINGS["client"]["showErrorDetails"] in ("type", "none")


def test_colours_can_be_read() -> None:
    """Catches a theme whose text, links or main button sink into what is behind them."""
    for name in ("light", "dark"):
        theme = SETTINGS["theme"][name]
        for behind in (theme, theme["sidebar"]):
            assert contrast(theme["textColor"], behind["backgroundColor"]) >= 7, name
            assert contrast(theme["linkColor"], behind["backgroundColor"]) >= 4.5, name
            assert contrast(theme["primaryColor"], behind["backgroundColor"]) >= 3, name
        assert contrast(theme["primaryColor"], "#ffffff") >= 4, name


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21, as WCAG 2 defines it."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance, 0 to 1, of `#rrggbb`."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
