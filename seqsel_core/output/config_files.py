"""The folder `config/`: the options of a run."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path
from typing import Any

import yaml

from seqsel_core.config import Config, options
from seqsel_core.output.text import write_new


def write_config(config: Config, folder: Path) -> None:
    """Write `config.yaml`, all options, and `overrides.yaml`, those that were given.

    Args:
        config: The options.
        folder: Where; must exist.

    Raises:
        OSError: A file exists, or cannot be written.
    """
    write_new(folder / "config.yaml", _yaml(dataclasses.asdict(config)))
    write_new(folder / "overrides.yaml", _yaml(given_words(config)))


def given_words(config: Config) -> list[str]:
    """Return what was given as `key=value` words, from which `Config.parse` makes the same.

    A configuration does not remember its words: these are the options that differ from their
    default, in the order of `--help`.
    """
    words = []
    for name, default, _ in options():
        value = functools.reduce(getattr, name.split("."), config)
        if value != default:
            words.append(f"{name}={value if isinstance(default, str) else _flow(value)}")
    return words


def _yaml(value: Any) -> str:
    # Not OmegaConf's: it fails on names whose bytes are not UTF-8.
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True)


def _flow(value: Any) -> str:
    """Return a number, truth value or list as one line of YAML."""
    return yaml.safe_dump(value, default_flow_style=True).splitlines()[0]
