"""What goes with a dataset that is removed, and what stays."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from seqsel_core.embed.measures import Measures
from seqsel_core.embed.spec import encoder_spec
from seqsel_core.opening import open_dataset, shard_key
from seqsel_core.overview import overview
from seqsel_core.removal import plan_removal, remove_dataset
from seqsel_core.store.clips import clip_path
from seqsel_core.store.datasets import DatasetRecord, Datasets, Listing, Source
from seqsel_core.store.inventory import size_of
from seqsel_core.store.projections import Projections
from seqsel_core.store.shards import ShardInfo, ShardStore
from seqsel_core.store.uploads import save_upload
from seqsel_core.video.discover import Found
from seqsel_core.video.types import Video

ENCODER = "efficientnet-lite0"
A, B, C = ("a" * 32, "b" * 32, "c" * 32)


def shard_path(data_dir: Path, video_id: str) -> Path:
    """Return where the shard of a content lies."""
    video = Video("x.mp4", Path("/x.mp4"), 1)
    return ShardStore(data_dir).path(video_id, shard_key(encoder_spec(ENCODER), video))


def add(data_dir: Path, source: Source, contents: dict[str, str], owner: str = "") -> DatasetRecord:
    """Add a dataset of {name: content id}, embedded, with a map and a clip of each video."""
    store, datasets, spec = ShardStore(data_dir), Datasets(data_dir), encoder_spec(ENCODER)
    record = datasets.create(
        "Street", [source], encoder=ENCODER, frame_order="natural", owner=owner
    )
    videos = tuple(Video(name, source.path / name, 1) for name in contents)
    for video, video_id in zip(videos, contents.values(), strict=True):
        writer = store.writer(video_id, shard_key(spec, video))
        writer.append(np.ones(4), (0, 0, 0.0, 0, False, *Measures()), b"picture")
        writer.finish(ShardInfo(spec.key, "pyav", 1, 4, 4, 4, (1, 1), 1, ()))
        clip = clip_path(data_dir, video_id, 0, 1)
        clip.parent.mkdir(exist_ok=True)
        clip.write_bytes(b"clip")
    listing = Listing(Found(videos, (), ()), tuple(contents.values()))
    datasets.save_listing(record.id, listing)
    opened = open_dataset(store, record, listing)
    assert opened is not None
    Projections(data_dir, opened.key).save("pca", np.zeros((len(videos), 2), np.float32))
    return record


def folder(path: Path) -> Source:
    """Return a folder with a video as a source."""
    path.mkdir()
    (path / "a.mp4").write_bytes(b"original")
    return Source(path, "folder")


def maps(data_dir: Path) -> int:
    """Return how many datasets have maps."""
    return len(list((data_dir / "projections").iterdir()))


def test_what_another_dataset_needs_stays(tmp_path: Path) -> None:
    """Catches hours of embedding of a colleague's private dataset, lost with somebody else's."""
    data_dir = tmp_path / "data"
    mine = add(data_dir, folder(tmp_path / "in"), {"a.mp4": A, "b.mp4": B})
    other = add(data_dir, folder(tmp_path / "other"), {"b.mp4": B, "c.mp4": C}, owner="anna")
    removal = plan_removal(data_dir, mine)
    assert removal.shards == (shard_path(data_dir, A),)
    assert removal.kept == 1
    assert removal.size_of_embeddings > size_of(shard_path(data_dir, A))
    assert remove_dataset(data_dir, mine) == []
    assert not shard_path(data_dir, A).exists()
    assert shard_path(data_dir, B).exists()
    assert shard_path(data_dir, C).exists()
    assert not clip_path(data_dir, A, 0, 1).exists()
    assert clip_path(data_dir, B, 0, 1).exists()
    assert maps(data_dir) == 1
    assert Datasets(data_dir).all(None) == [other]
    assert (tmp_path / "in/a.mp4").read_bytes() == b"original"


def test_the_map_of_the_same_videos_stays(tmp_path: Path) -> None:
    """Catches maps that vanish from the Explore page of who has the same videos."""
    data_dir, source = tmp_path / "data", folder(tmp_path / "in")
    hers = add(data_dir, source, {"a.mp4": A}, owner="anna")
    his = add(data_dir, source, {"a.mp4": A}, owner="ben")
    assert hers.id != his.id
    removal = plan_removal(data_dir, hers)
    assert (removal.shards, removal.maps, removal.clips, removal.kept) == ((), (), (), 1)
    assert remove_dataset(data_dir, hers) == []
    assert maps(data_dir) == 1
    assert remove_dataset(data_dir, his) == []
    assert maps(data_dir) == 0
    assert not shard_path(data_dir, A).exists()


def test_videos_that_were_taken_out_count(tmp_path: Path) -> None:
    """Catches embeddings that nobody lists any more, or that a dataset could not put back."""
    data_dir = tmp_path / "data"
    mine = add(data_dir, folder(tmp_path / "in"), {"a.mp4": A, "b.mp4": B})
    other = add(data_dir, folder(tmp_path / "other"), {"b.mp4": B, "c.mp4": C})
    Datasets(data_dir).exclude(mine.id, [A])
    Datasets(data_dir).exclude(other.id, [B])
    assert plan_removal(data_dir, mine).shards == (shard_path(data_dir, A),)


def test_second_opinions_go_too(tmp_path: Path) -> None:
    """Catches a disk that fills with embeddings of the judge, which no dataset names."""
    data_dir = tmp_path / "data"
    mine = add(data_dir, folder(tmp_path / "in"), {"a.mp4": A, "b.mp4": B})
    add(data_dir, folder(tmp_path / "other"), {"b.mp4": B})
    for video_id in (A, B):
        judged = shard_path(data_dir, video_id)
        (judged.parent / judged.name.replace("lite0", "lite1")).mkdir()
    removal = plan_removal(data_dir, mine)
    assert {path.name[:32] for path in removal.shards} == {A}
    assert (len(removal.shards), removal.n_videos) == (2, 1)


def test_uploaded_copies_go_and_folders_do_not(tmp_path: Path) -> None:
    """Catches a disk that stays full, and originals that are removed."""
    data_dir = tmp_path / "data"
    copy = save_upload(data_dir / "uploads", [("a.mp4", BytesIO(b"12345"))])
    shared = save_upload(data_dir / "uploads", [("b.mp4", BytesIO(b"67"))])
    record = add(data_dir, Source(copy, "upload"), {"a.mp4": A})
    datasets = Datasets(data_dir)
    datasets.add_source(record.id, Source(shared, "upload"))
    datasets.add_source(record.id, folder(tmp_path / "in"))
    add(data_dir, Source(shared, "upload"), {"b.mp4": B})
    record = next(item for item in datasets.all() if item.id == record.id)
    removal = plan_removal(data_dir, record)
    assert removal.uploads == (copy,)
    assert removal.size_of_uploads > 0
    assert remove_dataset(data_dir, record) == []
    assert not copy.exists()
    assert shared.is_dir()
    assert (tmp_path / "in/a.mp4").exists()


def test_an_upload_elsewhere_is_not_removed(tmp_path: Path) -> None:
    """Catches a folder removed because a catalogue calls it an upload."""
    data_dir = tmp_path / "data"
    source = folder(tmp_path / "in")
    record = add(data_dir, Source(source.path, "upload"), {"a.mp4": A})
    assert plan_removal(data_dir, record).uploads == ()


@pytest.mark.parametrize("content", [None, "{"])
def test_a_dataset_that_was_never_read_can_be_removed(tmp_path: Path, content: str | None) -> None:
    """Catches a dataset that failed and stays in the list for ever."""
    source = folder(tmp_path / "in")
    data_dir = tmp_path / "data"
    datasets = Datasets(data_dir)
    record = datasets.create("x", [source], encoder=ENCODER, frame_order="natural")
    if content:
        (data_dir / "datasets").mkdir()
        (data_dir / f"datasets/{record.id}.json").write_text(content)
    assert remove_dataset(data_dir, record) == []
    assert datasets.all() == []


def test_a_dataset_in_numbers(tmp_path: Path) -> None:
    """Catches copies that count twice on the disk, and videos of another encoder that count."""
    data_dir = tmp_path / "data"
    record = add(data_dir, folder(tmp_path / "in"), {"a.mp4": A, "copy.mp4": A, "b.mp4": B})
    videos = tuple(Video(name, Path("/") / name, 1) for name in ("a", "copy", "b", "new", "locked"))
    listing = Listing(Found(videos, (), ()), (A, A, B, C, ""))
    found = overview(data_dir, record, listing)
    assert (found.n_videos, found.n_waiting, found.n_unreadable, found.n_frames) == (5, 1, 1, 3)
    assert found.size == size_of(shard_path(data_dir, A)) + size_of(shard_path(data_dir, B))
