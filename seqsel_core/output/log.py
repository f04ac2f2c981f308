"""The file `log.txt`: what happened in a run, line by line."""

from __future__ import annotations

import logging
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from seqsel_core.choice import Choice
from seqsel_core.output.config_files import given_words
from seqsel_core.output.readable import printable

logger = logging.getLogger("seqsel")
"""All that the package logs goes through this logger."""


class LogFile(logging.FileHandler):
    """Writes what the package logs, from INFO on, to a new file until it is closed."""

    def __init__(self, path: Path) -> None:
        """Open the file and listen.

        Raises:
            OSError: The file exists, or cannot be written.
        """
        super().__init__(path, mode="x", encoding="utf-8", errors="backslashreplace")
        self.setLevel(logging.INFO)
        self.setFormatter(_OneLine("%(asctime)s %(levelname)s %(message)s"))
        self._level_before = logger.level
        if logger.getEffectiveLevel() > logging.INFO:
            logger.setLevel(logging.INFO)
        logger.addHandler(self)

    def close(self) -> None:
        """Stop listening and close the file.

        Raises:
            OSError: What was logged last cannot be written.
        """
        if self in logger.handlers:
            logger.removeHandler(self)
            logger.setLevel(self._level_before)
        super().close()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Say nothing on the terminal: where a log cannot be written, closing it fails."""


def log_run(choice: Choice) -> None:
    """Log versions, options, what was read, and what was selected."""
    packages = ["numpy", "av", "pillow", *(["torch"] if "torch" in sys.modules else [])]
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    logger.info("Python %s on %s; %s", platform.python_version(), platform.platform(), versions)
    logger.info("Encoder: %s", choice.dataset.encoder)
    for word in given_words(choice.config):
        logger.info("Option %s", word)
    dataset, selected = choice.dataset, choice.selection
    for item in dataset.videos:
        for problem in item.shard.info.problems:
            logger.warning("'%s': %s", item.video.name, problem.reason)
    for unreadable in dataset.unreadable:
        logger.warning("'%s' is left out: %s", unreadable.video.name, unreadable.reason)
    for name in dataset.ignored:
        logger.info("'%s' is neither video nor frame", name)
    for warning in choice.warnings:
        logger.warning("%s", warning)
    logger.info(
        "Input: %d frames in %d videos, %d of them embedded in this run; %d videos unreadable",
        dataset.n_frames,
        len(dataset.videos),
        dataset.embedded_now,
        len(dataset.unreadable),
    )
    logger.info(
        "Selected %d of %d sequences (%d could be selected), %d frames; covering radius %.4f",
        len(selected),
        len(choice.sequences),
        int(choice.candidates.sum()),
        choice.n_selected_frames,
        selected.covering_radius,
    )


class _OneLine(logging.Formatter):
    """A name with a line break in it must not look like a line of the log."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        record.message = printable(record.message)
        return super().formatMessage(record)
