"""The command line that makes the selection of the page."""

from __future__ import annotations

import shlex
from pathlib import Path

from seqsel_core.config import options
from seqsel_core.store.datasets import DatasetRecord

OUTPUT = Path("seqsel-output")
"""Where the command writes: a folder where it is started."""


def command(record: DatasetRecord, chosen: dict[str, object], data_dir: Path) -> str:
    """Return the `python -m seqsel_core` line, quoted for a POSIX shell.

    Args:
        record: The dataset.
        chosen: From `loaders.run_options`.
        data_dir: Where the embeddings are.
    """
    words = {
        "input_dir": record.input_dir,
        "output_dir": OUTPUT,
        "data_dir": data_dir,
        **_options(record, chosen),
    }
    return _joined(["python -m seqsel_core"], words)


def docker_command(record: DatasetRecord, chosen: dict[str, object], data_dir: Path) -> str:
    """Return the `docker run` line with the same selection, its folders mounted."""
    mounts = [
        f"-v {shlex.quote(f'{record.input_dir}:/home/input_dir:ro')}",
        f'-v "$PWD/{OUTPUT}:/home/output_dir"',
        f"-v {shlex.quote(f'{data_dir}:/home/seqsel/data')}",
        "seqsel",
    ]
    return _joined(["docker run --rm", *mounts], _options(record, chosen))


def _options(record: DatasetRecord, chosen: dict[str, object]) -> dict[str, object]:
    """Return the options that differ from the command line's own defaults."""
    every = {"encoder": record.encoder, "frame_order": record.frame_order, **chosen}
    defaults = {name: default for name, default, _ in options()}
    return {name: value for name, value in every.items() if defaults[name] != value}


def _joined(words: list[str], chosen: dict[str, object]) -> str:
    given = [shlex.quote(f"{name}={value}") for name, value in chosen.items()]
    return " \\\n  ".join([*words, *given])
