"""What is stored after a kill, beside another process, or without a place to write."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import xxhash

from seqsel_core.store.catalogue import Catalogue
from seqsel_core.store.identity import content_id
from seqsel_core.store.shards import Shard
from seqsel_core.video.types import Video

ROOT = Path(__file__).resolve().parent.parent
FRAMES = {"a": 21, "b": 8, "c": 34, "d": 16, "e": 13}
KILLS = 30

Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def children() -> Iterator[Ask]:
    """Ask `embed_children.py` to embed."""
    with subprocess.Popen(
        [sys.executable, str(ROOT / "tests/embed_children.py")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def ask(**request: Any) -> list[dict[str, Any]]:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(request, default=str) + "\n")
            process.stdin.flush()
            answer: list[dict[str, Any]] = json.loads(process.stdout.readline())
            return answer

        yield ask
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture(scope="module")
def input_dir(clips: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five videos, a copy of one, and one that cannot be read."""
    folder = tmp_path_factory.mktemp("in")
    for number, (name, count) in enumerate(FRAMES.items()):
        clips.write(folder / f"{name}.mkv", range(number * 40, number * 40 + count))
    shutil.copy(folder / "a.mkv", folder / "copy of a.mkv")
    (folder / "bad.mp4").write_text("no video")
    return folder


@pytest.fixture(scope="module")
def undisturbed(
    children: Ask, input_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, str], dict[str, int]]:
    """What a run that nothing disturbs stores, and how many moments of each kind it has."""
    data_dir = tmp_path_factory.mktemp("undisturbed")
    (report,) = children(input_dir=input_dir, data_dir=data_dir)
    assert report["code"] == 0
    assert report["error"] == ""
    assert sum(report["appended"].values()) == report["frame"] == sum(FRAMES.values())
    moments = {"frame": report["frame"], "file": report["file"], "time": report["milliseconds"]}
    return shards(data_dir), moments


def shards(data_dir: Path) -> dict[str, str]:
    """Return {name: hash of all files} of what counts as complete."""
    found = {}
    for folder in data_dir.glob("shards/??/*"):
        digest = xxhash.xxh3_128()
        for path in sorted(folder.iterdir()):
            digest.update(path.name.encode() + path.read_bytes())
        found[folder.name] = digest.hexdigest()
    return found


def leftovers(data_dir: Path) -> list[Path]:
    """Return what lies in the temporary directory, and make it look an hour old."""
    found = list(data_dir.glob("shards/tmp/*"))
    for path in found:
        os.utime(path, times=(time.time() - 3600,) * 2)
    return found


def moments(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Return 30 random moments, the same in every run: ten of each kind."""
    chance = random.Random(20261122)
    kinds = [kind for kind in ("frame", "file", "time") for _ in range(KILLS // 3)]
    return [(kind, chance.randint(1, counts[kind])) for kind in kinds]


@pytest.mark.slow
def test_a_killed_process_costs_one_video_at_most(
    children: Ask, input_dir: Path, undisturbed: Any, tmp_path: Path
) -> None:
    """Catches half a video believed to be whole, and finished work that is lost or repeated."""
    whole, counts = undisturbed
    killed = 0
    for number, kill in enumerate(moments(counts)):
        data_dir = tmp_path / str(number)
        (report,) = children(input_dir=input_dir, data_dir=data_dir, kill=kill)
        assert report["code"] in (-9, 0) if kill[0] == "time" else report["code"] == -9, kill
        killed += report["code"] == -9

        complete = shards(data_dir)
        assert complete.items() <= whole.items(), kill
        for folder in data_dir.glob("shards/??/*"):
            assert len(Shard(folder).frames) == Shard(folder).info.n_frames, kill
        lost = report["appended"].keys() - complete
        assert len(lost) <= 1, kill
        for video_id, paths in Catalogue(data_dir).last_seen().items():
            assert all(content_id(Video("", path, 0)) == video_id for path in paths), kill

        leftovers(data_dir)
        (again,) = children(input_dir=input_dir, data_dir=data_dir)
        assert (again["code"], again["error"]) == (0, ""), kill
        assert not again["appended"].keys() & complete.keys(), kill
        assert shards(data_dir) == whole, kill
        assert leftovers(data_dir) == [], kill
        shutil.rmtree(data_dir)
    assert killed > KILLS * 2 / 3


def test_two_processes_on_the_same_videos(
    children: Ask, input_dir: Path, undisturbed: Any, tmp_path: Path
) -> None:
    """Catches processes that lock each other out, or destroy each other's shards."""
    whole, _ = undisturbed
    for number in range(2):  # each time they create everything at the same moment
        data_dir = tmp_path / str(number)
        reports = children(input_dir=input_dir, data_dir=data_dir, copies=2)
        assert [(report["code"], report["error"]) for report in reports] == [(0, ""), (0, "")]
        assert shards(data_dir) == whole
        assert leftovers(data_dir) == []


def test_a_store_that_others_removed_from_is_filled_again(
    children: Ask, input_dir: Path, undisturbed: Any, tmp_path: Path
) -> None:
    """Catches a shard that counts as there though somebody removed it."""
    whole, _ = undisturbed
    children(input_dir=input_dir, data_dir=tmp_path)
    shutil.rmtree(next(tmp_path.glob("shards/??/*")))
    (report,) = children(input_dir=input_dir, data_dir=tmp_path)
    assert report["error"] == ""
    assert shards(tmp_path) == whole


@pytest.mark.parametrize("limit", [1, 300, 600, 1000, 2000])
def test_a_disk_that_is_full_is_told_and_nothing_half_is_believed(
    children: Ask, input_dir: Path, undisturbed: Any, tmp_path: Path, limit: int
) -> None:
    """Catches a traceback, or a part of a video taken for the whole, when writing fails.

    A limit of the size of files, in bytes, stands in for the full disk; the catalogue is made
    before, so that it strikes in the shards.
    """
    whole, _ = undisturbed
    Catalogue(tmp_path)
    (report,) = children(input_dir=input_dir, data_dir=tmp_path, file_limit=limit)
    assert report["code"] == 0
    assert report["error"].startswith("StoreError: ")
    assert str(tmp_path) in report["error"]
    assert "data_dir= or SEQSEL_DATA_DIR" in report["error"]
    assert shards(tmp_path).items() < whole.items()
    assert leftovers(tmp_path) == []
    (report,) = children(input_dir=input_dir, data_dir=tmp_path)
    assert report["error"] == ""
    assert shards(tmp_path) == whole


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 600 kB; skipped where this user may not make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", "size=600k", "tmpfs", str(folder)]
    if not mount or subprocess.run([mount, *options], check=False, capture_output=True).returncode:
        pytest.skip("this user may not mount a file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_really_full_disk(
    children: Ask, input_dir: Path, undisturbed: Any, small_disk: Path
) -> None:
    """Catches what a limit of files does not show: SQLite, directories and renames fail too."""
    whole, _ = undisturbed
    rest = small_disk / "other things"
    rest.write_bytes(bytes(470_000))
    (report,) = children(input_dir=input_dir, data_dir=small_disk / "data")
    assert report["code"] == 0
    assert report["error"].startswith("StoreError: "), report
    assert "ree some space" in report["error"]
    assert shards(small_disk / "data").items() < whole.items()
    assert leftovers(small_disk / "data") == []
    rest.unlink()
    (report,) = children(input_dir=input_dir, data_dir=small_disk / "data")
    assert report["error"] == ""
    assert shards(small_disk / "data") == whole


@pytest.fixture
def as_somebody_else() -> int:
    """The number of a user without rights; skipped where this user cannot become another."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    return 65534


def reachable(path: Path) -> None:
    """Let all users walk down to a folder of the tests."""
    for folder in [path, *(parent for parent in path.parents if "pytest-" in parent.name)]:
        folder.chmod(0o755)


def test_a_data_directory_of_another_user(
    children: Ask, input_dir: Path, tmp_path: Path, as_somebody_else: int
) -> None:
    """Catches a traceback, or a bare 'permission denied', after a run as root in a container."""
    reachable(input_dir)
    reachable(tmp_path)
    data_dir = tmp_path / "data"
    words = {"input_dir": input_dir, "data_dir": data_dir}
    (report,) = children(**words, user=as_somebody_else)
    assert report["error"].startswith(f"StoreError: The data directory {data_dir} cannot be")
    assert "belongs to root (0), and this is " in report["error"]
    assert f"(chown -R {as_somebody_else} {tmp_path})" in report["error"]
    children(**words)
    before = shards(data_dir)
    (report,) = children(**words, user=as_somebody_else)
    assert report["error"].startswith("StoreError: ")
    assert "belongs to root (0)" in report["error"]
    assert shards(data_dir) == before


def test_shards_that_another_user_keeps_private(
    children: Ask, input_dir: Path, tmp_path: Path, as_somebody_else: int
) -> None:
    """Catches embeddings called damaged, and removed on that advice, that are only private."""
    reachable(input_dir)
    data_dir = tmp_path / "data"
    words = {"input_dir": input_dir, "data_dir": data_dir}
    children(**words)
    reachable(tmp_path)
    for path in [data_dir, *data_dir.rglob("*")]:
        os.chown(path, as_somebody_else, as_somebody_else)
    private = next(data_dir.glob("shards/??/*/manifest.json"))
    os.chown(private, 0, 0)
    private.chmod(0o600)
    (report,) = children(**words, user=as_somebody_else)
    assert "cannot be read: Permission denied. It belongs to root (0)" in report["error"]
    assert "damaged" not in report["error"]
