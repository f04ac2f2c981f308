"""From stored embeddings to a selection, and what people are told on the way."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pytest

from seqsel_core import Choice, Config, Dataset, EmbeddedVideo, Video, select
from seqsel_core.earlier import remember
from seqsel_core.embed.measures import Measures
from seqsel_core.errors import ConfigError, InputError
from seqsel_core.progress import Silent
from seqsel_core.store.shards import ShardInfo, ShardStore

Spans = list[tuple[str, int, int]]


def spans(choice: Choice) -> Spans:
    """Return (video, start, stop) of the selected sequences, in the order picked."""
    names = [item.video.name for item in choice.dataset.videos]
    return [(names[span.video], span.start, span.stop) for span in choice.selected]


def stored(root: Path, *videos: npt.NDArray[np.float32]) -> Dataset:
    """Return a dataset of videos with these embeddings, stored without decoding."""
    store = ShardStore(root)
    items = []
    for number, embeddings in enumerate(videos):
        video_id = f"{number:032x}"
        writer = store.writer(video_id, "key")
        for index, embedding in enumerate(embeddings):
            pixel_hash = 1000 * number + index
            row = (index, index, index / 10, pixel_hash, False, *Measures())
            writer.append(embedding, row, b"")
        info = ShardInfo(
            *("key", "pyav", len(embeddings), embeddings.shape[1], 80, 48),
            *((1, 10), len(embeddings), ()),
        )
        name = f"{number}.mp4"
        items.append(EmbeddedVideo(Video(name, root / name, 1), video_id, writer.finish(info)))
    return Dataset(tuple(items), (), "key")


def random_videos(*counts: int) -> list[npt.NDArray[np.float32]]:
    """Return random unit vectors for videos of so many frames."""
    generator = np.random.default_rng(0)
    videos = [generator.standard_normal((count, 8)) for count in counts]
    return [
        (video / np.linalg.norm(video, axis=1, keepdims=True)).astype(np.float32)
        for video in videos
    ]


def test_the_reference_example_selects_twenty_sequences_of_ten(tmp_path: Path) -> None:
    """Catches 200 taken for the number of sequences, and frames of two videos in one."""
    dataset = stored(tmp_path, *random_videos(355, 241))
    config = Config.parse(["stopping_condition.n_samples=200", "selected_sequence_length=10"])
    choice = select(dataset, config)
    assert len(choice.selection) == 20
    assert choice.n_selected_frames == 200
    assert len(set(spans(choice))) == 20
    lengths = {"0.mp4": 355, "1.mp4": 241}
    for name, start, stop in spans(choice):
        assert stop - start == 10
        assert start % 10 == 0
        assert 0 <= start < stop <= lengths[name]
    assert choice.warnings == ()


def test_checks_work_together_with_sequences(
    clips: Any, choose: Callable[..., Choice], tmp_path: Path
) -> None:
    """Catches bad frames selected, and a check that cannot be switched off for itself."""
    numbers = list(range(30))
    numbers[7] = -1  # of one colour: corrupt
    numbers[23] = 2  # a copy of an earlier frame
    clips.write(tmp_path / "in/a.mkv", numbers)
    clips.write(tmp_path / "in/b.mkv", [100, 101, 102, 103, 28])  # its last is in a.mkv, too

    def starts(*words: str) -> Spans:
        return sorted((name, start) for name, start, _ in spans(choose(*words, *length)))

    length = ["selected_sequence_length=5"]
    every = [("a.mkv", start) for start in range(0, 30, 5)] + [("b.mkv", 0)]
    corrupt, duplicate = {("a.mkv", 5)}, {("a.mkv", 20), ("b.mkv", 0)}
    no_check, no_copies = "enable_corruptness_check=False", "remove_exact_duplicates=False"
    assert starts(no_check, no_copies) == every
    assert starts(no_copies) == [item for item in every if item not in corrupt]
    assert starts(no_check) == [item for item in every if item not in duplicate]
    choice = choose(*length)
    assert choice.candidates.tolist() == [True, False, True, True, False, True, False]
    assert [flags.nonzero()[0].tolist() for flags in choice.checks.corrupt] == [[7], []]
    assert [flags.nonzero()[0].tolist() for flags in choice.checks.duplicate] == [[23], [4]]


def test_of_equal_videos_the_first_is_kept(
    clips: Any, choose: Callable[..., Choice], tmp_path: Path
) -> None:
    """Catches both copies of a video selected, or neither."""
    for name in ("b", "a"):
        clips.write(tmp_path / f"in/{name}.mkv", 10)
    choice = choose("selected_sequence_length=5")
    assert sorted(spans(choice)) == [("a.mkv", 0, 5), ("a.mkv", 5, 10)]


def test_a_length_beyond_every_video_is_refused_with_the_longest(tmp_path: Path) -> None:
    """Catches an empty selection, and advice that does not help."""
    dataset = stored(tmp_path, *random_videos(3, 8, 5))
    config = Config.parse(["stopping_condition.min_distance=0", "selected_sequence_length=9"])
    with pytest.raises(ConfigError, match=r"=9 is longer .*'1\.mp4', has 8 .* at most 8"):
        select(dataset, config)


def test_holes_in_every_sequence_are_told(
    clips: Any, choose: Callable[..., Choice], tmp_path: Path
) -> None:
    """Catches 'longer than every video' where it is unreadable frames that are in the way."""
    clips.write_frames(tmp_path / "in/f", {f"{number}.png": number for number in range(9)})
    for number in (1, 4, 8):
        (tmp_path / f"in/f/{number}.png").write_text("no picture")
    with pytest.raises(ConfigError, match=r"=3 .*cannot be read"):
        choose("selected_sequence_length=3")
    assert sorted(spans(choose("selected_sequence_length=2"))) == [("f", 2, 4), ("f", 6, 8)]


def test_videos_that_are_too_short_are_told(tmp_path: Path) -> None:
    """Catches short videos left out in silence."""
    dataset = stored(tmp_path, *random_videos(3, 20, 5))
    config = Config.parse(["stopping_condition.min_distance=0", "selected_sequence_length=10"])
    choice = select(dataset, config)
    assert sorted(spans(choice)) == [("1.mp4", 0, 10), ("1.mp4", 10, 20)]
    assert len(choice.warnings) == 1
    for part in ("2 of 3", "10 frames", "'0.mp4'"):
        assert part in choice.warnings[0]


def test_the_end_of_a_video_may_be_kept(tmp_path: Path) -> None:
    """Catches remainder=overlap that is not passed on."""
    dataset = stored(tmp_path, *random_videos(25))
    words = ["stopping_condition.min_distance=0", "selected_sequence_length=10"]
    dropped = select(dataset, Config.parse(words))
    assert sorted(spans(dropped)) == [("0.mp4", 0, 10), ("0.mp4", 10, 20)]
    kept = select(dataset, Config.parse([*words, "remainder=overlap"]))
    assert sorted(spans(kept)) == [*sorted(spans(dropped)), ("0.mp4", 15, 25)]
    assert (dropped.sequences.left_out, kept.sequences.left_out) == (5, 0)


def test_more_than_there_is_selects_all_and_says_so(tmp_path: Path) -> None:
    """Catches a selection filled up with copies of the first sequence."""
    dataset = stored(tmp_path, *random_videos(45))
    config = Config.parse(["stopping_condition.n_samples=90", "selected_sequence_length=10"])
    choice = select(dataset, config)
    assert sorted(spans(choice)) == [("0.mp4", start, start + 10) for start in (0, 10, 20, 30)]
    assert "9 sequences" in choice.warnings[0]
    assert "only 4" in choice.warnings[0]


def test_a_share_counts_all_frames(tmp_path: Path) -> None:
    """Catches a share of the sequences, or of the first video, in place of all frames."""
    dataset = stored(tmp_path, *random_videos(45, 55))
    config = Config.parse(["stopping_condition.n_samples=0.25", "selected_sequence_length=10"])
    assert len(select(dataset, config).selection) == 3


def test_the_representation_is_the_average_unit_length_or_not(tmp_path: Path) -> None:
    """Catches normalize_embeddings that is not passed on."""
    videos = random_videos(20)
    dataset = stored(tmp_path, *videos)
    words = ["stopping_condition.min_distance=0", "selected_sequence_length=10"]
    means = videos[0].reshape(2, 10, 8).mean(axis=1)
    plain = select(dataset, Config.parse([*words, "normalize_embeddings=False"])).representations
    np.testing.assert_allclose(plain, means, atol=1e-3)
    unit = select(dataset, Config.parse(words)).representations
    np.testing.assert_allclose(
        unit, means / np.linalg.norm(means, axis=1, keepdims=True), atol=2e-3
    )


@pytest.mark.parametrize("method", ["coreset", "random"])
def test_the_same_run_selects_the_same(tmp_path: Path, method: str) -> None:
    """Catches a clock or a global seed in the selection."""
    dataset = stored(tmp_path, *random_videos(60, 60))
    words = [f"method={method}", "stopping_condition.n_samples=40", "selected_sequence_length=5"]
    first = spans(select(dataset, Config.parse([*words, "seed=3"])))
    assert spans(select(dataset, Config.parse([*words, "seed=3"]))) == first
    other = spans(select(dataset, Config.parse([*words, "seed=4"])))
    assert (other == first) == (method == "coreset")


def test_the_order_of_the_videos_does_not_matter(tmp_path: Path) -> None:
    """Catches a selection that hangs on how files were listed."""
    dataset = stored(tmp_path, *random_videos(30, 45, 25, 60))
    config = Config.parse(["stopping_condition.n_samples=50", "selected_sequence_length=5"])
    expected = spans(select(dataset, config))
    for seed in range(5):
        videos = list(dataset.videos)
        random.Random(seed).shuffle(videos)
        assert spans(select(replace(dataset, videos=tuple(videos)), config)) == expected


def test_two_runs_of_five_with_a_datapool_are_one_of_ten(tmp_path: Path) -> None:
    """Catches a datapool whose sequences are selected again, or do not keep others away."""
    dataset = stored(tmp_path, *random_videos(120, 95, 60))
    words = [f"data_dir={tmp_path}", "selected_sequence_length=5"]
    whole = select(dataset, Config.parse([*words, "stopping_condition.n_samples=50"]))
    remember(whole)  # into no datapool: none is named
    assert not (tmp_path / "datapools").exists()
    five = Config.parse([*words, "stopping_condition.n_samples=25", "datapool.name=pool"])
    first = select(dataset, five)
    remember(first)
    second = select(dataset, five)
    assert spans(first) + spans(second) == spans(whole)
    np.testing.assert_allclose(second.selection.distances, whole.selection.distances[5:], atol=1e-5)
    np.testing.assert_allclose(second.selection.radii, whole.selection.radii[5:], atol=1e-5)


def test_a_datapool_that_holds_everything_is_told(tmp_path: Path) -> None:
    """Catches sequences selected twice when nothing new is left."""
    dataset = stored(tmp_path, *random_videos(10))
    words = [f"data_dir={tmp_path}", "stopping_condition.min_distance=0", "datapool.name=pool"]
    config = Config.parse([*words, "selected_sequence_length=5"])
    remember(select(dataset, config))
    with pytest.raises(InputError, match=r"None of the 2 .* the datapool 'pool'"):
        select(dataset, config)


def test_selecting_tells_how_far_it_is(tmp_path: Path, configure: Callable[..., Config]) -> None:
    """Catches a bar without rate and time left while thousands of sequences are picked."""

    class Recorder(Silent):
        stages: ClassVar[list[tuple[str, int, str]]] = []
        done = 0

        def stage(self, name: str, total: int, unit: str) -> None:
            self.stages.append((name, total, unit))

        def advance(self, count: int, detail: str = "") -> None:
            self.done += count

    dataset = stored(tmp_path / "store", np.eye(6, dtype=np.float32))
    progress = Recorder()
    select(dataset, configure("stopping_condition.n_samples=4"), progress)
    assert progress.stages == [("selecting", 4, "sequences")]
    assert progress.done == 4
