"""The options of a run, as written."""

from __future__ import annotations

import dataclasses
import os

import pytest
import yaml

from seqsel_core import Config
from seqsel_core.output.config_files import given_words, write_config


@pytest.mark.parametrize(
    "words",
    [
        ["stopping_condition.n_samples=0.00001"],
        ["stopping_condition.n_samples=200", "output_image_size=[480,640]", "dump_dataset=True"],
        ["stopping_condition.min_distance=0.5", "selected_sequence_length=10"],
        ["stopping_condition.n_samples=1", "input_dir=a=b ${c}\n- [x]"],
        ["stopping_condition.n_samples=1", f"input_dir={os.fsdecode(bytes([255]))}"],
    ],
)
def test_a_run_can_be_repeated_from_its_files(words: list[str], tmp_path) -> None:
    """Catches options that are lost or changed on the way into the file."""
    config = Config.parse(words)
    write_config(config, tmp_path)

    overrides = yaml.safe_load((tmp_path / "overrides.yaml").read_text("utf-8"))
    assert Config.parse(overrides) == config
    everything = yaml.safe_load((tmp_path / "config.yaml").read_text("utf-8"))
    assert everything == dataclasses.asdict(config)


def test_defaults_are_no_overrides() -> None:
    """Catches a list of all options where only one was given."""
    words = ["stopping_condition.n_samples=7", "lightly.loader.batch_size=32"]
    assert given_words(Config.parse(words)) == ["stopping_condition.n_samples=7"]
