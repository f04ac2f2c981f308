"""Candidates and steering from options to the selection, on stored embeddings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, permutations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from seqsel_core import Choice, Config, Dataset, EmbeddedVideo, SequenceSpan, Video, select
from seqsel_core.earlier import remember
from seqsel_core.embed.measures import Measures
from seqsel_core.errors import ConfigError, InputError
from seqsel_core.store.shards import ShardInfo, ShardStore

Select = Callable[..., Choice]
Spans = list[tuple[str, int, int]]
NAMES = ("a/one.mp4", "a/two.mp4", "b/three.mp4")


def spans(choice: Choice) -> Spans:
    """Return (video, start, stop) of the selected sequences, in the order picked."""
    names = [item.video.name for item in choice.dataset.videos]
    return [(names[span.video], span.start, span.stop) for span in choice.selected]


def stored(root: Path, videos: dict[str, npt.NDArray[np.float32]]) -> Dataset:
    """Return a dataset of videos with these embeddings, stored without decoding."""
    store = ShardStore(root / "data")
    items = []
    for number, (name, embeddings) in enumerate(videos.items()):
        video_id = f"{number:032x}"
        writer = store.writer(video_id, "key")
        for index, embedding in enumerate(embeddings):
            row = (index, index, index / 10, 1000 * number + index, False, *Measures())
            writer.append(embedding, row, b"")
        info = ShardInfo(
            *("key", "pyav", len(embeddings), embeddings.shape[1], 80, 48),
            *((1, 10), len(embeddings), ()),
        )
        items.append(EmbeddedVideo(Video(name, root / name, 1), video_id, writer.finish(info)))
    return Dataset(tuple(items), (), "key")


def walks(*counts: int) -> dict[str, npt.NDArray[np.float32]]:
    """Return random unit vectors for videos of so many frames."""
    generator = np.random.default_rng(0)
    videos = [generator.standard_normal((count, 8)).astype(np.float32) for count in counts]
    return {
        name: video / np.linalg.norm(video, axis=1, keepdims=True)
        for name, video in zip(NAMES, videos, strict=False)
    }


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Three videos of 40, 25 and 32 frames in two folders."""
    return stored(tmp_path, walks(40, 25, 32))


@pytest.fixture
def choose(tmp_path: Path, dataset: Dataset) -> Select:
    """Select sequences of five from them; unless told otherwise, all that can be."""

    def choose(*words: str, remainder: str = "", **spans: Any) -> Choice:
        given = {word.partition("=")[0] for word in words}
        defaults = [f"data_dir={tmp_path / 'data'}", "selected_sequence_length=5"]
        if "stopping_condition.n_samples" not in given:
            defaults.append("stopping_condition.min_distance=0")
        config = Config.parse(
            [*words, *(word for word in defaults if word.partition("=")[0] not in given)]
        )
        if remainder:  # of Python only
            config = replace(config, remainder=remainder)
        return select(dataset, config, **spans)

    return choose


def gaps(choice: Choice) -> list[int]:
    """Return the frames between any two selected sequences of a video."""
    found = []
    for one, two in combinations(sorted(choice.selected), 2):
        if one.video == two.video:
            found.append(two.start - one.stop)
    return found


def test_a_stride_gives_more_candidates_but_none_that_overlap(choose: Select) -> None:
    """Catches a stride that is not passed on, or two that share frames."""
    choice = choose("stride=2")
    assert len(choice.sequences) == 18 + 11 + 14
    assert min(gaps(choice)) >= 0
    assert any(span.start % 5 for span in choice.selected)
    assert min(gaps(choose("stride=2", "min_gap=3"))) >= 3
    apart = choose("min_gap=1")
    assert min(gaps(apart)) == 5
    assert choose("stride=10").sequences.start.max() == 30


def test_what_does_not_fit_in_is_told(choose: Select) -> None:
    """Catches a selection that is smaller than asked for, without a word."""
    choice = choose("stride=1", "stopping_condition.n_samples=95")
    assert len(choice.selection) < 19
    assert f"only {len(choice.selection)} are" in choice.warnings[-1]
    too_many = choose("stride=1", "stopping_condition.n_samples=200")
    assert "40 sequences were asked for, but only 19" in too_many.warnings[0]


def test_overlap_may_share_frames_unless_a_gap_is_asked_for(choose: Select) -> None:
    """Catches the end of a video that remainder=overlap should save, lost again."""
    assert min(gaps(choose("remainder=overlap"))) == -3
    assert min(gaps(choose("remainder=overlap", "min_gap=0"))) >= 0
    assert min(gaps(choose("remainder=overlap", "stride=5"))) == -3


def test_a_kept_end_counts_its_own_frames(choose: Select) -> None:
    """Catches n_samples that counts sequences where these have different lengths."""
    everything = choose(remainder="keep")
    assert ("b/three.mp4", 30, 32) in spans(everything)
    assert everything.n_selected_frames == 97
    for wanted in range(5, 100, 5):
        choice = choose(f"stopping_condition.n_samples={wanted}", remainder="keep")
        frames = sum(stop - start for _, start, stop in spans(choice))
        assert frames == choice.n_selected_frames <= wanted
        assert wanted - frames < 5
        told = any(f"{wanted} frames were asked for, {frames} are" in w for w in choice.warnings)
        assert told == (frames < wanted)


def test_no_sequence_goes_over_a_scene_cut(tmp_path: Path) -> None:
    """Catches barriers that are not found, not passed on, or not told to the timeline."""
    frames = np.repeat(np.eye(8, dtype=np.float32)[:3], [13, 14, 13], axis=0)
    frames += np.random.default_rng(0).normal(scale=0.01, size=frames.shape).astype(np.float32)
    dataset = stored(tmp_path, {"a.mp4": frames})
    words = ["stopping_condition.min_distance=0", "selected_sequence_length=5"]
    over = select(dataset, Config.parse(words))
    assert ("a.mp4", 10, 15) in spans(over)
    assert over.cuts == ()
    choice = select(dataset, Config.parse([*words, "avoid_cuts=True"]))
    assert [at.tolist() for at in choice.cuts] == [[13, 27]]
    starts = sorted(start for _, start, _ in spans(choice))
    assert starts == [0, 5, 13, 18, 27, 32]
    with pytest.raises(ConfigError, match=r"=20 is too long: .* scene cut"):
        select(
            dataset, Config.parse([*words[:1], "selected_sequence_length=20", "avoid_cuts=True"])
        )


def test_motion_is_another_representation(choose: Select) -> None:
    """Catches an option that is not passed on."""
    assert choose("representation=motion").representations.shape == (19, 24)


def test_pinned_come_first_and_count(choose: Select, tmp_path: Path) -> None:
    """Catches pins lost, moved, or added on top of n_samples."""
    words = ["stopping_condition.n_samples=25"]
    listed = choose(*words, "pinned=b/three.mp4:5-10,a/one.mp4:30-35")
    pins = [("b/three.mp4", 5, 10), ("a/one.mp4", 30, 35)]
    assert spans(listed)[:2] == pins
    assert len(listed.selection) == 5
    assert listed.n_pinned == 2
    (tmp_path / "pins.txt").write_text("b/three.mp4:5-10\r\n\na/one.mp4:30-35\n")
    assert spans(choose(*words, f"pinned={tmp_path / 'pins.txt'}")) == spans(listed)
    array = np.array([[2, 5, 10], [0, 30, 35]])
    assert spans(choose(*words, pinned=array)) == spans(listed)
    assert spans(choose(*words, "pinned=b/three.mp4:5-10", pinned=[SequenceSpan(0, 30, 35)])) == (
        spans(listed)
    )
    twice = choose(*words, "pinned=[b/three.mp4:5-10,b/three.mp4:5-10]")
    assert spans(twice)[0] == pins[0]
    assert len(set(spans(twice))) == 5


def test_rejected_are_kept_out_with_all_that_share_their_frames(choose: Select) -> None:
    """Catches a rejected scene that comes back two frames later."""
    choice = choose("rejected=a/one.mp4:10-15", "stride=1")
    one = [(start, stop) for name, start, stop in spans(choice) if name == "a/one.mp4"]
    assert one
    assert all(stop <= 10 or start >= 15 for start, stop in one)
    assert not choice.candidates[(choice.sequences.video == 0) & (choice.sequences.start == 6)]
    assert spans(choose(rejected=[(0, 10, 15)])) == spans(choose("rejected=a/one.mp4:12-13"))


def test_names_may_hold_any_character(tmp_path: Path) -> None:
    """Catches names that are cut at a comma, a colon or a digit."""
    name = "a,b:1,2 [x]:3-4.mp4"
    dataset = stored(tmp_path, {name: walks(20)[NAMES[0]]})
    words = ["selected_sequence_length=5", "stopping_condition.n_samples=10"]
    choice = select(dataset, Config.parse([*words, f"pinned={name}:5-10,{name}:15-20"]))
    assert spans(choice) == [(name, 5, 10), (name, 15, 20)]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["pinned=a/one.mp4:0-5", "rejected=a/one.mp4:3-4"], r"1 of 1 pinned .* 'a/one\.mp4:0-5'"),
        (["pinned=a/one.mp4:3-8"], r"'a/one\.mp4:3-8' is not one of the 19 .*0-5' or .*5-10'"),
        (["pinned=a/on.mp4:0-5"], r"none of the 3 videos .* Did you mean 'a/one\.mp4'"),
        (["pinned=a/one.mp4:40-45"], r"not within the 40 frames"),
        (["rejected=a/one.mp4:5-5"], r"rejected: .*not within the 40 frames"),
        (["pinned=nowhere.txt"], r"pinned=nowhere\.txt is neither a text file nor a list"),
        (["pinned=a/one.mp4:0-5,x"], r"neither a text file nor a list"),
        (
            ["pinned=a/one.mp4:0-5,a/one.mp4:3-8", "stride=1"],
            r"'a/one\.mp4:0-5' and 'a/one\.mp4:3-8' share 2 frames; at least 0",
        ),
        (
            ["pinned=a/one.mp4:0-5,a/one.mp4:5-10", "min_gap=2"],
            r"have 0 frames between them; at least 2",
        ),
        (
            ["pinned=a/one.mp4:0-5,a/one.mp4:5-10", "stopping_condition.n_samples=5"],
            r"2 sequences are pinned, but only 1",
        ),
        (
            ["pinned=a/one.mp4:0-5,a/one.mp4:5-10", "max_per_video=1"],
            r"max_per_video=1, but of 'a/one\.mp4' 2 sequences are pinned",
        ),
        (["min_per_video=6"], r"min_per_video=6, but of 'a/two\.mp4' only 5 sequences"),
        (
            ["min_per_video=2", "stopping_condition.n_samples=25"],
            r"min_per_video=2 needs 6 sequences of 3 videos .* only 5",
        ),
        (
            ["min_per_video=5", "stopping_condition.min_distance=1.2"],
            r"min_per_video=5 cannot be kept: .* videos below it",
        ),
        (["min_per_video=3", "max_per_video=2"], r"min_per_video=3 is more than max_per_video=2"),
        (["stride=0"], r"stride=0 is too small"),
        (["min_gap=-2"], r"min_gap=-2 is too small"),
        (["max_per_video=0"], r"max_per_video=0 is too small"),
        (["representation=median"], r"representation=median is not one of mean, motion"),
        (["even_over=frame"], r"even_over=frame is not one of .*video, folder"),
        (["even_over=video", "max_per_video=2"], r"even_over=video sets the limits itself"),
    ],
)
def test_contradictions_are_told_in_numbers(choose: Select, words: list[str], message: str) -> None:
    """Catches a contradiction that is silently resolved, or told without saying where."""
    with pytest.raises(ConfigError, match=message):
        choose(*words)


def test_everything_rejected_is_told(choose: Select) -> None:
    """Catches an empty selection, or an error of NumPy."""
    names = ",".join(f"{name}:0-{frames}" for name, frames in zip(NAMES, (40, 25, 32), strict=True))
    with pytest.raises(InputError, match=r"All 19 of 19 sequences .* the 3 that are"):
        choose(f"rejected={names}")


def test_arrays_are_checked_too(choose: Select) -> None:
    """Catches a negative position that means the last video."""
    with pytest.raises(ConfigError, match=r"pinned: there is no video -1, only 0 to 2"):
        choose(pinned=[(-1, 0, 5)])


def test_a_pin_overrules_the_checks(tmp_path: Path) -> None:
    """Catches a person who is not obeyed."""
    videos = walks(20)
    dataset = stored(tmp_path, videos)
    damaged = dataset.videos[0].frames.copy()
    words = ["stopping_condition.n_samples=5", "selected_sequence_length=5"]
    damaged["damaged"][7] = True
    dataset.videos[0].shard.__dict__["frames"] = damaged
    kept_out = select(dataset, Config.parse(words))
    assert not kept_out.candidates[1]
    choice = select(dataset, Config.parse([*words, "pinned=a/one.mp4:5-10"]))
    assert spans(choice) == [("a/one.mp4", 5, 10)]


def test_limits_per_video(choose: Select) -> None:
    """Catches limits that are not passed on."""
    words = ["stopping_condition.n_samples=45"]
    most = choose(*words, "max_per_video=3")
    assert np.bincount(most.sequences.video[most.selection.order]).tolist() == [3, 3, 3]
    least = choose(*words, "min_per_video=3")
    assert np.bincount(least.sequences.video[least.selection.order]).min() >= 3
    over = choose("stopping_condition.n_samples=75", "max_per_video=3")
    assert "15 sequences were asked for, but only 9" in over.warnings[0]


def test_a_video_that_can_give_nothing_is_left_out_and_told(choose: Select) -> None:
    """Catches one bad video that stops a run, or is passed over in silence."""
    words = ["min_per_video=1", "rejected=a/two.mp4:0-25", "stopping_condition.n_samples=10"]
    choice = choose(*words)
    assert {name for name, _, _ in spans(choice)} == {"a/one.mp4", "b/three.mp4"}
    assert (
        "Of 1 of 3 videos no sequence can be selected, for example of 'a/two.mp4'"
        in (choice.warnings[0])
    )


def test_even_over_videos_or_folders(choose: Select) -> None:
    """Catches folders taken for videos, and shares that differ by more than one."""
    for count, by_video, by_folder in ((7, [2, 2, 3], [3, 4]), (9, [3, 3, 3], [4, 5])):
        words = [f"stopping_condition.n_samples={5 * count}"]
        choice = choose(*words, "even_over=video")
        counts = np.bincount(choice.sequences.video[choice.selection.order], minlength=3)
        assert sorted(counts.tolist()) == by_video
        choice = choose(*words, "even_over=folder")
        counts = np.bincount(choice.sequences.video[choice.selection.order], minlength=3)
        assert sorted([int(counts[:2].sum()), int(counts[2])]) == by_folder


@pytest.mark.parametrize(
    "words",
    [
        ["stride=2"],
        ["stride=2", "min_per_video=2", "max_per_video=3"],
        ["even_over=video"],
        ["even_over=folder", "min_gap=3"],
        ["pinned=b/three.mp4:5-10,a/one.mp4:30-35", "rejected=a/two.mp4:0-12"],
        ["representation=motion", "remainder=overlap", "min_gap=0"],
    ],
)
def test_the_order_of_the_videos_does_not_matter(
    choose: Select, dataset: Dataset, words: list[str]
) -> None:
    """Catches rules that hang on how files were listed."""
    expected = choose(*words, "stopping_condition.n_samples=30")
    for order in permutations(dataset.videos):
        shuffled = select(replace(dataset, videos=order), expected.config)
        assert spans(shuffled) == spans(expected)


def test_earlier_selections_count_in_n_samples_where_told(choose: Select) -> None:
    """Catches a datapool that counts always, never, or by sequences in place of frames."""
    whole = choose("stopping_condition.n_samples=50")
    pool = ["datapool.name=pool", "datapool.in_n_samples=True"]
    first = choose("stopping_condition.n_samples=25", *pool)
    remember(first)
    second = choose("stopping_condition.n_samples=50", *pool)
    assert spans(first) + spans(second) == spans(whole)
    with pytest.raises(ConfigError, match=r"pool holds 25 frames, .* 25 are asked for in all"):
        choose("stopping_condition.n_samples=25", *pool)
    third = choose("stopping_condition.n_samples=25", "datapool.name=pool")
    assert len(third.selection) == 5
    limited = choose(*pool, "max_per_video=3")
    both = [*spans(first), *spans(limited)]
    assert all(sum(name == video for name, _, _ in both) == 3 for video in NAMES)


def test_what_was_selected_with_another_length_is_not_selected_again(choose: Select) -> None:
    """Catches frames that a person labelled before, offered once more."""
    pool = "datapool.name=pool"
    first = choose("stopping_condition.n_samples=40", "selected_sequence_length=8", pool)
    remember(first)
    second = choose(pool)
    taken = {(n, frame) for n, start, stop in spans(first) for frame in range(start, stop)}
    again = {(n, frame) for n, start, stop in spans(second) for frame in range(start, stop)}
    assert again
    assert not taken & again


def test_a_pin_of_the_datapool_is_not_selected_again(choose: Select) -> None:
    """Catches the second run with the same pins, which would select them twice or fail."""
    words = ["pinned=a/one.mp4:5-10", "datapool.name=pool", "stopping_condition.n_samples=10"]
    first = choose(*words)
    remember(first)
    second = choose(*words)
    assert len(second.selection) == 2
    assert not set(spans(first)) & set(spans(second))
    assert "1 of 1 pinned sequences are in the datapool 'pool' already" in second.warnings[0]


def test_representations_do_not_mix_in_a_datapool(choose: Select) -> None:
    """Catches distances between vectors of different meaning, or of different length."""
    remember(choose("datapool.name=pool", "stopping_condition.n_samples=5"))
    with pytest.raises(ConfigError, match=r"datapool\.name=pool .*representation=motion"):
        choose("datapool.name=pool", "representation=motion")


@pytest.mark.parametrize("gap", ["min_gap=-1", "min_gap=3"])
def test_uniform_goes_on_evenly_after_a_datapool(choose: Select, gap: str) -> None:
    """Catches a second run that begins in the middle of the longest video again."""
    pool, five = "datapool.name=pool", "stopping_condition.n_samples=25"
    whole = choose("method=uniform", "stopping_condition.n_samples=40", gap)
    first = choose("method=uniform", five, pool, gap)
    remember(first)
    second = choose("method=uniform", "stopping_condition.n_samples=15", pool, gap)
    assert spans(first) + spans(second) == spans(whole)


def test_the_device_reaches_the_selection(choose: Select, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches device=cuda that is ignored."""
    asked: list[str] = []
    monkeypatch.setattr("seqsel_core.choosing.products_for", lambda d, _: asked.append(d))
    assert choose("device=cuda:1").selection
    assert asked == ["cuda:1"]
