"""From a dataset to a selection: cut, check, describe, keep the rules, pick."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from seqsel_core.candidates import candidate_mask, why_none
from seqsel_core.checks import Checks, check_frames
from seqsel_core.choice import Choice
from seqsel_core.config import Config
from seqsel_core.cuts import cuts_of
from seqsel_core.dataset import Dataset
from seqsel_core.earlier import count_left, load_earlier, selected_before, taken_before
from seqsel_core.errors import ConfigError, InputError
from seqsel_core.progress import Progress, Silent
from seqsel_core.relevant import irrelevant_frames
from seqsel_core.representations import represent
from seqsel_core.rules import least_gap, rules_for, shortfall
from seqsel_core.select.constraints import Rules, Steered, most_selectable, steer
from seqsel_core.select.device import products_for
from seqsel_core.select.selection import Selection, order_of
from seqsel_core.select.spread import Before
from seqsel_core.select.stopping import n_sequences
from seqsel_core.sequences import IntArray, Sequences, cut, holds_any
from seqsel_core.store.datapool import PoolContent
from seqsel_core.weights import weights_of
from seqsel_core.wishes import (
    Spans,
    check_spans,
    pinned_positions,
    read_spans,
    refuse_contradictions,
    rejected_mask,
)


@dataclass(frozen=True)
class Cut:
    """The sequences of a dataset, and what stands for each.

    Attributes:
        sequences: S of them.
        points: Representations, shape (S, D), float32.
        cuts: For each video the indices of the frames that begin a new shot, where cuts were
            looked for; otherwise empty.
    """

    sequences: Sequences
    points: npt.NDArray[np.float32]
    cuts: tuple[IntArray, ...]


@dataclass(frozen=True)
class Pool:
    """What can be selected, and what a selection has to keep.

    Attributes:
        cut: All sequences.
        checks: What the checks found.
        candidates: Which may be selected, the pinned ones among them, shape (S,), bool.
        rules: What comes first, what lies too near, how many of each group.
        earlier: What a datapool holds.
        count: How many are to be selected; None: no limit.
        available: How many the rules allow at most.
        warnings: Sentences for people.
        before: What of it lies in this dataset, for method=uniform.
        weights: How welcome each is, shape (S,), float32; None: all alike.
    """

    cut: Cut
    checks: Checks
    candidates: npt.NDArray[np.bool_]
    rules: Rules
    earlier: PoolContent
    count: int | None
    available: int
    warnings: tuple[str, ...]
    before: Before | None = None
    weights: npt.NDArray[np.float32] | None = None


def select(
    dataset: Dataset,
    config: Config,
    progress: Progress | None = None,
    *,
    pinned: Spans = (),
    rejected: Spans = (),
) -> Choice:
    """Select the most diverse sequences of a dataset.

    Args:
        dataset: From `embed`.
        config: Uses the options of sequences, checks, method, steering and stopping.
        progress: Told how far it is.
        pinned: Sequences selected first, in this order, after those of `config.pinned`: rows
            (video, start, stop), the video as its position in the dataset.
        rejected: Sequences kept out, besides those of `config.rejected`.

    Raises:
        ConfigError: An option cannot be fulfilled on this dataset.
        InputError: No sequence is left to select from.
    """
    progress = progress or Silent()
    pool = pool_of(dataset, config, cut_up(dataset, config), pinned=pinned, rejected=rejected)
    progress.stage("selecting", min(pool.available, pool.count or pool.available), "sequences")
    selection = steer(
        order_in(pool, config, config.device),
        _limit(pool),
        config.stopping_condition.min_distance,
        progress.advance,
    )
    return choice_of(dataset, config, pool, selection)


def cut_up(dataset: Dataset, config: Config) -> Cut:
    """Cut a dataset into sequences, and describe each.

    Uses the options length, stride, remainder, avoid_cuts, representation and
    normalize_embeddings only.

    Raises:
        ConfigError: There is no sequence of that length.
    """
    if not dataset.embeddings[0].shape[1]:
        raise ConfigError("encoder=none embeds nothing: bring your own with embeddings=FILE.")
    cuts = cuts_of(dataset) if config.avoid_cuts else ()
    sequences = cut(
        dataset.frame_indices,
        config.selected_sequence_length,
        stride=None if config.stride == -1 else config.stride,
        remainder=config.remainder,
        barriers=cuts or None,
    )
    if not len(sequences):
        raise ConfigError(_too_long(dataset, config))
    points = represent(
        dataset.embeddings,
        sequences,
        representation=config.representation,
        normalize=config.normalize_embeddings,
    )
    return Cut(sequences, points, cuts)


def pool_of(
    dataset: Dataset,
    config: Config,
    cut: Cut,
    *,
    checks: Checks | None = None,
    pinned: Spans = (),
    rejected: Spans = (),
) -> Pool:
    """Return what can be selected, by all options of checks and steering.

    Args:
        dataset: From `embed`.
        config: The options.
        cut: From `cut_up` with the same options.
        checks: What the checks found, where it is known already.
        pinned: As `select`.
        rejected: As `select`.

    Raises:
        ConfigError: An option cannot be fulfilled on this dataset.
        InputError: No sequence is left to select from.
    """
    count = n_sequences(
        config.stopping_condition.n_samples, config.selected_sequence_length, dataset.n_frames
    )
    warnings = [*dataset.warnings, *_too_short(dataset, cut.sequences)]
    if checks is None:
        checks = check_frames(
            [video.frames for video in dataset.videos],
            config.corruptness_check.corruption_threshold,
            config.quality,
        )
    candidates, first, earlier, places = _candidates(
        dataset, config, cut.sequences, checks, pinned, rejected, warnings
    )
    taken = np.zeros(len(dataset.videos), np.int64)
    if config.datapool.in_n_samples:
        taken = taken_before(dataset, earlier)
        count = count and count_left(count, config.selected_sequence_length, earlier, config)
    rules = rules_for(
        dataset, config, cut.sequences, candidates, pinned=first, count=count, taken=taken
    )
    warnings += _exempt(dataset, config, cut.sequences, candidates)
    available = most_selectable(candidates, rules)
    if count is not None and count > available and rules.frames is None:
        warnings.append(
            f"{count} sequences were asked for, but only {available} can be selected; "
            "all of them are."
        )
    return Pool(
        *(cut, checks, candidates, rules, earlier, count, available, tuple(warnings)),
        before=Before(places, taken_before(dataset, earlier)) if earlier.keys else None,
        weights=weights_of(dataset, config, cut.sequences, cut.points, candidates),
    )


def order_in(pool: Pool, config: Config, device: str = "cpu") -> Steered:
    """Return the order in which sequences are picked, with nothing but the pinned ones picked.

    On another `device` than the CPU the picks are the same; see `products_for`.
    """
    limit = _limit(pool)
    greedy = order_of(
        pool.cut.points,
        pool.candidates,
        method=config.method,
        count=limit,
        min_distance=config.stopping_condition.min_distance,
        start=config.start,
        seed=config.seed,
        balance=config.balance,
        videos=pool.cut.sequences.video,
        centres=pool.earlier.vectors,
        before=pool.before,
        weights=pool.weights,
        products=products_for(device, pool.cut.points),
    )
    return Steered(greedy, pool.candidates, pool.rules, None if pool.count is None else limit)


def choice_of(dataset: Dataset, config: Config, pool: Pool, selection: Selection) -> Choice:
    """Return a selection with all that led to it.

    Raises:
        ConfigError: The selection lacks what the options demand.
    """
    if missing := shortfall(dataset, config, pool.rules, selection.order):
        raise ConfigError(missing)
    warnings = list(pool.warnings)
    if pool.count is not None and config.stopping_condition.min_distance == -1:
        wanted = min(pool.count, pool.available)
        warnings += _fewer(pool.cut.sequences, selection, pool.rules, wanted)
    return Choice(
        dataset,
        config,
        pool.cut.sequences,
        pool.cut.points,
        pool.candidates,
        pool.checks,
        selection,
        tuple(warnings),
        pool.cut.cuts,
        len(pool.rules.pinned),
        pool.rules,
    )


def _limit(pool: Pool) -> int:
    """Return how many are picked at most."""
    most = int(pool.candidates.sum())
    # With remainder='keep' the frames are counted, not the sequences.
    return most if pool.count is None or pool.rules.frames is not None else min(pool.count, most)


def _candidates(
    dataset: Dataset,
    config: Config,
    sequences: Sequences,
    checks: Checks,
    pinned: Spans,
    rejected: Spans,
    warnings: list[str],
) -> tuple[npt.NDArray[np.bool_], IntArray, PoolContent, npt.NDArray[np.bool_]]:
    """Return what can be selected, the pinned ones, earlier selections and what they take away.

    Adds to `warnings`.

    Raises:
        ConfigError: What is pinned or rejected is not there, or contradicts itself.
        InputError: Nothing is left.
    """
    candidates = candidate_mask(
        sequences,
        checks,
        enable_corruptness_check=config.enable_corruptness_check,
        remove_exact_duplicates=config.remove_exact_duplicates,
        remove_blurred=config.remove_blurred,
        remove_frozen=config.remove_frozen,
    )
    if config.relevant_filenames_file:
        irrelevant = irrelevant_frames(dataset, Path(config.relevant_filenames_file))
        candidates &= ~holds_any(irrelevant, sequences)
    first = read_spans(dataset, "pinned", config.pinned) if config.pinned else []
    first += check_spans(dataset, "pinned", pinned)
    out = read_spans(dataset, "rejected", config.rejected) if config.rejected else []
    out += check_spans(dataset, "rejected", rejected)
    positions = pinned_positions(dataset, sequences, first)
    kept_out = rejected_mask(sequences, out)
    refuse_contradictions(dataset, sequences, positions, kept_out, least_gap(config))
    earlier = load_earlier(dataset, config)
    before = selected_before(dataset, sequences, earlier, least_gap(config))
    if before[positions].any():
        warnings.append(
            f"{int(before[positions].sum())} of {len(positions)} pinned sequences are in the "
            f"datapool '{config.datapool.name}' already, or too near to one that is: they are "
            "not selected again."
        )
        positions = positions[~before[positions]]
    candidates[positions] = True
    remaining = candidates & ~before
    if not remaining.any():
        raise InputError(why_none(sequences, checks, config))
    if not (remaining & ~kept_out).any():
        raise InputError(
            f"All {int(remaining.sum())} of {len(sequences)} sequences that can be selected are "
            f"rejected, or share frames with one of the {len(out)} that are: reject fewer."
        )
    return remaining & ~kept_out, positions, earlier, candidates & before


def _fewer(sequences: Sequences, selection: Selection, rules: Rules, count: int) -> list[str]:
    """Say where fewer are selected than there is room for, as what is left does not fit in."""
    if rules.frames is not None:
        frames = int(sequences.lengths[selection.order].sum())
        if frames == rules.frames:
            return []
        return [
            f"{rules.frames} frames were asked for, {frames} are selected: no sequence is left "
            f"that can be selected and has at most {rules.frames - frames} (remainder=keep)."
        ]
    if len(selection) < count:
        return [
            f"{count} sequences can be selected, but only {len(selection)} are: what is left lies "
            "too near to them (stride, min_gap), or the method gives no more."
        ]
    return []


def _exempt(
    dataset: Dataset, config: Config, sequences: Sequences, candidates: npt.NDArray[np.bool_]
) -> list[str]:
    """Say of which videos nothing can be selected, where every video should give something."""
    if config.min_per_video == -1 and config.even_over != "video":
        return []
    empty = np.setdiff1d(sequences.video, sequences.video[candidates])
    if not len(empty):
        return []
    return [
        f"Of {len(empty)} of {len(dataset.videos)} videos no sequence can be selected, for example "
        f"of '{dataset.videos[empty[0]].video.name}': the least number per video leaves them out."
    ]


def _too_long(dataset: Dataset, config: Config) -> str:
    length = config.selected_sequence_length
    longest = max(dataset.videos, key=lambda v: v.shard.info.n_frames)
    frames = longest.shard.info.n_frames
    if frames >= length:
        gap = f"every sequence of {length} frames holds one that cannot be read"
        if config.avoid_cuts:
            gap += " or goes over a scene cut"
        return f"selected_sequence_length={length} is too long: {gap}."
    return (
        f"selected_sequence_length={length} is longer than every video: the longest, "
        f"'{longest.video.name}', has {frames} frames. Use a length of at most {frames}."
    )


def _too_short(dataset: Dataset, sequences: Sequences) -> list[str]:
    if not sequences.too_short:
        return []
    count = len(sequences.too_short)
    example = dataset.videos[sequences.too_short[0]].video.name
    return [
        f"{count} of {len(dataset.videos)} videos are shorter than {sequences.length} frames and "
        f"give no sequence, for example '{example}'."
    ]
