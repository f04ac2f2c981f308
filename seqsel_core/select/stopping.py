"""How many sequences `n_samples` frames are."""

from __future__ import annotations

import math
from fractions import Fraction

from seqsel_core.errors import ConfigError


def n_sequences(n_samples: int | float, length: int, n_frames: int) -> int | None:
    """Return how many sequences to select, or None where `n_samples` is off.

    Args:
        n_samples: Frames to select, a multiple of `length`; or a float in [0, 1], the share of
            all frames, rounded up to the next multiple; or -1 for no limit.
        length: Frames per sequence.
        n_frames: Frames there are; what a share is a share of.

    Raises:
        ConfigError: `n_samples` is not a multiple of `length`, or out of range.
    """
    if n_samples == -1:
        return None
    if isinstance(n_samples, float):
        if not 0 <= n_samples <= 1:
            raise ConfigError(
                f"stopping_condition.n_samples={n_samples:g} is not a share from 0.0 to 1.0; "
                "for a number of frames give a whole number."
            )
        share = Fraction(str(n_samples))  # 0.1 is a tenth here, not 0.1000000000000000055
        return math.ceil(share * n_frames / length)
    if n_samples < 1:
        raise ConfigError(
            f"stopping_condition.n_samples={n_samples} is not possible: give at least "
            f"{length} (one sequence), a share from 0.0 to 1.0, or -1 for no limit."
        )
    if n_samples % length:
        below = n_samples // length * length
        nearest = f"{below} or {below + length}" if below else f"{length}"
        raise ConfigError(
            f"stopping_condition.n_samples={n_samples} is not a multiple of "
            f"selected_sequence_length={length}; the nearest that {'are' if below else 'is'}: "
            f"{nearest}."
        )
    return n_samples // length
