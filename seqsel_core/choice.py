"""A selection together with all that led to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seqsel_core.checks import Checks
from seqsel_core.config import Config
from seqsel_core.dataset import Dataset
from seqsel_core.select.constraints import Rules
from seqsel_core.select.selection import Selection
from seqsel_core.sequences import IntArray, Sequences, SequenceSpan


@dataclass(frozen=True)
class Choice:
    """A selection with all that led to it.

    Attributes:
        dataset: What was selected from.
        config: The options.
        sequences: All sequences, S of them.
        representations: Shape (S, D), float32.
        candidates: Which sequences could be selected, shape (S,), bool.
        checks: Corrupt and duplicate frames.
        selection: Positions in `sequences`, in the order picked.
        warnings: Sentences for people.
        cuts: For each video the indices of the frames that begin a new shot, where cuts were
            looked for; otherwise empty.
        n_pinned: How many of the first selected ones a person pinned.
        rules: What the selection had to keep besides its method; None: nothing.
    """

    dataset: Dataset
    config: Config
    sequences: Sequences
    representations: npt.NDArray[np.float32]
    candidates: npt.NDArray[np.bool_]
    checks: Checks
    selection: Selection
    warnings: tuple[str, ...]
    cuts: tuple[IntArray, ...] = ()
    n_pinned: int = 0
    rules: Rules | None = None

    @property
    def n_selected_frames(self) -> int:
        """Frames selected."""
        return int(self.sequences.lengths[self.selection.order].sum())

    @property
    def selected(self) -> list[SequenceSpan]:
        """The selected sequences in the order picked."""
        return [self.sequences[int(position)] for position in self.selection.order]
