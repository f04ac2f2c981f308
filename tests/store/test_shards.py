"""Stored videos: whole or not there, whoever kills or shares what."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqsel_core.embed.measures import Measures
from seqsel_core.errors import StoreError
from seqsel_core.store import shards
from seqsel_core.store.shards import FRAME_DTYPE, Shard, ShardInfo, ShardStore, ShardWriter
from seqsel_core.video.types import Problem
from tests.store.shard_files import (
    ID,
    KEY,
    age,
    append,
    highest_descriptor,
    info,
    temporary,
    unit,
    write,
)


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
    shard = write(ShardStore(tmp_path / "caf\udce9"))
    held = highest_descriptor()
    embeddings = shard.embeddings
    with pytest.raises(ValueError, match="read-only"):
        embeddings[0] = 0
    stored = os.fsencode(shard.path / "embeddings.f16")
    assert stored in Path("/proc/self/maps").read_bytes()
    assert highest_descriptor() == held
    del embeddings  # what was read of a mapped file counts as memory while it is mapped
    assert stored not in Path("/proc/self/maps").read_bytes()


def test_rows_of_embeddings_are_read(tmp_path: Path) -> None:
    """Catches rows beside those asked for, and a broken store that ends in a traceback."""
    shard = write(ShardStore(tmp_path))
    for first, stop in ((0, 3), (1, 3), (2, 2)):
        rows = shard.read_embeddings(first, stop)
        assert rows.dtype == np.float16
        np.testing.assert_array_equal(rows, shard.embeddings[first:stop])
    (shard.path / "embeddings.f16").unlink()
    with pytest.raises(StoreError, match="embeddings"):
        shard.read_embeddings(0, 2)


def test_more_videos_than_files_that_may_be_open(tmp_path: Path) -> None:
    """Catches 'too many open files', called damage, in a dataset of some thousand videos."""
    store = ShardStore(tmp_path)
    ids = [f"{number:032x}" for number in range(40)]
    for video_id in ids:
        write(store, video_id=video_id)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest_descriptor() + 12, limits[1]))
    try:
        shards = [store.find(video_id, KEY) for video_id in ids]
        total = sum(float(shard.embeddings.sum()) for shard in shards if shard)
        frames = sum(len(shard.frames) for shard in shards if shard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert frames == 120
    assert total == pytest.approx(40 * sum(float(unit(n).sum()) for n in range(3)), abs=0.1)


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
    writer.append(np.empty(0, np.float32), (0, 0, 0.0, 1, False, *Measures()), b"")
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
    with pytest.raises(KeyError), store.writer(ID, KEY) as writer:
        raise KeyError
    assert temporary(tmp_path) == []
    with store.writer(ID, KEY) as writer:
        append(writer, 3)
        writer.finish(info(3))
    assert store.find(ID, KEY) is not None


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    """Catches rubbish that fills the disk, and the work of a live process removed."""
    program = (
        "import sys, time; from pathlib import Path; import numpy as np\n"
        "from seqsel_core.embed.measures import Measures\n"
        "from seqsel_core.store.shards import ShardStore\n"
        "writer = ShardStore(Path(sys.argv[1])).writer('ab' + '1' * 30, 'key')\n"
        "writer.append(np.ones(4), (0, 0, 0.0, 1, False, *Measures()), b'jpeg' * 10000)\n"
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


def test_a_shard_of_another_format_is_not_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches every run after an update ending with an error, and old shards overwritten."""
    store = ShardStore(tmp_path)
    old = write(store).path
    monkeypatch.setattr("seqsel_core.store.shards.FORMAT", shards.FORMAT + 1)
    assert store.find(ID, KEY) is None
    new = write(store, count=2)
    assert new.path != old
    monkeypatch.undo()
    again = store.find(ID, KEY)
    assert again is not None
    assert again.info.n_frames == 3


def test_a_writer_that_cannot_begin_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches an empty directory for every try, where a full disk takes no file any more."""
    store = ShardStore(tmp_path)
    held, opened = highest_descriptor(), Path.open

    def fail(path: Path, mode: str) -> Any:
        if path.name == "thumbnails.bin":
            raise OSError(28, "No space left on device")
        return opened(path, mode)

    monkeypatch.setattr(Path, "open", fail)
    with pytest.raises(OSError, match="No space"):
        store.writer(ID, KEY)
    assert temporary(tmp_path) == []
    assert highest_descriptor() == held


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        (f"{ID}-lite0-224-pyav.v7", (ID, "lite0-224-pyav", 7)),
        (f"{ID}-lite0-224-pyav", (ID, "lite0-224-pyav", 1)),
        (f"{ID}-net.v2-pyav.v3", (ID, "net.v2-pyav", 3)),
        (f"{ID}-", None),
        (f"{ID[1:]}-key.v2", None),
        ("manifest.json", None),
    ],
)
def test_a_name_says_what_a_shard_is(name: str, parts: Any) -> None:
    """Catches old formats taken for new ones, and foreign directories taken for shards."""
    assert shards.ShardName.parse(name) == parts
    if parts and parts[2] > 1:
        assert str(shards.ShardName(*parts)) == name


def test_a_use_is_noted(tmp_path: Path) -> None:
    """Catches 'last used' that is the day of embedding, and a write at every look."""
    store = ShardStore(tmp_path)
    manifest = write(store).path / "manifest.json"
    age(manifest)
    os.utime(manifest, times=(time.time() - 9000,) * 2)
    store.find(ID, KEY, used=False)
    assert time.time() - manifest.stat().st_mtime > 8000
    store.find(ID, KEY)
    used = manifest.stat().st_mtime_ns
    assert time.time() - used / 1e9 < 60
    store.find(ID, KEY)
    assert manifest.stat().st_mtime_ns == used


def test_a_shard_that_is_removed_meanwhile_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a removal by another process that is told as damage."""
    store = ShardStore(tmp_path)
    path = write(store).path
    monkeypatch.setattr(shards, "note_use", lambda file: shutil.rmtree(file.parent))
    assert store.find(ID, KEY) is None
    assert not path.exists()


def test_a_data_directory_that_cannot_be_is_told(tmp_path: Path) -> None:
    """Catches hours of embedding before the first write fails."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="data_dir="):
        ShardStore(tmp_path / "file")
