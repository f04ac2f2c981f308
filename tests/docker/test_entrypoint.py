"""The container's entry point, run with a stand-in for `python` that shows what it was given."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENTRYPOINT = ROOT / "docker" / "entrypoint.sh"


@dataclass(frozen=True)
class Started:
    """What became of one start: the arguments `python` got, None if it never ran."""

    arguments: list[str] | None
    caches: list[str]
    open: str
    same_process: bool
    status: int
    errors: str


# Shows its own process number, its caches, and its arguments.
STAND_IN = """#!/bin/sh
printf '%s\\0' "$$" "$XDG_CACHE_HOME" "$MPLCONFIGDIR" "$NUMBA_CACHE_DIR" "$SEQSEL_OPEN" "$@"
exit 7
"""


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    """A folder with the stand-in, one for results, one for data."""
    found = {name: tmp_path / name for name in ("bin", "output", "data")}
    for path in found.values():
        path.mkdir()
    stand_in = found["bin"] / "python"
    stand_in.write_text(STAND_IN)
    stand_in.chmod(0o755)
    return found


def start(folders: dict[str, Path], *words: str, **variables: str) -> Started:
    """Start the entry point with these arguments and variables."""
    environment = {
        **variables,
        "PATH": f"{folders['bin']}:{os.defpath}",
        "SEQSEL_OUTPUT_ROOT": str(folders["output"]),
        "SEQSEL_DATA_DIR": str(folders["data"]),
        "TMPDIR": str(folders["bin"].parent),
    }
    process = subprocess.Popen(
        [str(ENTRYPOINT), *words],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    shown, errors = process.communicate(timeout=20)
    number, *words_shown = shown.decode("utf-8", "surrogateescape").split("\0")[:-1] or [""]
    return Started(
        arguments=words_shown[4:] if number else None,
        caches=words_shown[:3],
        open="".join(words_shown[3:4]),
        same_process=number == str(process.pid),
        status=process.returncode,
        errors=errors.decode(),
    )


def test_no_arguments_serve_the_app(folders: dict[str, Path]) -> None:
    """Catches an app that listens inside the container only, where `-p` cannot reach it."""
    started = start(folders)
    assert started.arguments is not None
    assert started.arguments[:2] == ["-m", "pages.ui.serve"]
    assert "--server.address=0.0.0.0" in started.arguments
    assert "--server.port=8501" in started.arguments


def test_the_app_is_told_that_it_may_listen(folders: dict[str, Path]) -> None:
    """Catches an image that refuses to start; and one in which nobody can demand sign-in."""
    assert start(folders).open == "1"
    assert start(folders, SEQSEL_OPEN="0").open == "0"


def test_the_app_asks_nobody_for_its_address(folders: dict[str, Path]) -> None:
    """Catches Streamlit's look-up of the outer address on the internet at each start."""
    started = start(folders)
    assert started.arguments is not None
    assert "--browser.serverAddress=localhost" in started.arguments


def test_the_example_of_the_reference_runs_as_written(folders: dict[str, Path]) -> None:
    """Catches volumes that are not the defaults, and an argument lost on the way."""
    words = [
        "stopping_condition.n_samples=200",
        "selected_sequence_length=10",
        "enable_corruptness_check=False",
        "remove_exact_duplicates=False",
        "dump_dataset=True",
    ]
    assert start(folders, *words).arguments == [
        "-m",
        "seqsel_core",
        "input_dir=/home/input_dir",
        f"output_dir={folders['output']}",
        *words,
    ]


@pytest.mark.parametrize(
    "word",
    [
        "datapool.name=two words",
        'datapool.name=it\'s "quoted"',
        "datapool.name=$(touch /tmp/x) `id` $HOME *",
        "datapool.name=line\nbreak",
        "datapool.name=",
        "datapool.name=\udcff",
        "output_image_size=[480,640]",
    ],
)
def test_arguments_arrive_unchanged(folders: dict[str, Path], word: str) -> None:
    """Catches an unquoted `$@`, which would split, expand or run what a name holds."""
    arguments = start(folders, word, "seed=1").arguments
    assert arguments is not None
    assert arguments[-2:] == [word, "seed=1"]


def test_given_folders_are_kept(folders: dict[str, Path]) -> None:
    """Catches a default beside a given value: an option given twice is refused."""
    words = ["input_dir=/data/my videos", "output_dir=/results", "seed=1"]
    assert start(folders, *words).arguments == ["-m", "seqsel_core", *words]


def test_a_folder_named_in_a_value_is_not_a_given_folder(folders: dict[str, Path]) -> None:
    """Catches a search for `input_dir=` anywhere in an argument."""
    arguments = start(folders, "datapool.name=input_dir=x").arguments
    assert arguments is not None
    assert "input_dir=/home/input_dir" in arguments


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["selected_sequence_length=10", "--help"]])
def test_help_needs_no_folders(folders: dict[str, Path], words: list[str]) -> None:
    """Catches a first look at the options that fails because nothing is mounted."""
    folders["output"].rmdir()
    assert start(folders, *words).arguments == ["-m", "seqsel_core", "--help"]


def test_unwritable_output_is_refused_with_what_to_do(folders: dict[str, Path]) -> None:
    """Catches hours of embedding that end in `Permission denied` on the mounted folder."""
    folders["output"].rmdir()
    started = start(folders, "seed=1")
    assert started.arguments is None
    assert started.status == 1
    assert f"{folders['output']} cannot be written" in started.errors
    assert '--user "$(id -u):$(id -g)"' in started.errors
    assert f"chown {os.getuid()}:{os.getgid()}" in started.errors


def test_the_app_starts_where_output_is_unwritable(folders: dict[str, Path]) -> None:
    """Catches an app that nobody can look at because nothing can be exported yet."""
    folders["output"].rmdir()
    started = start(folders)
    assert started.arguments is not None
    assert "cannot be written" in started.errors


@pytest.mark.parametrize("words", [[], ["seed=1"], ["--help"]])
def test_python_takes_the_place_of_the_shell(folders: dict[str, Path], words: list[str]) -> None:
    """Catches a missing exec: `docker stop` would end the shell and kill Python ten seconds on."""
    started = start(folders, *words)
    assert started.same_process
    assert started.status == 7  # the stand-in's: what Python says is what Docker hears


def test_caches_lie_beside_the_data(folders: dict[str, Path]) -> None:
    """Catches weights and compiled functions made again in each container."""
    cache = folders["data"] / f"cache-{os.getuid()}"
    for path in start(folders, "seed=1").caches:
        assert Path(path).is_relative_to(cache)


def test_caches_have_a_place_where_the_data_cannot_be_written(folders: dict[str, Path]) -> None:
    """Catches numba's error over a folder that it cannot write, after hours of embedding."""
    folders["data"].rmdir()
    folders["data"].write_text("not a folder")
    for path in start(folders, "seed=1").caches:
        assert not Path(path).is_relative_to(folders["data"])
        assert Path(path).is_dir() or Path(path).parent.is_dir()
