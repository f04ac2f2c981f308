"""The command line that the page offers to copy."""

import os
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pages.ui import loaders
from pages.ui.command import command, docker_command, no_command
from pages.ui.parameters import Parameters
from seqsel_core.config import Config
from seqsel_core.engine import select
from seqsel_core.store.datasets import Source

ROOT = Path(__file__).parents[2]
START = ["cd", str(ROOT), "&&", sys.executable, "-m", "seqsel_core"]


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
    words = words_of(command(dataset, opened, options, data_dir))
    assert words[:6] == START
    choice = select(opened, Config.parse(words[6:]))
    shown = loaders.load_selection(opened, values)
    assert np.array_equal(choice.selection.order, shown.order)


def docker_words(line):
    """Return (the words before the image's name, those after it)."""
    words = words_of(line)
    at = words.index("seqsel")
    return words[:at], words[at + 1 :]


def test_docker_gets_the_same_options_and_its_own_folders(dataset, data_dir):
    """Folders of this machine mean nothing in a container, and root must not own the results."""
    opened = loaders.load_dataset(dataset)
    options = loaders.run_options(opened, Parameters(length=7, n_samples=70))
    here = words_of(command(dataset, opened, options, data_dir))
    before, after = docker_words(docker_command(dataset, opened, options, data_dir))
    assert before == [
        *("mkdir", "-p", "$HOME/seqsel-output", "&&", "docker", "run", "--rm"),
        *("--user", "$(id -u):$(id -g)"),
        *("-v", f"{dataset.sources[0].path}:/home/input_dir:ro"),
        *("-v", "$HOME/seqsel-output:/home/output_dir"),
        *("-v", f"{data_dir}:/home/seqsel/data"),
    ]
    folders = ("input_dir=", "output_dir=", "data_dir=")
    assert after == [word for word in here[6:] if not word.startswith(folders)]


STAND_IN = """#!/bin/sh
printf '%s\\0' "$@"
"""


def through_entrypoint(words, folder):
    """Return the arguments that the container's entry point hands to Python."""
    folder.mkdir()
    (folder / "python").write_text(STAND_IN)
    (folder / "python").chmod(0o755)
    done = subprocess.run(
        [ROOT / "docker/entrypoint.sh", *words],
        env={
            "PATH": f"{folder}:{os.defpath}",
            "SEQSEL_OUTPUT_ROOT": str(folder),
            "SEQSEL_DATA_DIR": str(folder),
        },
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().split("\0")[:-1]


@pytest.mark.parametrize(
    "values",
    [
        Parameters(),
        Parameters(length=5, n_samples=100, method="random", corrupt=False),
        Parameters(length=5, n_samples=60, method="balanced", balance=0.8, max_per_video=5),
        Parameters(
            length=5, n_samples=20, pinned="00000001:10-15.00000000:40-45", rejected="00000000:0-5"
        ),
    ],
)
def test_the_container_makes_the_selection_of_the_page(dataset, data_dir, tmp_path, values):
    """An option lost or split on the way through the container would select others."""
    opened = loaders.load_dataset(dataset)
    options = loaders.run_options(opened, values)
    _, words = docker_words(docker_command(dataset, opened, options, data_dir))
    given = through_entrypoint(words, tmp_path / "container")
    assert given[:3] == ["-m", "seqsel_core", "input_dir=/home/input_dir"]
    choice = select(opened, Config.parse(given[2:]))
    shown = loaders.load_selection(opened, values)
    assert np.array_equal(choice.selection.order, shown.order)


def test_pins_of_an_upload_are_named_as_its_files(dataset, data_dir):
    """Uploads lie on the disk under other names: the command would not know what is pinned."""
    opened = loaders.load_dataset(dataset)
    first = opened.videos[0]
    stored = replace(first, video=replace(first.video, path=data_dir / "0f3a,b.mp4"))
    upload = replace(opened, videos=(stored, *opened.videos[1:]))
    chosen = {"pinned": "a.mp4:10-15,b <i>x</i>.mp4:0-5"}
    words = words_of(command(dataset, upload, chosen, data_dir))
    assert words[-1] == "pinned=0f3a,b.mp4:10-15,b <i>x</i>.mp4:0-5"


def test_the_line_runs_as_it_is_pasted_in_any_folder(dataset, tmp_path):
    """Another Python, or another folder than that of the app, would not find seqsel."""
    record = replace(dataset, sources=(Source(tmp_path / "it's gone", "folder"),))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "seqsel_core.py").write_text("raise SystemExit('not this one')")
    opened = loaders.load_dataset(dataset)
    options = loaders.run_options(opened, Parameters())
    done = subprocess.run(
        ["bash", "-c", command(record, opened, options, tmp_path / "data of it")],
        cwd=elsewhere,
        env={"HOME": str(tmp_path), "PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "it's gone" in done.stderr
    assert "Traceback" not in done.stderr


def test_names_with_spaces_and_quotes_stay_one_word(dataset):
    """A folder called `my videos; rm -rf` would run as a command."""
    folder = Path("/data/it's; rm -rf $HOME `x`")
    words = words_of(command(dataset, loaders.load_dataset(dataset), {}, folder))
    assert f"data_dir={folder}" in words


def test_what_no_command_can_say_is_said(dataset, data_dir):
    """A line that selects from other videos than the page would be copied in good faith."""
    assert no_command(dataset, 0) == ""
    assert "1 video was" in no_command(dataset, 1)
    two = replace(dataset, sources=(*dataset.sources, Source(data_dir / "b", "folder")))
    assert "2 sources" in no_command(two, 0)


def test_the_button_shows_both_lines_or_the_reason(open_page, dataset):
    """The dialog would be empty, or a line be offered that selects from other videos."""
    app = open_page("explore/explore.py", n_samples="50")
    assert not app.code
    app.button(key="command").click().run()
    assert not app.exception
    assert [code.value.split()[0] for code in app.code] == ["cd", "mkdir"]
