"""What went wrong with videos, in plain words: for pages and the terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence

from seqsel_core.choice import Choice
from seqsel_core.findings import KINDS
from seqsel_core.output.readable import plural, shorten

_NAMED = 3  # videos
_NAME = 80  # characters
_FAULTS = ("damaged", "blank", "partly_blank", "blurred", "frozen", "duplicate")
_NO_VIDEO = "cannot be opened as a video: it is another kind of file, or damaged"
_JARGON = (
    (re.compile(r"cannot be opened: ((?:Invalid data|End of file)[^;]*)"), _NO_VIDEO, r" (\1)"),
    (re.compile(r"1 packet cannot be decoded: ([^;]+)"), "1 frame cannot be decoded", r" (\1)"),
    (
        re.compile(r"(\d+) packets cannot be decoded: ([^;]+)"),
        r"\1 frames cannot be decoded",
        r" (\2)",
    ),
    (re.compile(r"ends early: ([^;]+)"), "ends early", r" (\1)"),
    (re.compile(r"has no video stream"), "holds no pictures, only sound or other data", ""),
)
"""What a decoder says: in plain words, and with its own words after them."""


def in_plain_words(reason: str, *, decoder: bool = True) -> str:
    """Return why a video cannot be read, or what reading lost, as people say it.

    Args:
        reason: One or several of `Problem.reason`, parted by semicolons.
        decoder: Whether the decoder's own words follow in brackets.
    """
    for jargon, words, own in _JARGON:
        reason = jargon.sub(words + own if decoder else words, reason)
    return reason


def problem_lines(choice: Choice) -> list[str]:
    """Return one line per kind of problem in the videos of a run, each with some names."""
    dataset = choice.dataset
    gone = [(one.video.name, one.reason) for one in dataset.unreadable]
    reasons = [
        (item.video.name, "; ".join(problem.reason for problem in item.shard.info.problems))
        for item in dataset.videos
    ]
    partly = [(name, reason) for name, reason in reasons if reason]
    lines = [
        *_with_reasons(f"{plural(len(gone), 'video')} cannot be read:", gone),
        *_with_reasons(f"{plural(len(partly), 'video')} read in part, or with remarks:", partly),
    ]
    names = [name for name, _ in reasons]
    for kind in _FAULTS:
        flags = getattr(choice.checks, kind)
        frames = sum(int(of_video.sum()) for of_video in flags)
        if frames:
            where = [at for at, of_video in enumerate(flags) if of_video.any()]
            verb = KINDS[kind][frames > 1]
            lines.append(
                f"{plural(frames, 'frame')} {verb}, in {plural(len(where), 'video')}: "
                + _of(names, where)
            )
    if choice.sequences.too_short:
        short = choice.sequences.too_short
        least = plural(choice.sequences.length, "frame")
        lines.append(f"{plural(len(short), 'video')} with fewer than {least}: {_of(names, short)}")
    return lines


def _with_reasons(title: str, videos: Sequence[tuple[str, str]]) -> list[str]:
    """Return some of these (name, reason) below a title; nothing where there are none."""
    if not videos:
        return []
    shown = [f"  {shorten(name, _NAME)}: {in_plain_words(why)}" for name, why in videos[:_NAMED]]
    more = [f"  and {len(videos) - _NAMED:,} more"] if len(videos) > _NAMED else []
    return [title, *shown, *more]


def _of(names: Sequence[str], which: Sequence[int]) -> str:
    shown = ", ".join(shorten(names[at], _NAME) for at in which[:_NAMED])
    return f"{shown} and {len(which) - _NAMED:,} more" if len(which) > _NAMED else shown
