"""How many frames, sequences and videos there were, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seqsel_core.choice import Choice
from seqsel_core.sequences import Sequences, holds_any


@dataclass(frozen=True)
class Count:
    """What became of the frames, the sequences, or the videos.

    `input` = `unreadable` + `left_out` + `removed` + `selected`. Corrupt and duplicate ones
    are counted whether or not their check was on, and are among the others.

    Attributes:
        input: All that is known of.
        unreadable: Frames that could not be read (as far as known); videos with no readable
            frame. 0 for sequences: they are cut from what can be read.
        corrupt: Flagged by the corruptness check, or holding a frame that is.
        duplicate: Equal to an earlier frame, or holding a frame that is.
        left_out: Frames that fill no sequence; videos that give none. 0 for sequences.
        removed: Not selected: frames of such sequences; videos with no selected sequence.
        selected: Selected: frames of such sequences; videos with at least one.
    """

    input: int
    unreadable: int
    corrupt: int
    duplicate: int
    left_out: int
    removed: int
    selected: int


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
        corrupt=_n_flagged(choice.checks.corrupt),
        duplicate=_n_flagged(choice.checks.duplicate),
        left_out=dataset.n_frames - in_sequence,
        removed=in_sequence - selected,
        selected=selected,
    )


def _sequences(choice: Choice) -> Count:
    total, selected = len(choice.sequences), len(choice.selection)
    return Count(
        input=total,
        unreadable=0,
        corrupt=int(holds_any(choice.checks.corrupt, choice.sequences).sum()),
        duplicate=int(holds_any(choice.checks.duplicate, choice.sequences).sum()),
        left_out=0,
        removed=total - selected,
        selected=selected,
    )


def _videos(choice: Choice) -> Count:
    dataset, sequences = choice.dataset, choice.sequences
    cut = len(np.unique(sequences.video))
    selected = len(np.unique(sequences.video[choice.selection.order]))
    return Count(
        input=len(dataset.videos) + len(dataset.unreadable),
        unreadable=len(dataset.unreadable),
        corrupt=sum(bool(flags.any()) for flags in choice.checks.corrupt),
        duplicate=sum(bool(flags.any()) for flags in choice.checks.duplicate),
        left_out=len(dataset.videos) - cut,
        removed=cut - selected,
        selected=selected,
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
    return sequences.length + int(np.minimum(gap, sequences.length).sum())


def _n_flagged(flags: tuple[npt.NDArray[np.bool_], ...]) -> int:
    return sum(int(of_video.sum()) for of_video in flags)
