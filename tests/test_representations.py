"""Vectors of sequences, against plain loops in float64."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqsel_core import representations
from seqsel_core.representations import represent
from seqsel_core.sequences import Sequences, cut, pool


def unit(vectors: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the rows at unit length."""
    shorter: npt.NDArray[Any] = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return shorter


def random_units(count: int, dimensions: int = 6, seed: int = 0) -> npt.NDArray[np.float32]:
    """Return random unit vectors."""
    values = np.random.default_rng(seed).standard_normal((count, dimensions))
    return unit(values).astype(np.float32)


def frames_of(
    embeddings: list[npt.NDArray[np.float32]], sequences: Sequences
) -> list[npt.NDArray[np.float64]]:
    """Return the embeddings of every sequence, by a plain loop."""
    return [
        embeddings[video][row : row + length].astype(np.float64)
        for video, row, length in zip(
            sequences.video, sequences.row, sequences.lengths, strict=True
        )
    ]


@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=4),
    st.integers(1, 9),
    st.integers(1, 12),
    st.sampled_from(["drop", "overlap", "keep"]),
    st.integers(1, 8),
)
def test_means_are_those_of_a_plain_loop(
    counts: list[int], length: int, stride: int, remainder: str, piece: int
) -> None:
    """Catches any window that loses, doubles or borrows a frame, also at borders of pieces."""
    embeddings = [random_units(count, 3, seed) for seed, count in enumerate(counts)]
    indices = [np.arange(count) for count in counts]
    sequences = cut(indices, length, stride=stride, remainder=remainder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(representations, "_PIECE", piece * 8 * 3)
        found = represent(embeddings, sequences, normalize=False)
    expected = [part.mean(axis=0) for part in frames_of(embeddings, sequences)]
    np.testing.assert_allclose(found, np.reshape(expected, found.shape), atol=1e-7)


def test_side_by_side_is_the_pool() -> None:
    """Catches the default represented in another way than the pages do."""
    embeddings = [random_units(23), random_units(9, seed=1)]
    sequences = cut([np.arange(23), np.arange(9)], 4)
    np.testing.assert_array_equal(represent(embeddings, sequences), pool(embeddings, sequences))


def test_prefix_sums_keep_their_digits_in_long_videos() -> None:
    """Catches prefix sums in float32: after 200,000 frames they lose a mean's third digit."""
    frames = random_units(200_000, 4) * np.float32(0.01) + np.float32(0.5)
    sequences = cut([np.arange(len(frames))], 7, stride=1)
    found = represent([frames], sequences, normalize=False)
    rows = sequences.row[:, None] + np.arange(7)
    expected = frames.astype(np.float64)[rows].mean(axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-7)


def test_memory_is_bounded_by_the_result(tmp_path: Any) -> None:
    """Catches the frames of all windows, or of the video, gathered in memory at once."""
    frames = np.memmap(tmp_path / "f16", np.float16, "w+", shape=(40_000, 256))
    frames[:] = np.float16(0.0625)
    sequences = cut([np.arange(40_000)], 2000, stride=50)
    tracemalloc.start()
    found = represent([frames], sequences)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found) == 761
    np.testing.assert_allclose(found, 0.0625, rtol=1e-6)
    assert peak < 80e6  # in float32 the video has 41 MB, all windows 1.6 GB


def test_motion_is_mean_spread_and_difference() -> None:
    """Catches parts exchanged, weighed differently than told, or taken over other frames."""
    embeddings = [random_units(11), random_units(7, seed=1)]
    sequences = cut([np.arange(11), np.arange(7)], 4, remainder="keep")
    found = represent(embeddings, sequences, representation="motion")
    plain = represent(embeddings, sequences, representation="motion", normalize=False)
    assert found.dtype == np.float32
    for part, vector, raw in zip(frames_of(embeddings, sequences), found, plain, strict=True):
        mean, spread, half = part.mean(axis=0), part.std(axis=0), (part[-1] - part[0]) / 2
        np.testing.assert_allclose(raw, np.concatenate([mean, spread, half]), atol=1e-6)
        expected = unit(np.concatenate([unit(mean), spread, half]))
        np.testing.assert_allclose(vector, expected, atol=1e-6)


def test_motion_tells_directions_and_standstill_apart() -> None:
    """Catches a representation that, as the mean, cannot tell these three scenes apart."""
    left, right = np.array([1.0, 0]), np.array([0, 1.0])
    ways = np.linspace(0, 1, 5)[:, None]
    there = unit(left * (1 - ways) + right * ways)
    still = np.repeat(unit(there.mean(axis=0))[None], 5, axis=0)
    embeddings = [part.astype(np.float32) for part in (there, there[::-1], still)]
    sequences = cut([np.arange(5)] * 3, 5)
    means = represent(embeddings, sequences)
    np.testing.assert_allclose(means - means[0], 0, atol=1e-6)
    moving = represent(embeddings, sequences, representation="motion")
    apart = np.linalg.norm(moving[:, None] - moving[None], axis=2)
    assert apart[np.triu_indices(3, 1)].min() > 0.4
    np.testing.assert_allclose(np.linalg.norm(moving, axis=1), 1, rtol=1e-6)


def test_single_frames_have_no_motion() -> None:
    """Catches noise in place of zeros, which would be a difference between equal frames."""
    frames = random_units(3)
    moving = represent([frames], cut([np.arange(3)], 1), representation="motion")
    np.testing.assert_allclose(moving, np.pad(frames, ((0, 0), (0, 12))), atol=1e-6)


def test_nothing_gives_nothing() -> None:
    """Catches an error where no sequence is left."""
    sequences = cut([np.arange(2)], 3)
    assert represent([random_units(2)], sequences, representation="motion").shape == (0, 18)
