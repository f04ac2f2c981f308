"""Weights of sequences: scores, strengths, and the options that ask for them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from seqsel_core import config as options
from seqsel_core.config import Config
from seqsel_core.dataset import Dataset
from seqsel_core.errors import ConfigError
from seqsel_core.select.selection import WEIGHTED
from seqsel_core.select.typicality import typicality
from seqsel_core.sequences import cut
from seqsel_core.weights import sharpness, weights_of


def dataset_of(*videos: list[float]) -> Dataset:
    """Return what stands for videos whose frames have these values of sharpness."""
    tables = [np.array([(v,) for v in video], [("sharpness", "f4")]) for video in videos]
    items = [SimpleNamespace(frames=table) for table in tables]
    return cast(Dataset, SimpleNamespace(videos=items))


def config_of(**strengths: float) -> Config:
    """Return a configuration with these strengths."""
    words = [f"{name}={value}" for name, value in strengths.items()]
    return Config.parse([*words, "stopping_condition.n_samples=2"])


def test_sharpness_is_a_share_of_what_is_usual_in_the_video() -> None:
    """Catches a soft video that is punished as a whole, sums over other frames, and NaN."""
    dataset = dataset_of([10, 10, 4, 6, 20, 20], [1, 1, 1, 1], [np.nan, np.nan], [0, 0])
    sequences = cut([np.arange(6), np.arange(4), np.arange(2), np.arange(2)], 2)
    scores = sharpness(dataset, sequences)
    np.testing.assert_allclose(scores, [1, 0.5, 1, 1, 1, 1, 1])


def test_a_black_sequence_can_still_be_picked() -> None:
    """Catches a weight of 0, with which nothing is ever picked, or in any order."""
    scores = sharpness(dataset_of([10, 10, 0]), cut([np.arange(3)], 1))
    np.testing.assert_allclose(scores, [1, 1, 0.001])


def test_weights_are_the_product_of_scores_with_their_strengths() -> None:
    """Catches strengths that are mixed up, or that multiply."""
    points = np.random.default_rng(0).standard_normal((3, 4)).astype(np.float32)
    dataset, sequences = dataset_of([10, 10, 5]), cut([np.arange(3)], 1)
    all_three = np.ones(3, np.bool_)

    def weights(**strengths: float) -> Any:
        return weights_of(dataset, config_of(**strengths), sequences, points, all_three)

    assert weights() is None
    typical = typicality(points, all_three)
    np.testing.assert_allclose(weights(typicality=2), typical**2, rtol=1e-5)
    sharp = np.array([1, 1, 0.5])
    np.testing.assert_allclose(weights(typicality=1, sharpness=3), typical * sharp**3, rtol=1e-5)


@pytest.mark.parametrize("name", ["typicality", "sharpness"])
def test_strengths_that_cannot_be_are_refused(name: str) -> None:
    """Catches weights that are ignored without a word, or that prefer the blurred."""
    with pytest.raises(ConfigError, match=f"{name}=-1 is not a number of at least 0"):
        Config.parse([f"{name}=-1", "stopping_condition.n_samples=2"])
    with pytest.raises(ConfigError, match=f"{name} is for method=coreset, .*method=random"):
        Config.parse([f"{name}=1", "method=random", "stopping_condition.n_samples=2"])


def test_the_options_know_which_methods_take_weights() -> None:
    """Catches a method that the options allow and the selection refuses."""
    assert options.WEIGHTED == WEIGHTED
