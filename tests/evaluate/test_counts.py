"""What became of frames, sequences and videos."""

from __future__ import annotations

import dataclasses
from dataclasses import fields

import numpy as np
import pytest

from seqsel_core import Choice, Config, Selection, Unreadable, Video
from seqsel_core.checks import Checks
from seqsel_core.evaluate.counts import FOUND, Count, count
from seqsel_core.sequences import cut
from seqsel_core.video.types import Problem


def _choice(dataset, length: int, order: list[int], remainder: str = "drop", **flags) -> Choice:
    sequences = cut(dataset.frame_indices, length, remainder=remainder)
    clean = tuple(np.zeros(len(v.frames), np.bool_) for v in dataset.videos)
    checks = Checks(**{field.name: flags.get(field.name, clean) for field in fields(Checks)})
    nothing = np.zeros(len(order), np.float32)
    return Choice(
        dataset,
        Config.parse(["stopping_condition.n_samples=1"]),
        sequences,
        np.zeros((len(sequences), 2), np.float32),
        np.ones(len(sequences), np.bool_),
        checks,
        Selection(np.array(order, np.int64), nothing, nothing),
        (),
    )


def test_every_frame_is_counted_once(dataset) -> None:
    """Catches frames that are in no column, or in two, of the table in the report."""
    gap = [0, 1, 2, 4, 5, 6]  # frame 3 cannot be read
    data = dataset([range(7), gap, range(1)], [[], [Problem("3 cannot be read", 1)], []])
    lost = Video("lost", data.videos[0].video.path, 1, ("a", "b"), (data.videos[0].video.path,) * 2)
    data = dataclasses.replace(data, unreadable=(Unreadable(lost, "cannot be read"),))

    counts = count(_choice(data, 2, order=[1]))  # three sequences, then [0,2) and [4,6)

    assert counts.frames == Count(input=17, unreadable=3, left_out=4, removed=8, selected=2)
    assert counts.sequences == Count(5, 0, left_out=0, removed=4, selected=1)
    assert counts.videos == Count(4, 1, left_out=1, removed=1, selected=1)
    for c in (counts.frames, counts.sequences, counts.videos):
        assert c.input == c.unreadable + c.left_out + c.removed + c.selected


def test_frames_of_two_sequences_count_once(dataset) -> None:
    """Catches frames counted twice where the last sequence overlaps the one before."""
    data = dataset([range(7), range(3)])

    counts = count(_choice(data, 3, order=[2, 1, 3], remainder="overlap"))  # [3,6) [4,7) [0,3)

    assert (counts.frames.selected, counts.frames.removed, counts.frames.left_out) == (7, 3, 0)
    assert counts.sequences.input == 4


@pytest.mark.parametrize("name", FOUND)
def test_what_the_checks_found_is_counted_at_every_level(dataset, name: str) -> None:
    """Catches flags counted for frames only, or under the name of another."""
    data = dataset([range(4), range(4)])
    flags = (np.array([True, True, False, True]), np.zeros(4, np.bool_))

    counts = count(_choice(data, 2, order=[0], **{name: flags}))

    found = [counts.frames, counts.sequences, counts.videos]
    assert [getattr(level, name) for level in found] == [3, 2, 1]
    assert not any(getattr(level, other) for level in found for other in FOUND if other != name)
