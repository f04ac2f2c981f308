"""Cutting videos and averaging embeddings, against loops that can be checked by eye."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqsel_core.sequences import Sequences, SequenceSpan, cut, holds_any, pool

Indices = Sequence[npt.NDArray[np.int64]]


def whole(*counts: int) -> Indices:
    """Return the frame indices of videos without unreadable frames."""
    return [np.arange(count) for count in counts]


def spans(sequences: Sequences) -> list[tuple[int, int, int]]:
    """Return (video, start, stop) of every sequence."""
    return [tuple(span) for span in sequences]


def expected_spans(
    frame_indices: Indices,
    length: int,
    remainder: str,
    stride: int | None = None,
    barriers: Indices | None = None,
) -> list[tuple[int, ...]]:
    """Cut by a plain loop."""
    found: list[tuple[int, ...]] = []
    for video, indices in enumerate(frame_indices):
        readable = set(indices.tolist())
        count = max(readable) + 1 if readable else 0
        inner = [] if barriers is None else [at for at in barriers[video] if 0 < at < count]
        for begin, end in pairwise([0, *inner, count]):
            shot = [
                (start, start + length)
                for start in range(begin, end, stride or length)
                if start + length <= end
            ]
            reached = shot[-1][1] if shot else begin
            if remainder == "overlap" and shot and reached < end:
                shot.append((end - length, end))
            following = max(reached, shot[-1][0] + (stride or length)) if shot else begin
            if remainder == "keep" and following < end:
                shot.append((following, end))
            found += [(video, *span) for span in shot if readable.issuperset(range(*span))]
    return found


# Videos of up to 25 frames in which any frame may be unreadable.
_videos = st.lists(
    st.sets(st.integers(0, 24)).map(lambda frames: np.array(sorted(frames), np.int64)), max_size=5
)
_remainders = st.sampled_from(["drop", "overlap", "keep"])
_strides = st.none() | st.integers(1, 9)
_barriers = st.lists(st.integers(0, 26), unique=True).map(sorted)


def test_no_sequence_crosses_from_one_video_into_another() -> None:
    """Catches cutting the frames of all videos as one long run."""
    sequences = cut(whole(7, 5, 4), 3)
    assert spans(sequences) == [(0, 0, 3), (0, 3, 6), (1, 0, 3), (2, 0, 3)]
    assert sequences.left_out == 1 + 2 + 1
    assert sequences[1] == SequenceSpan(0, 3, 6)
    assert len(sequences) == 4


def test_single_frames_are_sequences_too() -> None:
    """Catches a length of 1, the default, treated as a special case."""
    assert spans(cut(whole(2, 1), 1)) == [(0, 0, 1), (0, 1, 2), (1, 0, 1)]


def test_frames_at_the_end_are_dropped_and_counted() -> None:
    """Catches a last sequence that is shorter than the others."""
    sequences = cut(whole(10), 4)
    assert spans(sequences) == [(0, 0, 4), (0, 4, 8)]
    assert sequences.left_out == 2


def test_overlap_ends_on_the_last_frame() -> None:
    """Catches frames lost at the end with remainder=overlap."""
    sequences = cut(whole(10, 8), 4, remainder="overlap")
    assert spans(sequences) == [(0, 0, 4), (0, 4, 8), (0, 6, 10), (1, 0, 4), (1, 4, 8)]
    assert sequences.left_out == 0


def test_the_end_may_be_a_shorter_sequence() -> None:
    """Catches remainder=keep that drops the end, fills it up, or makes one of no frames."""
    sequences = cut(whole(10, 8, 3, 0), 4, remainder="keep")
    assert spans(sequences) == [(0, 0, 4), (0, 4, 8), (0, 8, 10), (1, 0, 4), (1, 4, 8), (2, 0, 3)]
    assert sequences.lengths.tolist() == [4, 4, 2, 4, 4, 3]
    assert sequences.left_out == 0
    assert sequences.too_short == (3,)


def test_a_stride_moves_the_start() -> None:
    """Catches a stride counted from the end of a sequence in place of its start."""
    assert spans(cut(whole(9), 4, stride=2)) == [(0, 0, 4), (0, 2, 6), (0, 4, 8)]
    apart = cut(whole(12), 2, stride=5)
    assert spans(apart) == [(0, 0, 2), (0, 5, 7), (0, 10, 12)]
    assert apart.left_out == 6


def test_no_sequence_goes_over_a_barrier() -> None:
    """Catches a cut inside a sequence, and a grid that goes on as if there were none."""
    barriers = [np.array([5, 7]), np.array([], np.int64)]
    sequences = cut(whole(12, 4), 2, barriers=barriers)
    assert spans(sequences) == [
        *[(0, 0, 2), (0, 2, 4), (0, 5, 7), (0, 7, 9), (0, 9, 11)],
        *[(1, 0, 2), (1, 2, 4)],
    ]
    assert sequences.left_out == 2


@pytest.mark.parametrize("remainder", ["drop", "overlap"])
def test_videos_that_are_too_short_are_named(remainder: str) -> None:
    """Catches a negative start where a video is shorter than a sequence."""
    sequences = cut(whole(3, 4, 0, 9), 4, remainder=remainder)
    assert sequences.too_short == (0, 2)
    assert {span.video for span in sequences} == {1, 3}


def test_a_sequence_with_a_hole_is_left_out() -> None:
    """Catches sequences of frames that are neighbours in the table but not in the folder."""
    indices = [np.array([0, 1, 2, 4, 5, 6, 7, 8])]  # 3 cannot be read
    sequences = cut(indices, 3)
    assert spans(sequences) == [(0, 0, 3), (0, 6, 9)]
    assert sequences.row.tolist() == [0, 5]
    assert sequences.left_out == 2


def test_nothing_gives_nothing() -> None:
    """Catches an error on an empty dataset."""
    for indices in ([], whole(0), whole(2)):
        sequences = cut(indices, 3)
        assert len(sequences) == 0
        assert list(sequences) == []


@given(_videos, st.integers(1, 6), _remainders, _strides, st.booleans(), st.data())
def test_cutting_is_that_of_a_plain_loop(
    videos: Indices,
    length: int,
    remainder: str,
    stride: int | None,
    parted: bool,
    data: st.DataObject,
) -> None:
    """Catches any sequence lost, doubled, with a gap, across a border or over a cut."""
    drawn = [np.array(data.draw(_barriers), np.int64) for _ in videos]
    barriers = drawn if parted else None
    sequences = cut(videos, length, remainder=remainder, stride=stride, barriers=barriers)
    expected = expected_spans(videos, length, remainder, stride, barriers)
    assert spans(sequences) == expected
    stops = sequences.stop
    assert stops.tolist() == [stop for _, _, stop in expected]
    overlapping = any(
        one != two and one[0] == two[0] and one[1] < two[2] and two[1] < one[2]
        for one in expected
        for two in expected
    )
    assert sequences.overlapping == overlapping
    assert sequences.of_one_length == all(stop - start == length for _, start, stop in expected)
    covered = {(video, frame) for video, start, stop in expected for frame in range(start, stop)}
    assert sequences.left_out == sum(map(len, videos)) - len(covered)
    for span, row in zip(sequences, sequences.row, strict=True):
        rows = videos[span.video][row : row + span.stop - span.start]
        assert rows.tolist() == list(range(span.start, span.stop))


def test_averages_are_those_of_a_plain_loop() -> None:
    """Catches a reshape across the dropped frames of a video, or with the axes exchanged."""
    generator = np.random.default_rng(0)
    embeddings = [generator.standard_normal((count, 5)).astype(np.float32) for count in (7, 11, 3)]
    sequences = cut(whole(7, 11, 3), 3, remainder="overlap")
    pooled = pool(embeddings, sequences)
    assert pooled.dtype == np.float32
    for span, representation in zip(sequences, pooled, strict=True):
        mean = np.zeros(5, np.float64)
        for frame in range(span.start, span.stop):
            mean += embeddings[span.video][frame]
        mean /= 3
        np.testing.assert_allclose(representation, mean / np.linalg.norm(mean), atol=1e-6)


def test_averages_skip_unreadable_frames() -> None:
    """Catches the index of a frame taken for its row in the embeddings."""
    indices = [np.array([1, 2, 3, 4, 5, 7, 8])]
    embeddings = [np.eye(9, dtype=np.float32)[indices[0]]]
    pooled = pool(embeddings, cut(indices, 2), normalize=False)
    assert pooled.nonzero()[1].reshape(-1, 2).tolist() == [[2, 3], [4, 5]]


def test_without_normalisation_the_average_stays_as_it_is() -> None:
    """Catches normalize_embeddings=False ignored: the reference keeps the plain mean."""
    embeddings = [np.array([[1, 0], [0, 1]], np.float32)]
    sequences = cut(whole(2), 2)
    np.testing.assert_allclose(pool(embeddings, sequences, normalize=False), [[0.5, 0.5]])
    np.testing.assert_allclose(pool(embeddings, sequences), [[0.5**0.5, 0.5**0.5]], rtol=1e-6)


def test_opposite_embeddings_give_zero() -> None:
    """Catches a division by zero, which would make NaN and stop the selection."""
    embeddings = [np.array([[1, 0], [-1, 0]], np.float32)]
    assert pool(embeddings, cut(whole(2), 2)).tolist() == [[0, 0]]


def test_half_precision_is_averaged_in_single(tmp_path: Path) -> None:
    """Catches sums in float16, which lose digits or overflow, and maps that are not read."""
    values = np.random.default_rng(0).random((4096, 2)).astype(np.float16)
    values[:, 1] = 60_000
    values.tofile(tmp_path / "embeddings.f16")
    mapped = np.memmap(tmp_path / "embeddings.f16", "<f2", "r", shape=(4096, 2))
    pooled = pool([mapped], cut(whole(4096), 4096), normalize=False)
    np.testing.assert_allclose(pooled, [values.mean(axis=0, dtype=np.float64)], rtol=1e-6)


def test_long_videos_are_averaged_piece_by_piece() -> None:
    """Catches a wrong border between pieces."""
    count = 600_000
    embeddings = [np.arange(count, dtype=np.float32)[:, None]]
    pooled = pool(embeddings, cut(whole(count), 1), normalize=False)
    np.testing.assert_array_equal(pooled[:, 0], np.arange(count))


def test_no_sequence_gives_no_representation() -> None:
    """Catches an error where every video is too short."""
    assert pool([np.ones((2, 4), np.float32)], cut(whole(2), 3)).shape == (0, 4)


@given(_videos, st.integers(1, 6), _remainders, st.integers(0, 2**32 - 1))
def test_flags_are_those_of_a_plain_loop(
    videos: Indices, length: int, remainder: str, seed: int
) -> None:
    """Catches a flagged frame at the border of a sequence that is missed, or counted twice."""
    generator = np.random.default_rng(seed)
    flags = [generator.random(len(indices)) < 0.2 for indices in videos]
    flagged = {
        (video, int(index))
        for video, indices in enumerate(videos)
        for index in indices[flags[video]]
    }
    sequences = cut(videos, length, remainder=remainder)
    expected = [
        any((span.video, frame) in flagged for frame in range(span.start, span.stop))
        for span in sequences
    ]
    assert holds_any(flags, sequences).tolist() == expected


def test_threads_average_what_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches videos that are written into each other's places."""
    frames = [np.random.default_rng(at).standard_normal((30 + at, 6)) for at in range(9)]
    sequences = cut(whole(*map(len, frames)), 4, stride=3)
    alone = pool(frames, sequences)
    monkeypatch.setattr("seqsel_core.sequences._LARGE", 0)
    monkeypatch.setattr("seqsel_core.sequences._THREADS", 3)
    assert (pool(frames, sequences) == alone).all()
    first = np.flatnonzero(sequences.video == 3)[2]
    mean = frames[3][6:10].mean(axis=0)
    np.testing.assert_allclose(alone[first], mean / np.linalg.norm(mean), atol=1e-6)


def test_what_can_be_read_is_not_mapped() -> None:
    """Catches rows of another video, or beside those asked for; and a file mapped after all."""

    class Stored(list[np.ndarray]):
        def read(self, at: int, first: int, stop: int) -> np.ndarray:
            return np.array(frames[at][first:stop])

    frames = [np.random.default_rng(at).standard_normal((30 + at, 6)) for at in range(4)]
    sequences = cut(whole(*map(len, frames)), 4, stride=3)
    stored = Stored(np.full_like(of_video, np.nan) for of_video in frames)
    assert (pool(stored, sequences) == pool(frames, sequences)).all()
