"""Selections made by hand, of stored videos without content."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from seqsel_core import Choice, Config, Dataset, EmbeddedVideo, Video
from seqsel_core.checks import Checks
from seqsel_core.embed.measures import Measures
from seqsel_core.sequences import cut
from seqsel_core.store.shards import ShardInfo, ShardStore
from seqsel_core.video.types import Problem
from tests.select.selecting import select_sequences


@pytest.fixture
def dataset(tmp_path: Path) -> Callable[..., Dataset]:
    """Store videos with these frame indices each, and with these problems."""

    def make(
        indices: Sequence[Sequence[int]], problems: Sequence[Sequence[Problem]] = ()
    ) -> Dataset:
        store = ShardStore(tmp_path / uuid.uuid4().hex)
        videos = []
        for at, frames in enumerate(indices):
            writer = store.writer(f"{at:032x}", "none")
            for index in frames:
                row = (index, index, index / 10, index, False, *Measures())
                writer.append(np.ones(2, np.float32), row, b"")
            found = tuple(problems[at]) if problems else ()
            total = max(frames) + 1
            info = ShardInfo("none", "pyav", len(frames), 2, 64, 48, (1, 10), total, found)
            video = Video(f"{at}.mkv", tmp_path / f"{at}.mkv", 1)
            videos.append(EmbeddedVideo(video, f"{at:032x}", writer.finish(info)))
        return Dataset(tuple(videos), (), "none")

    return make


@pytest.fixture
def choice_of(dataset) -> Callable[..., Choice]:
    """Select some of these representations, each of one frame of one video."""

    def make(points, count: int, *, candidates=None, words: Sequence[str] = ()) -> Choice:
        points = np.asarray(points, np.float32)
        allowed = np.ones(len(points), np.bool_) if candidates is None else candidates
        data = dataset([range(len(points))])
        clean = (np.zeros(len(points), np.bool_),)
        checks = Checks(*[clean] * len(fields(Checks)))
        config = Config.parse(["stopping_condition.n_samples=1", *words])
        selection = select_sequences(points, allowed, count=count)
        sequences = cut(data.frame_indices, 1)
        return Choice(data, config, sequences, points, allowed, checks, selection, ())

    return make
