"""Who does which work, and the lock that makes sure of it."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from seqsel_core.jobs import lanes


@pytest.fixture
def gpus(tmp_path, monkeypatch):
    """Say how many GPUs the driver and this container have."""

    def say(driver: int, container: int) -> None:
        (tmp_path / "driver").mkdir()
        for number in range(driver):
            (tmp_path / f"driver/0000:0{number}:00.0").mkdir()
        for name in ["nvidiactl", *(f"nvidia{number}" for number in range(container))]:
            (tmp_path / name).touch()

    monkeypatch.setattr(lanes, "_DRIVER", tmp_path / "driver")
    monkeypatch.setattr(lanes, "_DEVICES", tmp_path)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.delenv("SEQSEL_WORKERS", raising=False)
    return say


def test_without_gpus_one_worker_embeds(gpus):
    """A machine without GPUs would embed nothing; its environment must stay as it is."""
    assert lanes.workers() == {"embed-0": "embed", "quick": "quick"}
    assert "CUDA_VISIBLE_DEVICES" not in lanes.environment("embed-0")


def test_each_gpu_has_a_worker_that_sees_only_it(gpus):
    """All workers would use the first GPU, and the others idle."""
    gpus(4, 2)  # a container that was given two of four
    assert list(lanes.workers()) == ["embed-0", "embed-1", "quick"]
    seen = [lanes.environment(worker).get("CUDA_VISIBLE_DEVICES") for worker in lanes.workers()]
    assert seen == ["0", "1", None]


def test_the_devices_that_somebody_chose_are_used(gpus, monkeypatch):
    """A GPU that was left to others would be taken."""
    gpus(4, 4)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,1")
    assert [lanes.environment(f"embed-{n}")["CUDA_VISIBLE_DEVICES"] for n in (0, 1)] == ["3", "1"]
    monkeypatch.setenv("SEQSEL_WORKERS", "4")
    assert len(lanes.workers()) == 5
    assert lanes.environment("embed-3")["CUDA_VISIBLE_DEVICES"] == "1"


@pytest.mark.parametrize("words", ["", "many", "0", "-1"])
def test_a_number_of_workers_that_cannot_be_is_not_obeyed(gpus, monkeypatch, words):
    """A slip in the configuration would stop all embedding, or the server."""
    monkeypatch.setenv("SEQSEL_WORKERS", words)
    assert list(lanes.workers()) == ["embed-0", "quick"]


def test_a_lock_ends_with_its_process_however_it_ends(tmp_path: Path):
    """A lease that outlives its process would keep the work waiting."""
    program = (
        "import sys\nfrom pathlib import Path\nfrom seqsel_core.jobs import lanes\n"
        "lock = lanes.take(Path(sys.argv[1]), 'quick')\nprint('taken', flush=True)\ninput()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, tmp_path],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout.readline() == b"taken\n"
        assert lanes.lives(tmp_path, "quick")
        assert not lanes.lives(tmp_path, "embed-0")
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert not lanes.lives(tmp_path, "quick")


def test_a_lock_that_was_removed_is_noticed(tmp_path: Path):
    """Two processes would hold the lock of one worker: one of them on a removed file."""
    lock = lanes.take(tmp_path, "quick")
    lanes.reserve(lock)
    assert lanes.still_there(lock)
    lanes.lock_path(tmp_path, "quick").unlink()
    assert not lanes.still_there(lock)
    other = lanes.take(tmp_path, "quick")
    assert other is not None
    assert not lanes.still_there(lock)
    lock.close()
    other.close()


def test_a_look_at_a_lock_does_not_take_its_reserve(tmp_path: Path):
    """The space kept for the day on which the disk is full would be gone after a second."""
    lock = lanes.take(tmp_path, "quick")
    lanes.reserve(lock)
    path = lanes.lock_path(tmp_path, "quick")
    size = path.stat().st_size
    assert lanes.lives(tmp_path, "quick")
    assert path.stat().st_size == size > 100_000
    lanes.give_up_reserve(lock)
    assert path.stat().st_size == 0
    lock.close()
