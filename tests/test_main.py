"""The command line, as a program: what it says and how it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from seqsel_core.__main__ import help_text, main, summary
from seqsel_core.checks import Checks
from seqsel_core.config import options
from seqsel_core.select.selection import Selection

ROOT = Path(__file__).parents[1]


@pytest.fixture
def frames(tmp_path):
    """A folder with two folders of frames, 25 and 12, and one file that is no video."""
    for name, count in (("street", 25), ("home", 12)):
        folder = tmp_path / "in" / name
        folder.mkdir(parents=True)
        for index in range(count):
            picture = np.random.default_rng(index).integers(0, 255, (40, 60, 3), np.uint8)
            Image.fromarray(picture).save(folder / f"{index:03d}.png")
    (tmp_path / "in" / "broken.mp4").write_bytes(b"this is no video")
    return tmp_path / "in"


def _run(tmp_path, *words, timeout=180):
    environment = {**os.environ, "SEQSEL_DATA_DIR": str(tmp_path / "data")}
    return subprocess.run(
        [sys.executable, "-m", "seqsel_core", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@pytest.mark.slow
def test_the_whole_job_and_a_second_run(tmp_path, frames):
    """Any break between finding, embedding, selecting and writing shows here."""
    words = [
        *(f"input_dir={frames}", f"output_dir={tmp_path / 'out'}", "dump_dataset=True"),
        *("stopping_condition.n_samples=20", "selected_sequence_length=5"),
    ]
    first = _run(tmp_path, *words, "run_directory=first")
    assert first.returncode == 0, first.stderr
    assert "Selected 4 sequences of 5 frames (20 of 37 frames) from" in first.stdout
    assert "broken.mp4: cannot be opened" in first.stdout
    folder = tmp_path / "out" / "first"
    sampled = sorted(path.name for path in (folder / "data" / "sampled").rglob("*.png"))
    assert len(sampled) == 20
    chosen = json.loads((folder / "data" / "sequence_information.json").read_text())
    assert [len(item["filenames"]) for item in chosen] == [5, 5, 5, 5]
    second = _run(tmp_path, *words, "run_directory=second")
    assert second.returncode == 0, second.stderr
    assert "Nothing to decode or embed: all 3 videos are stored." in second.stderr + second.stdout
    again = json.loads((tmp_path / "out/second/data/sequence_information.json").read_text())
    assert again == chosen


@pytest.mark.parametrize(
    ("words", "code", "parts"),
    [
        (["stopping_condition.n_samples=205"], 2, ["205", "10", "200", "210"]),
        (["stopping_condition.n_samples=0"], 2, ["n_samples=0", "at least 10"]),
        (["selected_sequence_length=x"], 2, ["selected_sequence_length=x", "whole number"]),
        (["n_sample=10"], 2, ["Option 'n_sample' does not exist!", "Did you mean"]),
        (["token=secret"], 2, ["token", "not supported"]),
        (["hello"], 2, ["'hello' is not of the form option=value"]),
        (["method=best"], 2, ["method=best is not one of coreset, coreset-medoid"]),
        (["encoder=resnet"], 2, ["encoder=resnet is not known"]),
        (["device=quantum"], 2, ["device=quantum is not one of"]),
    ],
)
def test_wrong_options_are_one_sentence(tmp_path, frames, capsys, words, code, parts):
    """A traceback, or a wrong exit code that lets a script go on."""
    given = {
        "input_dir": frames,
        "output_dir": tmp_path / "out",
        "selected_sequence_length": 10,
        "stopping_condition.n_samples": 20,
        "data_dir": tmp_path / "data",
    }
    for word in words:
        given.pop(word.split("=")[0], None)
    status = main([*(f"{key}={value}" for key, value in given.items()), *words])
    error = capsys.readouterr().err
    assert status == code
    assert "Traceback" not in error
    assert all(part in error for part in parts), error
    assert not (tmp_path / "out").exists()  # nothing half-written stays behind


def test_a_missing_folder(tmp_path, capsys):
    """The path has to be named: people mistype it or forget to mount it."""
    missing = tmp_path / "gone"
    assert main(_words(missing, tmp_path)) == 2
    assert f"input_dir={missing} does not exist" in capsys.readouterr().err


def test_an_empty_folder(tmp_path, capsys):
    """'0 videos selected' with exit code 0 would pass unnoticed."""
    (tmp_path / "empty").mkdir()
    assert main(_words(tmp_path / "empty", tmp_path)) == 2
    error = capsys.readouterr().err
    assert "No video and no folder of frames" in error
    assert str(tmp_path / "empty") in error


def test_an_output_folder_that_cannot_be_written(tmp_path, frames, capsys):
    """It must be refused before the embedding, not after hours of it."""
    (tmp_path / "file").write_text("in the way")
    assert main(_words(frames, tmp_path, output=tmp_path / "file")) == 2
    assert "output folder" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_an_output_folder_inside_the_input_folder(tmp_path, frames, capsys):
    """The frames that one run writes would be a video of the next."""
    assert main(_words(frames, tmp_path, output=frames / "out")) == 2
    assert "Choose a folder outside" in capsys.readouterr().err


def test_input_and_output_are_required(capsys):
    """A missing option has to be named, whichever it is."""
    assert main(["stopping_condition.n_samples=10"]) == 2
    assert "'input_dir' is required" in capsys.readouterr().err


@pytest.mark.slow
def test_the_encoder_that_embeds_nothing_selects_nothing(tmp_path, frames, capsys):
    """On vectors of length 0 it would take the first sequences, and look like a selection."""
    assert main([*_words(frames, tmp_path), "encoder=none"]) == 2
    assert "bring your own with embeddings=" in capsys.readouterr().err


@pytest.mark.slow
def test_a_length_longer_than_every_video(tmp_path, frames, capsys):
    """The longest video has to be named, with a length that would do."""
    words = [*_words(frames, tmp_path), "selected_sequence_length=30"]
    words[2] = "stopping_condition.n_samples=30"
    assert main(words) == 2
    error = capsys.readouterr().err
    assert "selected_sequence_length=30 is longer than every video" in error
    assert "'street', has 25 frames" in error


@pytest.mark.slow
def test_nothing_readable_ends_with_1(tmp_path, capsys):
    """Scripts tell 'wrong input' (2) from 'nothing there to work with' (1)."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "broken.mp4").write_bytes(b"this is no video")
    assert main(_words(tmp_path / "in", tmp_path)) == 1
    assert "The video cannot be read: 'broken.mp4'" in capsys.readouterr().err


def test_an_interrupt_ends_with_130_and_leaves_no_folder(tmp_path, frames, capsys, monkeypatch):
    """Ctrl-C would show a traceback, or leave a half-written output folder."""

    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("seqsel_core.engine.embed", interrupted)
    assert main(_words(frames, tmp_path)) == 130
    assert "What is embedded stays" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_help_names_every_option_with_its_default():
    """An option that is missing in --help does not exist for most people."""
    text = help_text()
    for name, default, meaning in options():
        assert f"  {name}={default!r}" in text or f"  {name}={default}" in text
        assert meaning in text


def test_help_and_nothing_at_all(capsys):
    """`--help` is no error; no argument at all is one, and still explains itself."""
    assert main(["--help"]) == 0
    assert main([]) == 2
    assert "selected_sequence_length" in capsys.readouterr().out


def test_who_stops_reading_is_shown_no_fault():
    """`--help | head` would end in a traceback."""
    words = [sys.executable, "-m", "seqsel_core", "--help"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(words, cwd=ROOT, **pipes) as child:
        child.stdout.close()
        assert child.stderr.read() == b""
        assert child.wait(timeout=60) == 128 + signal.SIGPIPE


def _words(input_dir, tmp_path, output=None):
    return [
        f"input_dir={input_dir}",
        f"output_dir={output or tmp_path / 'out'}",
        "stopping_condition.n_samples=5",
        f"data_dir={tmp_path / 'data'}",
    ]


def test_hostile_names_in_the_summary_are_text(capsys):
    """A name that is not UTF-8 would end with a traceback after everything is written."""
    name = "clip\udcff\x1b[2J\n.mp4"
    bad = SimpleNamespace(video=SimpleNamespace(name=name), reason="cannot be opened: \x1b[2J")
    good = SimpleNamespace(
        video=SimpleNamespace(name=name),
        shard=SimpleNamespace(info=SimpleNamespace(problems=())),
    )
    choice = SimpleNamespace(
        dataset=SimpleNamespace(videos=[good], unreadable=[bad], n_frames=9),
        checks=Checks(**{field.name: (np.arange(9) < 2,) for field in fields(Checks)}),
        selected=[SimpleNamespace(video=0)],
        selection=Selection(
            np.array([0]), np.array([np.inf], np.float32), np.array([0.5], np.float32)
        ),
        sequences=SimpleNamespace(length=3, too_short=()),
        n_selected_frames=3,
    )
    print(summary(SimpleNamespace(choice=choice, output=Path("out\udcff"), proof=None)))
    shown = capsys.readouterr().out
    assert shown.startswith("Selected 1 sequence of 3 frames (3 of 9 frames) from 1 of 1 video.")
    assert "2 frames are damaged, in 1 video: clip\\xff\\x1b[2J\\n.mp4" in shown
    assert "  clip\\xff\\x1b[2J\\n.mp4: cannot be opened: \\x1b[2J" in shown.splitlines()
    assert shown.splitlines()[-1] == "Written to out\\xff"


def test_hostile_names_in_an_error_are_text(tmp_path, capsys):
    """An escape sequence in a path would reach the terminal."""
    assert main(_words(f"{tmp_path}/\x1b[2J", tmp_path)) == 2
    assert "\\x1b[2J does not exist" in capsys.readouterr().err


@pytest.mark.slow
def test_a_real_interrupt_while_decoding(tmp_path, frames):
    """Ctrl-C would wait for the end, show a traceback, or lose what is embedded."""
    long = tmp_path / "in" / "street long"
    long.mkdir()
    for index in range(5000):
        (long / f"{index:04d}.png").hardlink_to(frames / "street" / f"{index % 25:03d}.png")
    words = [*_words(frames, tmp_path), "lightly.loader.batch_size=4"]
    child = subprocess.Popen(
        [sys.executable, "-m", "seqsel_core", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Where the tests run in the background, a shell has made them deaf to SIGINT.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    until = time.monotonic() + 120
    while len(stored := _manifests(tmp_path)) < 3:  # all but the long one
        assert child.poll() is None, child.communicate()
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.05)
    child.send_signal(signal.SIGINT)
    _, error = child.communicate(timeout=30)
    assert child.returncode == 130
    assert "What is embedded stays" in error
    assert "Traceback" not in error
    assert not (tmp_path / "out").exists()
    assert _manifests(tmp_path) == stored
    assert list((tmp_path / "data" / "shards" / "tmp").iterdir()) == []


def _manifests(tmp_path):
    return sorted((tmp_path / "data" / "shards").glob("??/*/manifest.json"))
