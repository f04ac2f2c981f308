"""From an input folder to stored embeddings, and what people are told on the way."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqsel_core import Config, Dataset, embed, run
from seqsel_core.errors import ConfigError, NothingReadable, StoreError
from seqsel_core.progress import Silent
from seqsel_core.store.shards import ShardWriter
from seqsel_core.video.decoders import decoder_for
from seqsel_core.video.discover import discover
from seqsel_core.video.types import Video


def codes(dataset: Dataset, encoder: Any) -> dict[str, list[int]]:
    """Return the codes that the embeddings of every video hold."""
    return {
        item.video.name: [encoder.code(row) for row in item.shard.embeddings]
        for item in dataset.videos
    }


def test_every_frame_has_its_own_embedding(
    clips: Any, configure: Callable[..., Config], encoder: Any, tmp_path: Path
) -> None:
    """Catches embeddings that slip by a frame, or into another video, on their way to disk."""
    clips.write(tmp_path / "in/a.mkv", 13)
    clips.write(tmp_path / "in/b.mp4", range(100, 121), codec="libx264", pixels="yuv420p")
    clips.write_frames(tmp_path / "in/c", {f"{code}.png": code for code in (61, 62, 63)})
    dataset = embed(configure())
    assert codes(dataset, encoder) == {
        "a.mkv": list(range(13)),
        "b.mp4": list(range(100, 121)),
        "c": [61, 62, 63],
    }
    assert dataset.n_frames == dataset.embedded_now == 37
    for item in dataset.videos:
        assert item.frames["index"].tolist() == list(range(len(item.frames)))
        assert item.shard.info.total_frames == len(item.frames)
        assert (item.shard.info.width, item.shard.info.height) == (80, 48)


def test_a_second_run_embeds_nothing(
    clips: Any, configure: Callable[..., Config], encoder: Any, tmp_path: Path
) -> None:
    """Catches hours of work done again, and a network loaded for nothing."""
    clips.write(tmp_path / "in/a.mkv", 9)
    (tmp_path / "in/bad.mp4").write_text("no video")
    first = embed(configure())
    assert first.embedded_now == 9
    encoder.batches.clear()
    again = embed(configure())
    assert again.embedded_now == 0
    assert encoder.batches == []
    assert [item.video.name for item in again.unreadable] == ["bad.mp4"]
    np.testing.assert_array_equal(again.embeddings[0], first.embeddings[0])


def test_only_what_is_new_is_embedded(
    clips: Any, configure: Callable[..., Config], tmp_path: Path
) -> None:
    """Catches everything embedded again for one new, renamed or changed video."""
    clips.write(tmp_path / "in/a.mkv", 9)
    clips.write(tmp_path / "in/b.mkv", range(50, 55))
    assert embed(configure()).embedded_now == 14
    (tmp_path / "in/a.mkv").rename(tmp_path / "in/renamed.mkv")
    clips.write(tmp_path / "in/c.mkv", [7, 8])
    assert embed(configure()).embedded_now == 2
    clips.write(tmp_path / "in/b.mkv", [1, 2, 3])
    dataset = embed(configure())
    assert dataset.embedded_now == 3
    assert [len(item.frames) for item in dataset.videos] == [3, 2, 9]


def test_the_same_content_is_embedded_once(
    clips: Any, configure: Callable[..., Config], encoder: Any, tmp_path: Path
) -> None:
    """Catches copies embedded twice, and a copy that vanishes from the dataset."""
    path = clips.write(tmp_path / "in/a.mkv", 9)
    (tmp_path / "in/s").mkdir()
    shutil.copy(path, tmp_path / "in/s/copy.mkv")
    dataset = embed(configure())
    assert dataset.embedded_now == 9
    assert codes(dataset, encoder) == {"a.mkv": list(range(9)), "s/copy.mkv": list(range(9))}
    assert dataset.videos[0].video_id == dataset.videos[1].video_id


@pytest.mark.parametrize(
    "word",
    [
        "encoder=efficientnet-lite1",
        "lightly.collate.input_size=64",
        "lightly.trainer.precision=16",
        "decoder=decord",
    ],
)
def test_another_way_to_embed_gives_other_embeddings(
    clips: Any, configure: Callable[..., Config], tmp_path: Path, word: str
) -> None:
    """Catches embeddings of one encoder, size or decoder used for another."""
    if word == "decoder=decord":
        pytest.importorskip("decord", reason="decord has no wheel for this machine")
    clips.write(tmp_path / "in/a.mp4", 9, codec="libx264", pixels="yuv420p")
    assert embed(configure()).embedded_now == 9
    assert embed(configure(word)).embedded_now == 9
    assert embed(configure(word)).embedded_now == embed(configure()).embedded_now == 0


def test_bad_videos_cost_only_themselves(
    clips: Any, configure: Callable[..., Config], tmp_path: Path
) -> None:
    """Catches one bad file that ends the run, or vanishes without a reason."""
    clips.write(tmp_path / "in/b.mkv", 9)
    (tmp_path / "in/a.mp4").write_bytes(b"")
    (tmp_path / "in/c.mp4").write_text("no video")
    clips.write_frames(tmp_path / "in/d", {"1.png": 1, "3.png": 3})
    (tmp_path / "in/d/2.png").write_text("no picture")
    (tmp_path / "in/e").mkdir()
    (tmp_path / "in/e/1.png").write_text("no picture")
    (tmp_path / "in/notes.txt").write_text("")
    dataset = embed(configure())
    assert [item.video.name for item in dataset.videos] == ["b.mkv", "d"]
    assert {item.video.name: item.reason.split(":")[0] for item in dataset.unreadable} == {
        "a.mp4": "cannot be opened",
        "c.mp4": "cannot be opened",
        "e": "e/1.png cannot be read",
    }
    assert dataset.ignored == ("notes.txt",)
    folder = dataset.videos[1]
    assert folder.frames["index"].tolist() == [0, 2]
    assert folder.shard.info.total_frames == 3
    assert folder.shard.info.problems[0].reason == "d/2.png cannot be read: not a picture"


def test_a_video_that_is_gone_costs_only_itself(
    clips: Any, configure: Callable[..., Config], tmp_path: Path
) -> None:
    """Catches a run that ends because a file was removed since it was found."""
    clips.write(tmp_path / "in/a.mkv", 3)
    clips.write(tmp_path / "in/b.mkv", [7, 8])
    found = discover(tmp_path / "in")
    (tmp_path / "in/a.mkv").unlink()
    dataset = embed(configure(), found=found)
    assert [item.video.name for item in dataset.videos] == ["b.mkv"]
    assert dataset.unreadable[0].reason == "cannot be read: No such file or directory"


def test_nothing_readable_is_told_with_the_reasons(
    configure: Callable[..., Config], tmp_path: Path
) -> None:
    """Catches an empty result where every video is bad."""
    (tmp_path / "in").mkdir()
    for number in range(7):
        (tmp_path / f"in/{number}.mp4").write_text("no video")
    with pytest.raises(NothingReadable, match=r"None of the 7 .*'0\.mp4' cannot .*and 2 more"):
        embed(configure())


def test_broken_videos_all_have_a_reason(
    shared_data: Path, configure: Callable[..., Config]
) -> None:
    """Catches broken files that stop a run, take for ever, or are left out in silence."""
    started = time.monotonic()
    dataset = embed(configure(f"input_dir={shared_data / 'broken'}"))
    assert time.monotonic() - started < 60
    assert len(dataset.videos) + len(dataset.unreadable) > 50
    assert len(dataset.videos) > 25
    assert all(item.reason for item in dataset.unreadable)
    for item in dataset.videos:
        assert item.frames["index"].tolist() == list(range(len(item.frames)))


class Interruption(Silent):
    """Stops the work after some frames."""

    def __init__(self, after: int) -> None:
        """Stop after so many frames."""
        self._left = after
        self._embedding = False

    def stage(self, name: str, total: int, unit: str) -> None:
        """Only the frames count."""
        self._embedding = unit == "frames"

    def advance(self, count: int, detail: str = "") -> None:
        """Stop when all are used up."""
        self._left -= count * self._embedding
        if self._left < 0:
            raise KeyboardInterrupt


def test_an_interrupted_run_goes_on_where_it_stopped(
    clips: Any, configure: Callable[..., Config], encoder: Any, tmp_path: Path
) -> None:
    """Catches finished videos lost, and half a video believed to be whole."""
    for name, count in {"a": 12, "b": 12, "c": 40, "d": 5}.items():
        clips.write(tmp_path / f"in/{name}.mkv", range(ord(name) - 90, ord(name) - 90 + count))
    with pytest.raises(KeyboardInterrupt):
        embed(configure(), Interruption(after=40))
    assert list((tmp_path / "data/shards/tmp").iterdir()) == []
    dataset = embed(configure())
    assert dataset.embedded_now == 45
    assert codes(dataset, encoder) == {
        f"{name}.mkv": list(range(ord(name) - 90, ord(name) - 90 + count))
        for name, count in {"a": 12, "b": 12, "c": 40, "d": 5}.items()
    }


def test_a_full_disk_is_told(
    clips: Any,
    configure: Callable[..., Config],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Catches a traceback, or a video believed to be stored, where the disk is full."""

    def append(*frame: object) -> None:
        raise OSError(28, "No space left on device")

    clips.write(tmp_path / "in/a.mkv", 3)
    monkeypatch.setattr(ShardWriter, "append", append)
    with pytest.raises(StoreError, match="data: No space left on device"):
        embed(configure())
    monkeypatch.undo()
    assert list((tmp_path / "data/shards/tmp").iterdir()) == []


def test_a_damaged_store_is_told(
    clips: Any, configure: Callable[..., Config], tmp_path: Path
) -> None:
    """Catches a selection from damaged embeddings."""
    clips.write(tmp_path / "in/a.mkv", 3)
    shard = embed(configure()).videos[0].shard
    (shard.path / "frames.npy").write_bytes(b"")
    with pytest.raises(StoreError, match="are damaged"):
        embed(configure())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["input_dir=", "output_dir=out"], "'input_dir' is required"),
        (["output_dir="], "'output_dir' is required"),
        (
            [
                "output_dir=out",
                "stopping_condition.n_samples=205",
                "selected_sequence_length=10",
            ],
            "205 .*10.* 200 or 210",
        ),
        (["output_dir=out", "stopping_condition.n_samples=1.5"], "share"),
        (["output_dir=out", "embeddings=missing.csv"], r"embeddings=missing\.csv does not exist"),
        (["output_dir=out", "datapool.name=a/b"], r"datapool\.name=a/b must be letters"),
    ],
)
def test_a_run_that_cannot_be_is_refused_before_any_work(
    configure: Callable[..., Config],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    told: str,
) -> None:
    """Catches an error after hours, and an empty folder left behind."""
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("seqsel_core.engine.embed", lambda *args, **kwargs: pytest.fail("works"))
    with pytest.raises(ConfigError, match=told):
        run(configure(*words))
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_what_a_manifest_says_is_json(
    clips: Any, configure: Callable[..., Config], tmp_path: Path
) -> None:
    """Catches a shard that other programs cannot read."""
    clips.write(tmp_path / "in/a.mkv", 3)
    shard = embed(configure()).videos[0].shard
    manifest = json.loads((shard.path / "manifest.json").read_text("utf-8"))
    assert manifest["decoder"] == "pyav"
    assert manifest["n_frames"] == 3
    assert manifest["time_base"] == [1, 1000]


def test_the_number_of_threads_reaches_the_decoder(
    clips: Any, configure: Callable[..., Config], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches lightly.loader.num_workers read and not used."""
    asked = []

    def decoder(video: Video, name: str, *, threads: int = -1, isolate: bool = False) -> Any:
        asked.append(threads)
        return decoder_for(video, name, threads=threads, isolate=isolate)

    clips.write(tmp_path / "in/a.mkv", 3)
    monkeypatch.setattr("seqsel_core.embedding.decoder_for", decoder)
    embed(configure("lightly.loader.num_workers=3"))
    assert 3 in asked
