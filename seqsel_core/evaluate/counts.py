"""How many frames, sequences and videos there were, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seqsel_core.choice import Choice
from seqsel_core.sequences import Sequences, holds_any

FOUND = ("corrupt", "blank", "blurred", "frozen", "duplicate", "near_duplicate")
"""What the checks find, as `Checks` and `Count` name it."""


@dataclass(frozen=True)
class Count:
    """What became of the frames, the sequences, or the videos.

    `input` = `unreadable` + `left_out` + `removed` + `selected`. What the checks found
    (`FOUND`) is counted whether or not it keeps a sequence from being selected, and is among
    the others; sequences and videos count if they hold such a frame.

    Attributes:
        input: All that is known of.
        unreadable: Frames that could not be read (as far as known); videos with no readable
            frame. 0 for sequences: they are cut from what can be read.
        corrupt: Flagged by the corruptness check; blank ones are among them.
        blank: Of one colour all over.
        blurred: Much softer than the rest of the video.
        frozen: Repeating the picture before for a while.
        duplicate: Equal to an earlier frame.
        near_duplicate: Looking like an earlier frame.
        left_out: Frames that fill no sequence; videos that give none. 0 for sequences.
        removed: Not selected: frames of such sequences; videos with no selected sequence.
        selected: Selected: frames of such sequences; videos with at least one.
    """

    input: int
    unreadable: int
    left_out: int
    removed: int
    selected: int
    corrupt: int = 0
    blank: int = 0
    blurred: int = 0
    frozen: int = 0
    duplicate: int = 0
    near_duplicate: int = 0


@dataclass(frozen=True)
class Counts:
    """Counts of frames, sequences and videos.

    Attributes:
        frames: Frames of all videos.
        sequences: Sequences that were cut.
        videos: Video files and folders of frames.
        candidates: Sequences that could be selected.
    """

    frames: Count
    sequences: Count
    videos: Count
    candidates: int


def count(choice: Choice) -> Counts:
    """Count what a selection was made from, and what it selected and left."""
    return Counts(
        frames=_frames(choice),
        sequences=_sequences(choice),
        videos=_videos(choice),
        candidates=int(choice.candidates.sum()),
    )


def _frames(choice: Choice) -> Count:
    dataset, sequences = choice.dataset, choice.sequences
    everything = np.arange(len(sequences))
    unreadable = sum(p.frames for video in dataset.videos for p in video.shard.info.problems)
    unreadable += sum(len(item.video.frame_paths) for item in dataset.unreadable)
    in_sequence = _n_covered(sequences, everything, dataset.n_frames)
    selected = _n_covered(sequences, choice.selection.order, dataset.n_frames)
    return Count(
        input=dataset.n_frames + unreadable,
        unreadable=unreadable,
        left_out=dataset.n_frames - in_sequence,
        removed=in_sequence - selected,
        selected=selected,
        **{name: sum(int(f.sum()) for f in getattr(choice.checks, name)) for name in FOUND},
    )


def _sequences(choice: Choice) -> Count:
    total, selected = len(choice.sequences), len(choice.selection)
    return Count(
        input=total,
        unreadable=0,
        left_out=0,
        removed=total - selected,
        selected=selected,
        **{
            name: int(holds_any(getattr(choice.checks, name), choice.sequences).sum())
            for name in FOUND
        },
    )


def _videos(choice: Choice) -> Count:
    dataset, sequences = choice.dataset, choice.sequences
    cut = len(np.unique(sequences.video))
    selected = len(np.unique(sequences.video[choice.selection.order]))
    return Count(
        input=len(dataset.videos) + len(dataset.unreadable),
        unreadable=len(dataset.unreadable),
        left_out=len(dataset.videos) - cut,
        removed=cut - selected,
        selected=selected,
        **{name: sum(bool(f.any()) for f in getattr(choice.checks, name)) for name in FOUND},
    )


def _n_covered(sequences: Sequences, positions: npt.NDArray[np.int64], most: int) -> int:
    """Return how many frames lie in these sequences; one in two of them counts once."""
    if not len(positions):
        return 0
    # Sequences of one video overlap only with their neighbours, so the frames that two share
    # are found by walking along the rows in order.
    order = np.lexsort((sequences.row[positions], sequences.video[positions]))
    video, row = sequences.video[positions][order], sequences.row[positions][order]
    gap = np.where(np.diff(video) == 0, np.diff(row), most)
    lengths = sequences.lengths[positions][order]
    return int(lengths[-1] + np.minimum(gap, lengths[:-1]).sum())
