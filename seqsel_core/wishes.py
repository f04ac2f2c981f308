"""Which sequences a person pins (selected first) or rejects (kept out), and where they are."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt

from seqsel_core.dataset import Dataset
from seqsel_core.errors import ConfigError
from seqsel_core.output.text import name_of_line
from seqsel_core.select.packing import Places
from seqsel_core.sequences import IntArray, Sequences, SequenceSpan

_ITEM = re.compile(r"(.+?:\d+-\d+)\s*(?:,|$)", re.DOTALL)

Spans = Sequence[SequenceSpan] | npt.NDArray[np.int64]
"""Sequences as (video, start, stop): a list, or an array of shape (P, 3)."""


def read_spans(dataset: Dataset, option: str, value: str) -> list[SequenceSpan]:
    """Return the sequences that an option names.

    Args:
        dataset: Where the videos are looked up by name.
        option: 'pinned' or 'rejected', for messages.
        value: `video:start-stop,video:start-stop`, or the path of a text file with one of them
            per line; stop is the frame after the last, as in report.json.

    Raises:
        ConfigError: The file cannot be read, an item is of another form, or names a video
            or frames that are not there.
    """
    positions = {item.video.name: at for at, item in enumerate(dataset.videos)}
    return [_span(dataset, positions, option, item) for item in _items(option, value)]


def check_spans(dataset: Dataset, option: str, spans: Spans) -> list[SequenceSpan]:
    """Return sequences given as (video, start, stop), after checking that they are there.

    Raises:
        ConfigError: There is no such video, or it has no such frames.
    """
    checked = [SequenceSpan(*(int(value) for value in span)) for span in spans]
    for span in checked:
        if not 0 <= span.video < len(dataset.videos):
            raise ConfigError(
                f"{option}: there is no video {span.video}, only 0 to {len(dataset.videos) - 1}."
            )
        frames = dataset.videos[span.video].shard.info.total_frames
        if not 0 <= span.start < span.stop <= frames:
            raise ConfigError(
                f"{option}: '{describe(dataset, span)}' is not within the {frames} frames of the "
                f"video: 0 <= start < stop <= {frames}, stop is the frame after the last."
            )
    return checked


def pinned_positions(
    dataset: Dataset, sequences: Sequences, spans: Iterable[SequenceSpan]
) -> IntArray:
    """Return the positions of pinned sequences in the order given, each once, shape (P,).

    Raises:
        ConfigError: One is not among the sequences.
    """
    places = places_of(sequences)
    found: dict[int, None] = {}
    for span in spans:
        near = places.within(*span)
        same = near[(places.start[near] == span.start) & (places.stop[near] == span.stop)]
        if not len(same):
            shown = " or ".join(f"'{describe(dataset, sequences[int(at)])}'" for at in near[:2])
            hint = f"nearest: {shown}" if shown else "none is near"
            raise ConfigError(
                f"pinned: '{describe(dataset, span)}' is not one of the {len(sequences)} "
                f"sequences of {sequences.length} frames; {hint}."
            )
        found[int(same[0])] = None
    return np.array(list(found), np.int64)


def rejected_mask(sequences: Sequences, spans: Iterable[SequenceSpan]) -> npt.NDArray[np.bool_]:
    """Return which sequences share a frame with a rejected one, shape (S,), bool."""
    places = places_of(sequences)
    rejected = np.zeros(len(sequences), np.bool_)
    for span in spans:
        rejected[places.within(*span)] = True
    return rejected


def refuse_contradictions(
    dataset: Dataset,
    sequences: Sequences,
    pinned: IntArray,
    rejected: npt.NDArray[np.bool_],
    apart: int | None,
) -> None:
    """Check that no pinned sequence is rejected, or too near to another pinned one.

    Raises:
        ConfigError: naming the sequences.
    """
    both = pinned[rejected[pinned]]
    if len(both):
        raise ConfigError(
            f"{len(both)} of {len(pinned)} pinned sequences share frames with rejected ones, for "
            f"example '{describe(dataset, sequences[int(both[0])])}': take it out of one of them."
        )
    if apart is None:
        return
    ordered = np.sort(pinned)
    same = sequences.video[ordered[1:]] == sequences.video[ordered[:-1]]
    gaps = sequences.start[ordered[1:]] - sequences.stop[ordered[:-1]]
    close = np.flatnonzero(same & (gaps < apart))
    if len(close):
        one, two = (describe(dataset, sequences[int(at)]) for at in ordered[close[0] :][:2])
        gap = int(gaps[close[0]])
        lie = f"share {-gap} frames" if gap < 0 else f"have {gap} frames between them"
        raise ConfigError(
            f"The pinned sequences '{one}' and '{two}' {lie}; at least {apart} must lie between "
            "selected ones (min_gap): unpin one."
        )


def places_of(sequences: Sequences) -> Places:
    """Return where sequences lie, as the selection sees them."""
    return Places(sequences.video, sequences.start, sequences.stop)


def describe(dataset: Dataset, span: SequenceSpan) -> str:
    """Return a sequence as `video:start-stop`."""
    return f"{dataset.videos[span.video].video.name}:{span.start}-{span.stop}"


def _items(option: str, value: str) -> list[str]:
    path = Path(value).expanduser()
    try:
        if path.is_file():
            lines = path.read_text("utf-8-sig", errors="surrogateescape").split("\n")
            return [line.strip() for line in lines if line.strip()]
    except (OSError, ValueError) as error:  # ValueError: a text that can be no path
        raise ConfigError(f"{option}={value} cannot be read: {error}.") from error
    text = value.strip()
    if text.startswith("[") and text.endswith("]"):  # as Hydra writes lists
        text = text[1:-1]
    items, at = [], 0
    while at < len(text):
        found = _ITEM.match(text, at)  # a name may hold commas, so not split()
        if not found:
            raise ConfigError(
                f"{option}={value} is neither a text file nor a list like "
                "'video.mp4:0-10,b.mp4:20-30'."
            )
        items.append(found[1].strip())
        at = found.end()
    return items


def _span(dataset: Dataset, positions: dict[str, int], option: str, item: str) -> SequenceSpan:
    parts = re.fullmatch(r"(.+):(\d{1,15})-(\d{1,15})", item, re.DOTALL)
    if not parts:
        raise ConfigError(f"{option}: '{item}' is not of the form video:start-stop.")
    name = str(PurePosixPath(name_of_line(parts[1])))
    if name not in positions:
        close = difflib.get_close_matches(name, positions, 1)
        hint = f" Did you mean '{close[0]}'?" if close else ""
        raise ConfigError(
            f"{option}: none of the {len(positions)} videos is called '{name}'.{hint}"
        )
    span = SequenceSpan(positions[name], int(parts[2]), int(parts[3]))
    return check_spans(dataset, option, [span])[0]
