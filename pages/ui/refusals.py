"""What the engine refuses, in the words of the page: its fields, not the command line's options."""

from __future__ import annotations

import re

FIELDS = {
    "selected_sequence_length": "Sequence length",
    "stopping_condition.n_samples": "Samples",
    "enable_corruptness_check": "Leave out bad frames",
    "remove_exact_duplicates": "Leave out exact duplicates",
    "remove_blurred": "Leave out blurred frames",
    "remove_frozen": "Leave out frozen frames",
    "max_per_video": "Most of one video",
    "min_gap": "Least gap",
}
"""The field of Explore for each option that a refusal can name."""

_OPTION = re.compile(
    rf"\b({'|'.join(map(re.escape, FIELDS))})\b(?:=(?:False keeps (it|them)|([-\w.]*\w)))?(, but)?"
)
_WORDS = {"corrupt frame": "bad frame", "duplicate frame": "exact duplicate"}
_WORD = re.compile("|".join(_WORDS))
_QUOTED = re.compile(r"('.*?')")


def in_words_of_the_page(sentence: str) -> str:
    """Return a sentence of the engine with the names of fields in the place of options.

    Frames are called as those fields call them. What stands in quotes is the name of a video,
    and stays.
    """
    parts = _QUOTED.split(sentence)
    return "".join(part if at % 2 else _told(part) for at, part in enumerate(parts))


def _told(part: str) -> str:
    return _WORD.sub(lambda found: _WORDS[found.group()], _OPTION.sub(_named, part))


def _named(found: re.Match[str]) -> str:
    option, keeps, value, but = found.groups()
    field = f"“{FIELDS[option]}”"
    if keeps:
        return f"switch {field} off to keep {keeps}"
    if value is None:
        return field + (but or "")
    return f"{field} is {value}{but}" if but else f"{field} ({value})"
