"""embed_every: fewer frames through the network, everything else for every frame."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqsel_core import Choice, Config, embed
from seqsel_core.errors import ConfigError


def test_every_frame_is_stored_and_few_are_embedded(
    clips: Any, configure: Callable[..., Config], encoder: Any, tmp_path: Path
) -> None:
    """Catches frames, thumbnails or quality lost with the embeddings that are not computed."""
    clips.write(tmp_path / "in" / "a.mkv", 11)
    dataset = embed(configure("embed_every=4", "selected_sequence_length=5"))
    shard = dataset.videos[0].shard
    assert list(shard.frames["index"]) == list(range(11))
    assert len(set(shard.frames["pixel_hash"])) == 11
    assert all(shard.thumbnails(range(11)))
    assert [encoder.code(row) for row in shard.embeddings] == [0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8]
    assert len(encoder.batches) == 1


def test_a_sequence_is_the_mean_of_those_embedded_in_it(
    clips: Any, choose: Callable[..., Choice], encoder: Any, tmp_path: Path
) -> None:
    """Catches frames of the next sequence that count in the mean."""
    clips.write(tmp_path / "in" / "a.mkv", 12)
    choice = choose("embed_every=3", "selected_sequence_length=6")
    embeddings = choice.dataset.videos[0].shard.embeddings.astype(np.float32)
    for sequence, rows in enumerate(([0, 3], [6, 9])):
        mean = embeddings[rows].mean(axis=0)
        wanted = mean / np.linalg.norm(mean)
        np.testing.assert_allclose(choice.representations[sequence], wanted, atol=1e-6)


def test_they_are_kept_apart_from_all_embedded(
    clips: Any, configure: Callable[..., Config], encoder: Any, tmp_path: Path
) -> None:
    """Catches a run with every frame that takes what a quicker one stored."""
    clips.write(tmp_path / "in" / "a.mkv", 6)
    embed(configure("embed_every=2", "selected_sequence_length=2"))
    dataset = embed(configure("selected_sequence_length=2"))
    assert [encoder.code(row) for row in dataset.videos[0].shard.embeddings] == list(range(6))


def test_a_sequence_without_an_embedded_frame_is_refused() -> None:
    """Catches sequences described by no frame of their own."""
    words = ["embed_every=4", "selected_sequence_length=3", "stopping_condition.n_samples=3"]
    with pytest.raises(ConfigError, match=r"embed_every=4 .*selected_sequence_length=3.*at most 3"):
        Config.parse(words)
    with pytest.raises(ConfigError, match="embed_every=0 is too small"):
        Config.parse(["embed_every=0", "stopping_condition.n_samples=3"])
