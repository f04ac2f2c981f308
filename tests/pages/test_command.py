"""The command line that the page offers to copy."""

import shlex
from pathlib import Path

import numpy as np
import pytest

from pages.ui import loaders
from pages.ui.command import command, docker_command
from pages.ui.parameters import Parameters
from seqsel_core.config import Config
from seqsel_core.engine import select


def words_of(line):
    """Return what a shell makes of a line."""
    return shlex.split(line.replace("\\\n", " "))


@pytest.mark.parametrize(
    "values",
    [
        Parameters(),
        Parameters(length=7, n_samples=70),
        Parameters(length=1, n_samples=9, corrupt=False, duplicates=False),
        Parameters(length=5, n_samples=100, method="random"),
        Parameters(length=5, n_samples=100, method="coreset", min_distance=0.4),
        Parameters(length=5, n_samples=50, method="representative", even_over="video"),
        Parameters(length=6, n_samples=60, method="uniform", stride=3, min_gap=6),
        Parameters(length=5, n_samples=60, method="balanced", balance=0.8, max_per_video=5),
        Parameters(length=5, n_samples=30, avoid_cuts=True, representation="motion"),
        Parameters(length=5, n_samples=30, remainder="overlap", blurred=True, frozen=True),
        Parameters(length=5, n_samples=40, method="coreset-medoid"),
        Parameters(
            length=5, n_samples=20, pinned="00000000:10-15.00000000:40-45", rejected="00000000:0-5"
        ),
    ],
)
def test_the_command_makes_the_selection_of_the_page(dataset, data_dir, values):
    """An option left out would select others than the page shows."""
    opened = loaders.load_dataset(dataset)
    options = loaders.run_options(opened, values)
    words = words_of(command(dataset, options, data_dir))
    assert words[:3] == ["python", "-m", "seqsel_core"]
    choice = select(opened, Config.parse(words[3:]))
    shown = loaders.load_selection(opened, values)
    assert np.array_equal(choice.selection.order, shown.order)


def test_docker_gets_the_same_options_and_its_own_folders(dataset, data_dir):
    """Folders of this machine mean nothing in a container."""
    opened = loaders.load_dataset(dataset)
    options = loaders.run_options(opened, Parameters(length=7, n_samples=70))
    here = words_of(command(dataset, options, data_dir))
    there = words_of(docker_command(dataset, options, data_dir))
    assert there[: there.index("seqsel") + 1] == [
        *("docker", "run", "--rm"),
        *("-v", f"{dataset.input_dir}:/home/input_dir:ro"),
        *("-v", "$PWD/seqsel-output:/home/output_dir"),
        *("-v", f"{data_dir}:/home/seqsel/data", "seqsel"),
    ]
    folders = ("input_dir=", "output_dir=", "data_dir=")
    chosen = [word for word in here[3:] if not word.startswith(folders)]
    assert there[there.index("seqsel") + 1 :] == chosen


def test_names_with_spaces_and_quotes_stay_one_word(dataset):
    """A folder called `my videos; rm -rf` would run as a command."""
    folder = Path("/data/it's; rm -rf $HOME `x`")
    words = words_of(command(dataset, {}, folder))
    assert f"data_dir={folder}" in words
