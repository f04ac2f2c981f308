"""Which sequences may be selected, and what kept the others out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from seqsel_core.checks import Checks, Flags
from seqsel_core.config import Config
from seqsel_core.output.readable import plural
from seqsel_core.sequences import Sequences, holds_any


def candidate_mask(
    sequences: Sequences,
    checks: Checks,
    *,
    enable_corruptness_check: bool,
    remove_exact_duplicates: bool,
    remove_blurred: bool = False,
    remove_frozen: bool = False,
) -> npt.NDArray[np.bool_]:
    """Return which sequences hold no frame that an enabled check flags, shape (S,), bool."""
    candidates = np.ones(len(sequences), np.bool_)
    for enabled, flags in (
        (enable_corruptness_check, checks.corrupt),
        (remove_exact_duplicates, checks.duplicate),
        (remove_blurred, checks.blurred),
        (remove_frozen, checks.frozen),
    ):
        if enabled:
            candidates &= ~holds_any(flags, sequences)
    return candidates


def why_none(sequences: Sequences, checks: Checks, config: Config) -> str:
    """Return a sentence that says why none of these sequences can be selected.

    The numbers are of the frames that lie in them; a frame that several hold counts once.
    """
    found = []
    for option, flags, what in (
        ("enable_corruptness_check", checks.corrupt, "corrupt"),
        ("remove_exact_duplicates", checks.duplicate, "duplicate"),
        ("remove_blurred", checks.blurred, "blurred"),
        ("remove_frozen", checks.frozen, "frozen"),
    ):
        frames = _held(flags, sequences) if getattr(config, option) else 0
        if frames:
            them = "it" if frames == 1 else "them"
            found.append(f"{plural(frames, f'{what} frame')} ({option}=False keeps {them})")
    if config.relevant_filenames_file:
        found.append(f"frames that {config.relevant_filenames_file} does not name")
    if config.datapool.name:
        found.append(f"the datapool '{config.datapool.name}'")
    count = len(sequences)
    which = "The only sequence cannot" if count == 1 else f"None of the {count:,} sequences can"
    return f"{which} be selected: left out for {' and '.join(found)}."


def _held(flags: Flags, sequences: Sequences) -> int:
    """Return how many flagged frames lie in at least one sequence."""
    count = 0
    for video, of_video in enumerate(flags):
        rows = sequences.row[sequences.video == video]
        ends = rows + sequences.lengths[sequences.video == video]
        steps = np.zeros(len(of_video) + 1, np.int64)
        np.add.at(steps, rows, 1)
        np.add.at(steps, ends, -1)
        count += int((of_video & (np.cumsum(steps[:-1]) > 0)).sum())
    return count
