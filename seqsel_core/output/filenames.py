"""The folder `filenames/`: which frames were sampled, removed, corrupt, duplicate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from seqsel_core.choice import Choice
from seqsel_core.dataset import EmbeddedVideo
from seqsel_core.output.text import line

IntArray = npt.NDArray[np.int64]


def write_filenames(choice: Choice, folder: Path) -> dict[str, int]:
    """Write the four lists, one name a line (see `text.line`), UTF-8.

    - `sampled`: selected frames, in the order picked.
    - `corrupt`, `duplicate`: frames that an enabled check flags, in the order of the dataset;
      a frame that both flag is in both. `corrupt` also names frames of folders that could not
      be read, and at its end the videos of which nothing could.
    - `removed`: readable frames in none of the other lists.

    Args:
        choice: The selection.
        folder: Where `sampled_filenames.txt` and the others are written; must exist.

    Returns:
        {'sampled': number of names, 'removed': …, 'corrupt': …, 'duplicate': …}.

    Raises:
        OSError: A file cannot be written.
    """
    lists = {
        "sampled": _sampled(choice),
        "removed": _removed(choice),
        "corrupt": _corrupt(choice),
        "duplicate": _duplicate(choice),
    }
    return {kind: _write(folder / f"{kind}_filenames.txt", names) for kind, names in lists.items()}


def selected_frames(choice: Choice) -> tuple[IntArray, IntArray]:
    """Return the selected frames in the order picked, each once.

    Sequences can share frames where the last one of a video was moved back.

    Returns:
        Position of the video in the dataset, and row in its frame table, shape (N,) each.
    """
    order = choice.selection.order
    lengths = choice.sequences.lengths[order]
    video = np.repeat(choice.sequences.video[order], lengths)
    before = np.repeat(np.cumsum(lengths) - lengths, lengths)  # frames of earlier picks
    row = np.repeat(choice.sequences.row[order], lengths) + np.arange(len(video)) - before
    ends = np.cumsum([0] + [len(item.frames) for item in choice.dataset.videos])
    _, first = np.unique(ends[video] + row, return_index=True)
    first.sort()
    return video[first], row[first]


def _sampled(choice: Choice) -> Iterator[str]:
    for position, row in zip(*selected_frames(choice), strict=True):
        item = choice.dataset.videos[position]
        yield item.frame_name(int(item.frames["index"][row]))


def _removed(choice: Choice) -> Iterator[str]:
    videos, rows = selected_frames(choice)
    for position, item in enumerate(choice.dataset.videos):
        kept = np.ones(len(item.frames), np.bool_)
        kept[rows[videos == position]] = False
        if choice.config.enable_corruptness_check:
            kept &= ~choice.checks.corrupt[position]
        if choice.config.remove_exact_duplicates:
            kept &= ~choice.checks.duplicate[position]
        yield from _names(item, kept)


def _corrupt(choice: Choice) -> Iterator[str]:
    for position, item in enumerate(choice.dataset.videos):
        if choice.config.enable_corruptness_check:
            yield from _names(item, choice.checks.corrupt[position])
        unreadable = np.setdiff1d(np.arange(len(item.video.frame_names)), item.frames["index"])
        yield from (item.video.frame_names[index] for index in unreadable)
    yield from (unreadable.video.name for unreadable in choice.dataset.unreadable)


def _duplicate(choice: Choice) -> Iterator[str]:
    if choice.config.remove_exact_duplicates:
        for item, flags in zip(choice.dataset.videos, choice.checks.duplicate, strict=True):
            yield from _names(item, flags)


def _names(item: EmbeddedVideo, flags: npt.NDArray[Any]) -> Iterator[str]:
    return (item.frame_name(int(index)) for index in item.frames["index"][flags])


def _write(path: Path, names: Iterable[str]) -> int:
    count = 0
    with path.open("x", encoding="utf-8", errors="surrogateescape", newline="\n") as file:
        for name in names:
            file.write(line(name) + "\n")
            count += 1
    return count
