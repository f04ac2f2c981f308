"""What the report and the terminal say of a selection."""

from __future__ import annotations

import numpy as np
import pytest

from seqsel_core.evaluate.proof import prove


def _points(count: int, dimensions: int = 6, seed: int = 0) -> np.ndarray:
    points = np.random.default_rng(seed).standard_normal((count, dimensions))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


def test_every_encoder_gives_its_own_opinion(choice_of) -> None:
    """Catches a judge that looks with the eyes of the encoder that selected."""
    choice = choice_of(_points(60), 8)
    other = _points(60, 3, seed=1)

    proof = prove(choice, {"other": other})

    selecting, judge = proof.opinions
    assert (selecting.encoder, selecting.selecting) == ("none", True)
    assert (judge.encoder, judge.selecting) == ("other", False)
    for opinion, points in ((selecting, choice.representations), (judge, other)):
        apart = np.linalg.norm(points[:, None] - points[choice.selection.order], axis=2)
        near = apart.min(axis=1)
        assert opinion.verdict.selection.radius == pytest.approx(near.max(), abs=1e-4)
        assert opinion.verdict.versus["mean"].value == pytest.approx(near.mean(), abs=1e-4)
    assert [sentence.split(":")[0] for sentence in proof.sentences] == [
        "Seen by none, which selected",
        "Seen by other, which did not",
    ]


def test_one_encoder_needs_no_name(choice_of) -> None:
    """Catches a sentence that names encoders where there is only one."""
    proof = prove(choice_of(_points(60), 8))
    assert proof.sentences == [proof.opinions[0].verdict.sentence]
    assert proof.sentences[0].startswith("These 8 sequences cover the dataset")


def test_the_elbow_is_that_of_the_picks(choice_of) -> None:
    """Catches a suggested number that has nothing to do with the curve beside it."""
    scenes = np.repeat(np.eye(4, dtype=np.float32), 10, axis=0)
    scenes += 0.01 * _points(40, 4)

    proof = prove(choice_of(scenes, 12))

    assert proof.elbow == 4
    assert list(proof.radii) == sorted(proof.radii, reverse=True)
    assert proof.radii[3] < 0.05 < proof.radii[2]
    assert [size for size, _ in proof.random_radii] == list(range(1, 13))


def test_what_cannot_be_selected_is_no_video_missed(choice_of) -> None:
    """Catches a video of bad frames that the report says the selection does not reach."""
    candidates = np.zeros(20, np.bool_)
    candidates[5:15] = True
    proof = prove(choice_of(_points(20), 3, candidates=candidates))
    assert proof.videos == proof.opinions[0].verdict.selection.videos == 1


def test_nothing_selected_is_no_proof(choice_of) -> None:
    """Catches a crash, or a verdict, where there is nothing to judge."""
    assert prove(choice_of(_points(8), 0)) is None
