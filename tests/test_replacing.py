"""Rejecting one selected sequence of a choice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from seqsel_core import Choice, Config, Dataset, EmbeddedVideo, Video, select
from seqsel_core.embed.measures import Measures
from seqsel_core.errors import InputError
from seqsel_core.replacing import Rejecting
from seqsel_core.store.shards import ShardInfo, ShardStore


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Two videos of 40 and 25 frames, in random directions."""
    store, items = ShardStore(tmp_path), []
    for number, count in enumerate((40, 25)):
        values = np.random.default_rng(number).standard_normal((count, 8)).astype(np.float32)
        writer = store.writer(f"{number:032x}", "key")
        for index, value in enumerate(values):
            row = (index, index, index / 10, 1000 * number + index, False, *Measures())
            writer.append(value / np.linalg.norm(value), row, b"")
        info = ShardInfo("key", "pyav", count, 8, 80, 48, (1, 10), count, ())
        video = Video(f"{number}.mp4", tmp_path / f"{number}.mp4", 1)
        items.append(EmbeddedVideo(video, f"{number:032x}", writer.finish(info)))
    return Dataset(tuple(items), (), "key")


def choose(dataset: Dataset, *words: str) -> Choice:
    """Select six sequences of five."""
    given = {word.partition("=")[0] for word in words}
    number = [] if "stopping_condition.n_samples" in given else ["stopping_condition.n_samples=30"]
    return select(dataset, Config.parse(["selected_sequence_length=5", *number, *words]))


@pytest.mark.parametrize("words", [[], ["stride=1"], ["max_per_video=4"], ["method=balanced"]])
def test_only_the_rejected_one_changes(dataset: Dataset, words: list[str]) -> None:
    """Catches others that move, a rule that the replacement breaks, and stale distances."""
    choice = choose(dataset, *words)
    for rank in range(6):
        new = Rejecting(choice).replaced(rank)
        kept = [span for at, span in enumerate(choice.selected) if at != rank]
        assert [span for at, span in enumerate(new.selected) if at != rank] == kept
        old, found = choice.selected[rank], new.selected[rank]
        assert found.video != old.video or found.stop <= old.start or found.start >= old.stop
        for span in kept:
            apart = found.video != span.video
            assert apart or found.stop <= span.start or found.start >= span.stop
        assert len(set(new.selected)) == 6
        again = select(dataset, new.config)
        assert again.selected == new.selected
        np.testing.assert_allclose(again.selection.radii, new.selection.radii, atol=1e-5)
        np.testing.assert_allclose(again.selection.distances, new.selection.distances, atol=1e-5)


def test_its_cost_is_that_of_the_new_choice(dataset: Dataset) -> None:
    """Catches a cost told for other sequences than those that are covered."""
    choice = choose(dataset)
    rejecting = Rejecting(choice)
    found = rejecting.replacement(3)
    new = rejecting.replaced(3)
    assert new.selection.order[3] == found.position
    np.testing.assert_allclose(new.selection.covering_radius, found.radius_after, atol=1e-5)


def test_one_may_be_rejected_after_another(dataset: Dataset) -> None:
    """Catches a rejected sequence that comes back as a later replacement."""
    choice = choose(dataset)
    rejected = set()
    for _ in range(4):
        rejected.add(choice.selected[0])
        choice = Rejecting(choice).replaced(0)
        assert not rejected & set(choice.selected)
    assert choice.config.rejected.count(",") == 3


def test_what_a_file_rejects_stays_rejected(dataset: Dataset, tmp_path: Path) -> None:
    """Catches a file name taken for a sequence where the next one is rejected."""
    listed = tmp_path / "rejected.txt"
    listed.write_text("0.mp4:0-5\n1.mp4:5-10\n")
    new = Rejecting(choose(dataset, f"rejected={listed}")).replaced(1)
    assert new.config.rejected.startswith("0.mp4:0-5,1.mp4:5-10,")
    assert select(dataset, new.config).selected == new.selected


def test_nothing_left_is_told(dataset: Dataset) -> None:
    """Catches the rejected one put back in silence."""
    choice = choose(dataset, "stopping_condition.n_samples=1.0")
    assert Rejecting(choice).replacement(2).position == -1
    with pytest.raises(InputError, match=r"Nothing can replace '\d\.mp4:\d+-\d+': .* other 12"):
        Rejecting(choice).replaced(2)
