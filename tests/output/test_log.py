"""What stands in log.txt."""

from __future__ import annotations

import logging
import os

from seqsel_core.output.log import LogFile, log_run


def test_log_of_a_run(choose, write_clip, input_dir, tmp_path) -> None:
    """Catches a log without the options, the versions, or the files that were left out."""
    write_clip("a.mkv", 6)
    (input_dir / "broken.mp4").write_bytes(b"no video")
    (input_dir / "readme.txt").write_text("")
    choice = choose("stopping_condition.n_samples=100")

    log = LogFile(tmp_path / "log.txt")
    log_run(choice)
    log.close()

    text = (tmp_path / "log.txt").read_text("utf-8")
    for part in (
        "Python 3.",
        "numpy ",
        "av ",
        "Option stopping_condition.n_samples=100",
        "WARNING 'broken.mp4' is left out: cannot be opened",
        "'readme.txt' is neither video nor frame",
        "WARNING 100 sequences were asked for, but only 6",
        "Input: 6 frames in 1 videos",
        "Selected 6 of 6 sequences",
    ):
        assert part in text


def test_a_message_is_one_line(tmp_path) -> None:
    """Catches a file name that writes a line of its own into the log, or breaks it."""
    log = LogFile(tmp_path / "log.txt")
    logging.getLogger("seqsel").info("'%s'", "a\n2030-01-01 INFO all is well\x1b[2J")
    logging.getLogger("seqsel").info("'%s'", os.fsdecode(b"\xff"))
    log.close()
    assert len((tmp_path / "log.txt").read_text("utf-8").splitlines()) == 2


def test_a_closed_log_leaves_no_trace(tmp_path) -> None:
    """Catches a second run in one process that writes into the log of the first."""
    logger = logging.getLogger("seqsel")
    logger.setLevel(logging.NOTSET)
    before = list(logger.handlers)
    log = LogFile(tmp_path / "log.txt")
    logger.info("one")
    log.close()
    logger.info("two")
    assert "two" not in (tmp_path / "log.txt").read_text()
    assert logger.handlers == before
    assert logger.level == logging.NOTSET
