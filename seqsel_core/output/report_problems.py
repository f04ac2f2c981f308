"""The section of the report that says what went wrong, by name."""

from __future__ import annotations

from collections.abc import Sequence

from seqsel_core.choice import Choice
from seqsel_core.findings import findings
from seqsel_core.output.colours import MUTED
from seqsel_core.output.document import Document
from seqsel_core.output.readable import plural, shorten
from seqsel_core.plain_problems import in_plain_words

_ROWS = 40  # of a table, at most
_REASONS = 3  # of one video, at most
_NAME = 90  # characters
_REASON = 240  # characters
_FAULTS = ("damaged", "blank", "partly_blank", "blurred", "frozen")  # of `findings.KINDS`


def draw_problems(document: Document, choice: Choice) -> None:
    """Draw what could not be read, what the checks found, and all warnings."""
    document.heading("Problems", follows=12)
    if not any([_unreadable(choice), _damaged(choice), _found(choice), _remarks(choice)]):
        document.paragraph(
            "None: every video could be read to its end, the checks found nothing, and every "
            "video is long enough."
        )
        return
    _draw_table(document, "Videos of which nothing could be read", _unreadable(choice))
    _draw_table(document, "Videos that could be read in part, or with remarks", _damaged(choice))
    _draw_table(document, "Videos in which the checks found something", _found(choice))
    remarks = _remarks(choice)
    for remark in remarks[:_ROWS]:
        document.paragraph(f"• {shorten(remark, 600)}")
    _draw_rest(document, len(remarks) - _ROWS)


def _unreadable(choice: Choice) -> list[list[str]]:
    return [
        _row(item.video.name, [in_plain_words(item.reason)]) for item in choice.dataset.unreadable
    ]


def _damaged(choice: Choice) -> list[list[str]]:
    rows = []
    for item in choice.dataset.videos:
        problems = item.shard.info.problems
        reasons = [in_plain_words(problem.reason) for problem in problems[:_REASONS]]
        if len(problems) > _REASONS:
            reasons.append(f"and {len(problems) - _REASONS:,} more problems")
        if problems:
            rows.append(_row(item.video.name, reasons))
    return rows


def _found(choice: Choice) -> list[list[str]]:
    rows = []
    for at, item in enumerate(choice.dataset.videos):
        found = findings(choice.checks, at, item.frames, _FAULTS)
        if found:
            rows.append(_row(item.video.name, [finding.sentence for finding in found]))
    return rows


def _row(name: str, reasons: Sequence[str]) -> list[str]:
    return [shorten(name, _NAME), "; ".join(shorten(reason, _REASON) for reason in reasons)]


def _remarks(choice: Choice) -> list[str]:
    config, dataset = choice.config, choice.dataset
    remarks = []
    for flags, what, enabled in (
        (choice.checks.corrupt, "corrupt", config.enable_corruptness_check),
        (choice.checks.blurred, "blurred", config.remove_blurred),
        (choice.checks.frozen, "frozen", config.remove_frozen),
        (choice.checks.duplicate, "equal to an earlier one", config.remove_exact_duplicates),
    ):
        count = sum(int(of_video.sum()) for of_video in flags)
        if count:
            videos = plural(sum(bool(of_video.any()) for of_video in flags), "video")
            verb = "is" if count == 1 else "are"
            outcome = (
                "a sequence that holds one is not selected"
                if enabled
                else "sequences that hold one can be selected, as this check is switched off"
            )
            remarks.append(f"{plural(count, 'frame')} in {videos} {verb} {what}; {outcome}.")
    short = [dataset.videos[at].video.name for at in choice.sequences.too_short]
    if short:
        remarks.append(
            f"{plural(len(short), 'video')} with fewer than {choice.sequences.length:,} frames: "
            f"{_listed(short)}."
        )
    if dataset.ignored:
        files = plural(len(dataset.ignored), "file")
        remarks.append(f"Neither video nor frame, {files}: {_listed(dataset.ignored)}.")
    return [*remarks, *choice.warnings]


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"'{shorten(name, 60)}'" for name in names[:5])
    return f"{shown} and {len(names) - 5:,} more" if len(names) > 5 else shown


def _draw_table(document: Document, title: str, rows: Sequence[Sequence[str]]) -> None:
    if not rows:
        return
    document.keep_together(20)
    document.paragraph(f"{title} ({len(rows):,})", bold=True)
    document.table([["video", "problem"], *rows[:_ROWS]], [2, 3], align="LL")
    _draw_rest(document, len(rows) - _ROWS)


def _draw_rest(document: Document, count: int) -> None:
    if count > 0:
        document.paragraph(f"and {count:,} more, see report.json", colour=MUTED)
