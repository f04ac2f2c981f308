"""Options: names, types, ranges, and what people are told when one is wrong."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from seqsel_core.config import Config, options, parse_overrides
from seqsel_core.errors import ConfigError

ON = "stopping_condition.n_samples=20"  # one stopping condition is always needed


def parse(*words: str) -> Config:
    """Return the configuration of some words and a stopping condition."""
    return Config.parse([ON, *words])


def refusal(*words: str) -> str:
    """Return what the user is told about some words."""
    with pytest.raises(ConfigError) as caught:
        Config.parse(list(words))
    return str(caught.value)


def test_the_command_of_the_reference_is_understood() -> None:
    """Catches an option renamed, or typed in another way, than in the reference's example."""
    config = Config.parse(
        [
            "stopping_condition.n_samples=200",
            "selected_sequence_length=10",
            "enable_corruptness_check=False",
            "remove_exact_duplicates=False",
            "dump_dataset=True",
        ]
    )
    assert config.stopping_condition.n_samples == 200
    assert isinstance(config.stopping_condition.n_samples, int)
    assert config.selected_sequence_length == 10
    assert config.enable_corruptness_check is False
    assert config.remove_exact_duplicates is False
    assert config.dump_dataset is True


def test_the_defaults_are_those_of_the_reference() -> None:
    """Catches a default that drifts away from what the reference documents."""
    assert {name: default for name, default, _ in options()}.items() >= {
        "relevant_filenames_file": "",
        "enable_corruptness_check": True,
        "corruptness_check.corruption_threshold": 0.1,
        "remove_exact_duplicates": True,
        "embeddings": "",
        "dump_dataset": False,
        "dump_sampled_embeddings": True,
        "output_image_size": -1,
        "output_image_format": "png",
        "normalize_embeddings": True,
        "method": "coreset",
        "stopping_condition.n_samples": -1,
        "stopping_condition.min_distance": -1.0,
        "selected_sequence_length": 1,
        "datapool.name": "",
        "n_example_images": 6,
        "show_video_sampling_timeline": True,
        "run_directory": "",
    }.items()


def test_every_option_can_be_given_its_default() -> None:
    """Catches an option that is listed by --help but cannot be set."""
    for name, default, meaning in options():
        assert meaning
        parse_overrides([f"{name}={default}"])
        if name != "stopping_condition.n_samples":
            assert parse(f"{name}={default}") == parse()


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("stopping_condition.n_samples=0.1", 0.1),
        ("stopping_condition.n_samples=1.0", 1.0),
        ("stopping_condition.n_samples=1", 1),
        ("stopping_condition.n_samples=-1", -1),
    ],
)
def test_a_share_stays_a_share_and_a_number_a_number(word: str, value: float) -> None:
    """Catches 1.0, all frames, turned into 1, a single frame."""
    config = Config.parse(["stopping_condition.min_distance=0.5", word])
    assert config.stopping_condition.n_samples == value
    assert type(config.stopping_condition.n_samples) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "a b",
        " leading and trailing ",
        "it's",
        '"quoted"',
        "a=b=c",
        "[1,2]",
        "{a: 1}",
        "null",
        "true",
        "007",
        "1e3",
        "2024-01-01",
        "10:20:30",
        "#x",
        "- x",
        "~",
        "${HOME}",
        "$${HOME}",
        "a\\${b}",
        "a\\\\${b}",
        "${",
        "???",
        "back\\slash\\",
        "two\nlines",
        "名前",
        "caf\udce9",
        "<script>alert(1)</script>",
        "",
    ],
)
def test_any_text_stays_as_it_was_given(text: str) -> None:
    """Catches paths read as YAML or as a reference to another option: names are names."""
    assert parse(f"input_dir={text}").input_dir == text
    assert parse(f"datapool.name={text}").datapool.name == text
    assert Config.from_overrides({"input_dir": text, "seed": 1, ON[:28]: 20}).input_dir == text


@pytest.mark.parametrize(
    ("word", "size"),
    [
        ("output_image_size=-1", -1),
        ("output_image_size=224", 224),
        ("output_image_size=[120,160]", [120, 160]),
        ("output_image_size=[120, 160]", [120, 160]),
    ],
)
def test_the_size_of_pictures_is_a_number_or_a_pair(word: str, size: int | list[int]) -> None:
    """Catches a pair left as text."""
    assert parse(word).output_image_size == size


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("seed=1.5", ["seed=1.5", "whole number"]),
        ("seed=", ["seed=", "whole number"]),
        ("seed=true", ["whole number"]),
        ("seed=${x}", ["seed=${x}", "whole number"]),
        ("seed=???", ["seed=???", "whole number"]),
        ("selected_sequence_length=ten", ["selected_sequence_length=ten", "whole number"]),
        ("dump_dataset=maybe", ["dump_dataset=maybe", "True or False"]),
        ("dump_dataset=???", ["True or False"]),
        ("corruptness_check.corruption_threshold=low", ["a number"]),
        ("stopping_condition.min_distance=far", ["a number"]),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(word: str, words: list[str]) -> None:
    """Catches an error of the parser's library, in its words, shown to people."""
    told = refusal(ON, word)
    assert all(part in told for part in words)


@pytest.mark.parametrize("value", ["abc", "True", "[1]", "{}", "", "???"])
def test_n_samples_of_the_wrong_kind_is_refused(value: str) -> None:
    """Catches True taken for 1, and a message that does not name both kinds."""
    told = refusal(f"stopping_condition.n_samples={value}")
    assert "whole number of frames, or a share" in told


@pytest.mark.parametrize(
    "word",
    [
        "selected_sequence_length=0",
        "selected_sequence_length=-3",
        "seed=-1",
        "n_example_images=-1",
        "lightly.loader.batch_size=0",
        "lightly.loader.num_workers=-2",
        "lightly.collate.input_size=0",
        "lightly.trainer.precision=8",
        "corruptness_check.corruption_threshold=-0.1",
        "corruptness_check.corruption_threshold=1.1",
        "corruptness_check.corruption_threshold=.nan",
        "quality.blur_ratio=-0.1",
        "quality.blur_floor=.nan",
        "quality.blank_contrast=.inf",
        "quality.frozen_frames=0",
        "stopping_condition.min_distance=-0.5",
        "stopping_condition.min_distance=2.1",
        "stopping_condition.min_distance=.nan",
        "stopping_condition.min_distance=.inf",
        "method=kmeans",
        "method=Coreset",
        "remainder=fill",
        "start=last",
        "decoder=vlc",
        "frame_order=random",
        "output_image_format=tiff",
        "output_image_size=0",
        "output_image_size=-2",
        "output_image_size=[10]",
        "output_image_size=[10,0]",
        "output_image_size=[10,20,30]",
        "output_image_size=[10,x]",
        "output_image_size=true",
        "output_image_size=1.5",
        "output_image_size=wide",
        "output_image_size=",
    ],
)
def test_a_value_out_of_range_is_refused(word: str) -> None:
    """Catches a value that would fail, or be ignored, after hours of work."""
    name, _, _ = word.partition("=")
    assert refusal(ON, word).startswith(f"{name}=")


@pytest.mark.parametrize("distance", ["0", "0.0", "1e-3", "2"])
def test_distances_in_range_are_taken(distance: str) -> None:
    """Catches 0 taken for 'off', and 1e-3, which YAML takes for text."""
    config = Config.parse([f"stopping_condition.min_distance={distance}"])
    assert config.stopping_condition.min_distance == float(distance)


def test_one_stopping_condition_is_needed() -> None:
    """Catches a run that selects everything because nothing says when to stop."""
    for words in ([], ["stopping_condition.n_samples=-1", "stopping_condition.min_distance=-1"]):
        told = refusal(*words)
        assert "n_samples" in told
        assert "min_distance" in told


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("selected_sequence_lenght", "selected_sequence_length"),
        ("n_samples", "stopping_condition.n_samples"),
        ("stopping_condition", "stopping_condition.n_samples"),
        ("stoping_condition.min_distance", "stopping_condition.min_distance"),
        ("Input_dir", "input_dir"),
        ("batch_size", "lightly.loader.batch_size"),
        ("--input_dir", "input_dir"),
    ],
)
def test_an_unknown_option_is_answered_with_the_one_that_was_meant(key: str, meant: str) -> None:
    """Catches a misspelt option that is silently ignored."""
    assert refusal(ON, f"{key}=1") == f"Option '{key}' does not exist! Did you mean '{meant}'?"


def test_nothing_is_suggested_for_nonsense() -> None:
    """Catches a suggestion that has nothing to do with what was given."""
    assert refusal(ON, "zzzzqq=1") == "Option 'zzzzqq' does not exist! See --help."


@pytest.mark.parametrize(
    "key",
    [
        "token",
        "worker.force_start",
        "upload_dataset",
        "upload_report",
        "upload_anything",
        "enable_training",
        "checkpoint",
        "pretagging",
        "active_learning.task_name",
        "object_level.crop_dataset_name",
        "datasource.process_all",
    ],
)
def test_options_of_the_reference_that_are_not_ours_are_explained(key: str) -> None:
    """Catches 'does not exist' for an option that people know from the reference."""
    told = refusal(ON, f"{key}=1")
    assert told.startswith(f"Option '{key}' of the reference system is not supported; ")


def test_an_option_given_twice_is_refused_with_both_values() -> None:
    """Catches one of two contradicting values taken silently."""
    told = refusal(ON, "seed=1", "seed=2")
    assert "'seed'" in told
    assert "1" in told
    assert "2" in told


@pytest.mark.parametrize("word", ["videos", "-h", ""])
def test_a_word_without_an_equals_sign_is_refused(word: str) -> None:
    """Catches a path, given without its option, that is silently ignored."""
    assert f"'{word}'" in refusal(ON, word)


def test_an_empty_name_is_no_option() -> None:
    """Catches '=3' taken for an option."""
    assert "does not exist" in refusal(ON, "=3")


def test_parsing_twice_gives_two_configurations() -> None:
    """Catches options that two runs share, so that one changes the other's."""
    first, second = parse("seed=1"), parse()
    first.stopping_condition.n_samples = 99
    assert second.stopping_condition.n_samples == 20
    assert second.seed == 0


def test_n_samples_that_is_not_a_number_is_refused_when_it_is_used() -> None:
    """Catches NaN, which is no share, but passes for a float."""
    from seqsel_core.select.stopping import n_sequences

    config = Config.parse(["stopping_condition.n_samples=.nan"])
    assert math.isnan(config.stopping_condition.n_samples)
    with pytest.raises(ConfigError):
        n_sequences(config.stopping_condition.n_samples, 1, 10)


def test_the_data_directory_is_what_was_given_or_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches '~' taken for a folder, and SEQSEL_DATA_DIR ignored or preferred."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SEQSEL_DATA_DIR", str(tmp_path / "elsewhere"))
    assert parse("data_dir=~/x").resolved_data_dir() == tmp_path / "x"
    assert parse().resolved_data_dir() == tmp_path / "elsewhere"
    monkeypatch.delenv("SEQSEL_DATA_DIR")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert parse().resolved_data_dir().is_relative_to(tmp_path)


@pytest.mark.parametrize("n_samples", ["0", "0.0"])
def test_selecting_nothing_is_refused(n_samples):
    """Catches an output folder of nothing, found out after hours of embedding."""
    with pytest.raises(ConfigError, match="selects nothing: give at least 10"):
        Config.parse([f"stopping_condition.n_samples={n_samples}", "selected_sequence_length=10"])
