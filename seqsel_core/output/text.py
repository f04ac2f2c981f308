"""Names as they stand in written files, so that any name can be read back.

A file name may hold every character, also line breaks, and bytes that are not UTF-8; Python
carries those as surrogates (`os.fsdecode`). Text files hold such bytes as they were.
For names that people only look at, see `readable.py`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

_LINE_BREAKING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_MARKED = ("=", "+", "-", "@", "\t", "\r", "\n", "'")  # what runs as a formula, and the mark


def line(name: str) -> str:
    r"""Return a name as one line of a file list.

    A name stands as it is, unless it holds a line break or another control character, begins
    or ends with white space, or begins with a quote: then it stands as a JSON string, in
    quotes and ASCII only (`"two\nlines.png"`). `name_of_line` gives it back.
    """
    plain = name == name.strip() and not name.startswith('"') and not _LINE_BREAKING.search(name)
    return name if plain else json.dumps(name)


def name_of_line(text: str) -> str:
    """Return the name that `line` wrote; a line that only looks quoted is a name itself."""
    if text.startswith('"'):
        try:
            name = json.loads(text)
        except ValueError:
            return text
        return name if isinstance(name, str) else text
    return text


def cell(name: str) -> str:
    """Return a name as a CSV cell that no spreadsheet runs as a formula.

    A name that begins with = + - @, a tab or a line end gets a `'` before it; so does one
    that begins with `'`, so that `name_of_cell` gives every name back.
    """
    return f"'{name}" if name.startswith(_MARKED) else name


def name_of_cell(text: str) -> str:
    """Return the name that `cell` wrote; other text stays as it is."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_MARKED) else text


def json_bytes(value: Any) -> bytes:
    r"""Return readable JSON in UTF-8; bytes of names that are not UTF-8 stand as `\udc80` ….

    Raises:
        ValueError: A number is NaN or infinite, which JSON cannot say.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2)
    return (text + "\n").encode("utf-8", "backslashreplace")


def write_new(path: Path, content: str | bytes) -> None:
    """Write a file that must not exist yet; text becomes UTF-8.

    Raises:
        OSError: It exists, or cannot be written.
    """
    data = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
    with path.open("xb") as file:
        file.write(data)
