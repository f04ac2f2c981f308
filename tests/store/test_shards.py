"""Stored videos: whole or not there, whoever kills or shares what."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqsel_core.errors import StoreError
from seqsel_core.store.shards import FRAME_DTYPE, Shard, ShardInfo, ShardStore, ShardWriter
from seqsel_core.video.types import Problem

ID = "ab" + "0" * 30
KEY = "encoder-224-pyav"


def unit(index: int) -> np.ndarray:
    """Return a unit vector with 4 dimensions."""
    vector = np.random.default_rng(index).standard_normal(4)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def append(writer: ShardWriter, count: int) -> None:
    """Add frames."""
    for index in range(count):
        row = (index, index * 512, index / 30, 2**64 - 1 - index, 0.25, index == 1)
        writer.append(unit(index), row, bytes([97 + index]) * index)


def info(n_frames: int, *problems: Problem) -> ShardInfo:
    """Return what a manifest says."""
    return ShardInfo("encoder", "pyav", n_frames, 4, 80, 48, (1, 15360), n_frames + 1, problems)


def write(store: ShardStore, count: int = 3, video_id: str = ID) -> Shard:
    """Write a whole shard."""
    writer = store.writer(video_id, KEY)
    append(writer, count)
    return writer.finish(info(count))


def temporary(data_dir: Path) -> list[Path]:
    """Return what lies in the temporary directory."""
    return list((data_dir / "shards/tmp").iterdir())


def age(path: Path) -> None:
    """Make a directory an hour old."""
    os.utime(path, times=(time.time() - 3600,) * 2)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """Catches values lost or exchanged on their way to the disk and back."""
    store = ShardStore(tmp_path)
    writer = store.writer(ID, KEY)
    append(writer, 3)
    assert writer.n_frames == 3
    assert writer.dimensions == 4
    problems = (Problem("caf\udce9/<b>\n.png cannot be read", 1), Problem("other"))
    written = writer.finish(info(3, *problems))
    for shard in (written, ShardStore(tmp_path).find(ID, KEY)):
        assert shard is not None
        assert shard.info == info(3, *problems)
        assert shard.embeddings.dtype == np.float16
        np.testing.assert_allclose(shard.embeddings, [unit(0), unit(1), unit(2)], atol=1e-3)
        assert shard.frames.dtype == FRAME_DTYPE
        assert shard.frames["index"].tolist() == [0, 1, 2]
        assert shard.frames["pts"].tolist() == [0, 512, 1024]
        assert shard.frames["pixel_hash"].tolist() == [2**64 - 1, 2**64 - 2, 2**64 - 3]
        assert shard.frames["damaged"].tolist() == [False, True, False]
        assert shard.thumbnails([2, 0, 1]) == [b"cc", b"", b"b"]
    assert temporary(tmp_path) == []


def test_embeddings_stay_on_disk(tmp_path: Path) -> None:
    """Catches all embeddings read into memory, and a store that a reader can change."""
    shard = write(ShardStore(tmp_path))
    assert isinstance(shard.embeddings, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        shard.embeddings[0] = 0


@pytest.mark.parametrize("dimensions", [0, 4])
def test_a_video_without_frames_is_stored_too(tmp_path: Path, dimensions: int) -> None:
    """Catches a bad video that is decoded again in every run."""
    writer = ShardStore(tmp_path).writer(ID, KEY)
    manifest = ShardInfo("e", "pyav", 0, dimensions, 0, 0, (0, 1), 0, (Problem("is empty"),))
    shard = writer.finish(manifest)
    assert shard.embeddings.shape == (0, dimensions)
    assert len(shard.frames) == 0
    assert shard.info.problems == (Problem("is empty"),)


def test_frames_without_embeddings_are_stored(tmp_path: Path) -> None:
    """Catches embeddings of length 0, of users who bring their own, that cannot be mapped."""
    writer = ShardStore(tmp_path).writer(ID, KEY)
    writer.append(np.empty(0, np.float32), (0, 0, 0.0, 1, 0.0, False), b"")
    shard = writer.finish(ShardInfo("none", "pyav", 1, 0, 80, 48, (1, 1), 1, ()))
    assert shard.embeddings.shape == (1, 0)


def test_contents_and_encoders_have_shards_of_their_own(tmp_path: Path) -> None:
    """Catches embeddings of another encoder, or of another video, taken for these."""
    store = ShardStore(tmp_path)
    write(store)
    assert store.find(ID, KEY) is not None
    assert store.find(ID, "other-224-pyav") is None
    assert store.find("ab" + "1" * 30, KEY) is None


def test_what_is_not_finished_is_not_there(tmp_path: Path) -> None:
    """Catches half a video believed to be whole."""
    store = ShardStore(tmp_path)
    writer = store.writer(ID, KEY)
    append(writer, 3)
    assert store.find(ID, KEY) is None
    writer.discard()
    assert temporary(tmp_path) == []
    assert store.find(ID, KEY) is None
    write(store)
    assert store.find(ID, KEY) is not None


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    """Catches rubbish that fills the disk, and the work of a live process removed."""
    program = (
        "import sys, time; from pathlib import Path; import numpy as np\n"
        "from seqsel_core.store.shards import ShardStore\n"
        "writer = ShardStore(Path(sys.argv[1])).writer('ab' + '1' * 30, 'key')\n"
        "writer.append(np.ones(4), (0, 0, 0.0, 1, 0.0, False), b'jpeg' * 10000)\n"
        "print('writing', flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"writing\n"
            (theirs,) = temporary(tmp_path)
            store = ShardStore(tmp_path)
            ours = store.writer(ID, KEY)
            append(ours, 3)
            for path in temporary(tmp_path):
                age(path)
            ShardStore(tmp_path)
            assert len(temporary(tmp_path)) == 2, "both are being written"
        finally:
            process.kill()
        process.wait()
        ShardStore(tmp_path)
    assert theirs not in temporary(tmp_path)
    assert len(temporary(tmp_path)) == 1
    assert len(ours.finish(info(3)).frames) == 3
    assert store.find("ab" + "1" * 30, "key") is None


def test_what_has_just_begun_is_not_taken_for_a_leftover(tmp_path: Path) -> None:
    """Catches a race: a directory that another process has made but not locked yet."""
    ShardStore(tmp_path)
    (tmp_path / "shards/tmp/new").mkdir()
    ShardStore(tmp_path)
    assert len(temporary(tmp_path)) == 1
    age(tmp_path / "shards/tmp/new")
    ShardStore(tmp_path)
    assert temporary(tmp_path) == []


def test_two_writers_of_one_video_both_succeed(tmp_path: Path) -> None:
    """Catches two runs on the same videos that destroy each other's work."""
    store = ShardStore(tmp_path)
    writers = [store.writer(ID, KEY) for _ in range(4)]
    shards: list[Shard] = []

    def work(writer: ShardWriter) -> None:
        append(writer, 3)
        shards.append(writer.finish(info(3)))

    threads = [threading.Thread(target=work, args=(writer,)) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(shards) == 4
    assert len({shard.path for shard in shards}) == 1
    assert all(shard.thumbnails([2]) == [b"cc"] for shard in shards)
    assert temporary(tmp_path) == []


def test_an_open_shard_can_be_read_while_another_is_written(tmp_path: Path) -> None:
    """Catches a finished shard replaced under a reader."""
    store = ShardStore(tmp_path)
    shard = write(store)
    before = np.array(shard.embeddings)
    write(store, count=2)
    np.testing.assert_array_equal(shard.embeddings, before)
    again = store.find(ID, KEY)
    assert again is not None
    assert again.info.n_frames == 3


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    """Catches half a shard that stays when the last bytes cannot be written."""
    store = ShardStore(tmp_path)
    for stop in ("finish", "discard"):
        writer: Any = store.writer(ID, KEY)
        writer._embeddings.close()
        with open("/dev/full", "wb") as writer._embeddings:  # noqa: PTH123
            append(writer, 3)
            if stop == "finish":
                with pytest.raises(OSError, match="No space"):
                    writer.finish(info(3))
            else:
                writer.discard()
        assert temporary(tmp_path) == []
        assert store.find(ID, KEY) is None


def cut(path: Path) -> None:
    """Halve a file."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def change(key: str, value: object) -> Any:
    """Return a function that changes a value in a manifest."""

    def damage(path: Path) -> None:
        manifest = json.loads(path.read_text())
        manifest[key] = value
        path.write_text(json.dumps(manifest))

    return damage


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("manifest.json", Path.unlink),
        ("manifest.json", cut),
        ("manifest.json", lambda path: path.write_bytes(b"")),
        ("manifest.json", lambda path: path.write_bytes(b"\0" * 200)),
        ("manifest.json", lambda path: path.write_text("null")),
        ("manifest.json", lambda path: path.write_text("[]")),
        ("manifest.json", lambda path: path.write_text("{}")),
        ("manifest.json", change("format", 99)),
        ("manifest.json", change("n_frames", 2)),
        ("manifest.json", change("n_frames", "3")),
        ("manifest.json", change("dimensions", 2)),
        ("manifest.json", change("unknown", 1)),
        ("manifest.json", change("problems", [{"why": "?"}])),
        ("embeddings.f16", Path.unlink),
        ("embeddings.f16", cut),
        ("frames.npy", Path.unlink),
        ("frames.npy", cut),
        ("frames.npy", lambda path: path.write_bytes(b"")),
        ("frames.npy", lambda path: np.save(path, np.zeros(2, FRAME_DTYPE))),
        ("thumbnails.bin", Path.unlink),
        ("thumbnails.bin", lambda path: path.write_bytes(b"b")),
        ("thumbnails.npy", Path.unlink),
        ("thumbnails.npy", lambda path: np.save(path, np.zeros(3, np.int64))),
    ],
)
def test_damage_is_told_with_the_place_and_the_way_out(
    tmp_path: Path, name: str, damage: Any
) -> None:
    """Catches damaged embeddings believed, or an error that says nothing to people."""
    store = ShardStore(tmp_path)
    path = write(store).path
    damage(path / name)
    with pytest.raises(StoreError, match=rf"{path} are damaged .* Remove that directory"):
        store.find(ID, KEY)


def test_a_data_directory_that_cannot_be_is_told(tmp_path: Path) -> None:
    """Catches hours of embedding before the first write fails."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="data_dir="):
        ShardStore(tmp_path / "file")
