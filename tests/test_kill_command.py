"""The real command, with its network and its decoding process, killed while it embeds."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
FRAMES = {"a": 20, "b": 50, "c": 30}
EMBED = "import sys; from seqsel_core import Config, embed; embed(Config.parse(sys.argv[1:]))"


def start(tmp_path: Path, data_dir: Path, *program: str) -> subprocess.Popen[bytes]:
    """Start a program on the videos, in a session of its own."""
    words = [f"input_dir={tmp_path / 'in'}", f"data_dir={data_dir}"]
    words += ["stopping_condition.n_samples=10", "lightly.loader.batch_size=8"]
    return subprocess.Popen(
        [sys.executable, *program, *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def files(data_dir: Path) -> dict[str, bytes]:
    """Return {name: content} of every file of what counts as complete."""
    return {
        str(path.relative_to(data_dir)): path.read_bytes()
        for path in data_dir.glob("shards/??/*/*")
    }


def members(session: int) -> list[str]:
    """Return the processes of a session that live."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, number = path.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue  # it ended at this moment
        if int(number) == session and state != "Z":
            found.append(path.parent.name)
    return found


def wait_until(condition: Any, seconds: float) -> None:
    """Wait for something that takes seconds."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.02)


@pytest.mark.slow
def test_the_real_command_goes_on_after_a_kill(clips: Any, tmp_path: Path) -> None:
    """Catches embeddings that depend on where a run was cut, and decoders that outlive it."""
    for number, (name, count) in enumerate(FRAMES.items()):
        clips.write(tmp_path / f"in/{name}.mkv", range(number * 60, number * 60 + count))
    assert start(tmp_path, tmp_path / "whole", "-c", EMBED).wait(300) == 0
    whole = files(tmp_path / "whole")
    assert len({Path(name).parent for name in whole}) == len(FRAMES)
    chance = random.Random(3)
    for number in range(2):
        data_dir = tmp_path / str(number)
        output = f"output_dir={tmp_path / 'out'}"
        process = start(tmp_path, data_dir, "-m", "seqsel_core", output)
        wait_until(lambda: files(data_dir) or process.poll() is not None, 300)  # noqa: B023
        time.sleep(chance.random() / 3)
        process.send_signal(signal.SIGKILL)
        assert process.wait(30) == -signal.SIGKILL
        wait_until(lambda: not members(process.pid), 30)  # noqa: B023
        assert files(data_dir).items() <= whole.items()
        assert start(tmp_path, data_dir, "-c", EMBED).wait(300) == 0
        assert files(data_dir) == whole
