"""The errors that seqsel raises on purpose, each one clear sentence.

    SeqselError
    ├── ConfigError      an option is wrong: name, value, what would be right   (exit code 2)
    ├── InputError       the input folder or its content cannot serve           (exit code 2)
    ├── OutputError      the output folder cannot be written                    (exit code 2)
    ├── EncoderError     a network or its weights cannot be had                 (exit code 2)
    ├── StoreError       the data directory is unusable or damaged              (exit code 1)
    └── NothingReadable  videos are there, but none could be read               (exit code 1)

Errors of libraries are turned into these at the place where the library is called.
A single bad frame or file is not an error: it is a `Problem` (see `video/types.py`).
"""


class SeqselError(Exception):
    """Base of all errors that seqsel raises on purpose; `str()` is a sentence for people."""

    exit_code = 1


class ConfigError(SeqselError):
    """An option is unknown, has a value that cannot be, or contradicts another."""

    exit_code = 2


class InputError(SeqselError):
    """The input does not exist, is empty, or cannot give what was asked for."""

    exit_code = 2


class OutputError(SeqselError):
    """The output folder cannot be written, or would overwrite something."""

    exit_code = 2


class EncoderError(SeqselError):
    """A network or its weights cannot be loaded."""

    exit_code = 2


class StoreError(SeqselError):
    """The data directory cannot be used, or what it holds is damaged."""


class NothingReadable(SeqselError):
    """Videos were found, but not one frame could be read."""
