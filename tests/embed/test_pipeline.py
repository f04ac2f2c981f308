"""Decoding and embedding at the same time: every frame keeps its own embedding."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from seqsel_core.embed.measures import Measures
from seqsel_core.embed.pipeline import Task, embed_videos
from seqsel_core.errors import ConfigError
from seqsel_core.store.shards import FRAME_DTYPE
from seqsel_core.video.types import Frame, FullFrame, ReadResult, Video

SIZE = 40


class FakeDecoder:
    """Gives frames with these codes, and then fails if told to.

    Attributes:
        given: Number of frames given so far.
    """

    name = "fake"

    def __init__(
        self, picture: Callable[[int], Any], codes: Sequence[int], error: BaseException | None
    ) -> None:
        """Keep what to give."""
        self._picture = picture
        self._codes = codes
        self._error = error
        self.given = 0

    def frames(self, video: Video, size: int, result: ReadResult) -> Iterator[Frame]:
        """Yield the frames, then fail."""
        result.width = 80
        for index, code in enumerate(self._codes):
            self.given += 1
            small = Image.fromarray(self._picture(code)).resize((size, size))
            yield Frame(index, index * 7, index / 10, 1000 + code, np.asarray(small), 5 / 3, False)
        if self._error:
            raise self._error

    def full_frames(self, video: Video, indices: Sequence[int]) -> Iterator[FullFrame]:
        """Is not used here."""
        raise NotImplementedError


class Sink:
    """Keeps what it is given."""

    def __init__(self) -> None:
        """Begin empty."""
        self.embeddings: list[npt.NDArray[Any]] = []
        self.rows: list[tuple[Any, ...]] = []
        self.thumbnails: list[bytes] = []
        self.discarded = False

    def append(self, embedding: npt.NDArray[Any], row: tuple[Any, ...], thumbnail: bytes) -> None:
        """Keep a copy of one frame."""
        self.embeddings.append(embedding.copy())
        self.rows.append(row)
        self.thumbnails.append(thumbnail)

    def discard(self) -> None:
        """Note it."""
        self.discarded = True


class Job:
    """Videos to embed, and what became of each.

    Attributes:
        sinks: Name of a video → its sink, once it is opened.
        results: Name of a video → what reading found, once it is finished; in that order.
        advanced: What `advance` was told.
    """

    def __init__(self, clips: Any, encoder: Any) -> None:
        """Begin without videos."""
        self._clips = clips
        self._encoder = encoder
        self.tasks: list[Task] = []
        self.decoders: dict[str, FakeDecoder] = {}
        self.sinks: dict[str, Sink] = {}
        self.results: dict[str, ReadResult] = {}
        self.advanced: list[tuple[int, str]] = []

    def add(self, name: str, codes: Sequence[int], error: BaseException | None = None) -> None:
        """Add a video."""
        decoder = self.decoders[name] = FakeDecoder(self._clips.picture, codes, error)

        def open_sink() -> Sink:
            assert name not in self.sinks, "one sink per video"
            self.sinks[name] = Sink()
            return self.sinks[name]

        def finish(sink: Sink, result: ReadResult) -> None:
            assert sink is self.sinks[name]
            self.results[name] = result

        self.tasks.append(Task(Video(name, Path(name), 1), decoder, open_sink, finish))

    def run(
        self,
        batch_size: int,
        advance: Callable[[int, str], None] | None = None,
        *,
        readers: int = 1,
        every: int = 1,
    ) -> None:
        """Embed all videos."""
        embed_videos(
            self.tasks,
            self._encoder,
            input_size=SIZE,
            batch_size=batch_size,
            advance=advance or (lambda count, name: self.advanced.append((count, name))),
            readers=readers,
            every=every,
        )

    def codes(self, name: str) -> list[int]:
        """Return the codes that the embeddings of a video hold."""
        return [self._encoder.code(embedding) for embedding in self.sinks[name].embeddings]


@pytest.fixture
def job(clips: Any, code_encoder: Any) -> Iterator[Job]:
    """Videos to embed; no thread may be left behind."""
    before = set(threading.enumerate())
    yield Job(clips, code_encoder)
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize("batch_size", [1, 3, 8, 100])
def test_frames_and_embeddings_pair_up(job: Job, code_encoder: Any, batch_size: int) -> None:
    """Catches an embedding that slips to the neighbour frame, or into another video."""
    videos = {"a": range(7), "b": [], "c": [42], "d": range(100, 121), "e": [], "f": range(8)}
    for name, codes in videos.items():
        job.add(name, list(codes))
    job.run(batch_size)
    assert list(job.results) == list(videos)
    for name, codes in videos.items():
        assert job.codes(name) == list(codes)
        rows = job.sinks[name].rows
        assert [row[0] for row in rows] == list(range(len(rows)))
        assert [row[1] for row in rows] == [index * 7 for index in range(len(rows))]
        assert [row[3] for row in rows] == [1000 + code for code in codes]
        assert not job.sinks[name].discarded
    assert {shape[0] for shape in code_encoder.batches} == {batch_size}
    assert sum(count for count, _ in job.advanced) == 37


def test_rows_hold_what_the_frame_table_holds(job: Job, clips: Any) -> None:
    """Catches values in another order than the frame table's."""
    job.add("a", [3])
    job.run(4)
    (row,) = job.sinks["a"].rows
    assert row[:5] == (0, 0, 0.0, 1003, False)
    assert FRAME_DTYPE.names == (
        *("index", "pts", "seconds", "pixel_hash", "damaged"),
        *Measures._fields,
    )
    frames = np.array([row], FRAME_DTYPE)
    assert frames["brightness"] == pytest.approx(clips.picture(3).mean(), abs=2)
    assert np.isnan(frames["difference"])


def test_thumbnails_show_their_frame_in_its_true_shape(job: Job, clips: Any) -> None:
    """Catches thumbnails of other frames, or square ones."""
    job.add("a", list(range(10)))
    job.run(4)
    for code, data in enumerate(job.sinks["a"].thumbnails):
        with Image.open(BytesIO(data)) as image:
            assert image.format == "JPEG"
            assert image.size == (180, 108)
            assert clips.code(np.asarray(image)) == code


def test_an_exception_in_a_decoder_costs_that_video_only(job: Job) -> None:
    """Catches one bad file that ends the whole run, and its frames mixed into the next video."""
    job.add("a", [1, 2, 3])
    job.add("b", [4, 5], RuntimeError("on <purpose>"))
    job.add("c", [], MemoryError())
    job.add("d", [6, 7, 8])
    job.run(4)
    assert {name: job.codes(name) for name in "abcd"} == {
        "a": [1, 2, 3],
        "b": [4, 5],
        "c": [],
        "d": [6, 7, 8],
    }
    reasons = {name: [p.reason for p in job.results[name].problems] for name in "abcd"}
    assert reasons["b"] == ["reading failed: RuntimeError: on <purpose>"]
    assert "MemoryError" in reasons["c"][0]
    assert reasons["a"] == reasons["d"] == []


def test_a_wrong_option_stops_the_run(job: Job) -> None:
    """Catches a missing package noted as a bad video, which would be believed for ever."""
    job.add("a", [1, 2])
    job.add("b", [], ConfigError("decord is missing"))
    with pytest.raises(ConfigError, match="decord is missing"):
        job.run(2)
    assert "b" not in job.results


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_what_was_finished_before_an_interruption_stays(
    job: Job, error: type[BaseException]
) -> None:
    """Catches finished videos lost, half a video kept, and a thread that goes on."""
    for name, codes in {"a": range(5), "b": range(3), "c": range(200), "d": range(5)}.items():
        job.add(name, list(codes))
    frames = 0

    def advance(count: int, name: str) -> None:
        nonlocal frames
        frames += count
        if frames >= 20:
            raise error

    with pytest.raises(error):
        job.run(4, advance)
    assert list(job.results) == ["a", "b"]
    assert not job.sinks["a"].discarded
    assert not job.sinks["b"].discarded
    assert job.sinks["c"].discarded
    assert "d" not in job.sinks
    assert job.decoders["c"].given < 60  # reading ahead ends too


def test_an_error_of_the_encoder_is_told(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches an error of the network that is swallowed, or waits for ever."""
    job.add("a", list(range(100)))

    def embed(pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(job._encoder, "embed", embed)
    with pytest.raises(RuntimeError, match="out of memory"):
        job.run(8)
    assert job.results == {}


def test_an_error_of_the_store_is_told(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a full disk that goes unnoticed, and a half-written video that stays."""
    job.add("a", list(range(100)))

    def append(*frame: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Sink, "append", append)
    with pytest.raises(OSError, match="No space"):
        job.run(8)
    assert job.sinks["a"].discarded


def test_reading_does_not_run_ahead_without_bound(job: Job, code_encoder: Any) -> None:
    """Catches a queue without a limit: a long video would fill the memory."""
    job.add("a", [index % 250 for index in range(120)])
    ahead = []

    def advance(count: int, name: str) -> None:
        time.sleep(0.03)
        ahead.append(job.decoders["a"].given - sum(shape[0] for shape in code_encoder.batches))

    job.run(8, advance)
    assert max(ahead) <= 2 * 8 + 2


def test_nothing_to_do_ends(job: Job, code_encoder: Any) -> None:
    """Catches a wait for a frame that never comes."""
    job.run(8)
    assert code_encoder.batches == []


@pytest.mark.parametrize("readers", [2, 5])
def test_several_readers_do_not_mix_videos(job: Job, readers: int) -> None:
    """Catches frames of one video written to another, or twice, or out of order."""
    videos = {f"{number}": range(number, number + number * 7 % 40) for number in range(12)}
    for name, codes in videos.items():
        job.add(name, list(codes))
    job.run(8, readers=readers)
    assert set(job.results) == set(videos)
    for name, codes in videos.items():
        assert job.codes(name) == list(codes)
        assert [row[0] for row in job.sinks[name].rows] == list(range(len(codes)))


def test_several_readers_end_at_an_error(job: Job) -> None:
    """Catches readers that go on, or wait for ever, when one may not."""
    for number in range(6):
        job.add(f"{number}", list(range(100)), ConfigError("wrong") if number == 2 else None)
    with pytest.raises(ConfigError, match="wrong"):
        job.run(4, readers=3)
    assert all(job.sinks[name].discarded for name in job.sinks if name not in job.results)


@pytest.mark.parametrize(("every", "batch_size"), [(2, 3), (3, 1), (4, 8), (7, 100), (50, 1)])
def test_every_so_many_frames_are_embedded(
    job: Job, code_encoder: Any, every: int, batch_size: int
) -> None:
    """Catches a frame given the embedding of a later one, of another video, or none."""
    for name, count in {"a": 10, "b": 1, "c": 0, "d": 23}.items():
        job.add(name, list(range(count)))
    job.run(batch_size, every=every)
    for name, count in {"a": 10, "b": 1, "c": 0, "d": 23}.items():
        assert job.codes(name) == [index // every * every for index in range(count)]
        assert [row[3] for row in job.sinks[name].rows] == [1000 + c for c in range(count)]
    embedded = sum(-(-count // every) for count in (10, 1, 0, 23))
    assert len(code_encoder.batches) <= -(-embedded // batch_size) + 1


def test_frames_that_are_not_embedded_do_not_pile_up(job: Job, code_encoder: Any) -> None:
    """Catches memory that grows with embed_every: a batch would wait for thousands of frames."""
    job.add("a", [0] * 400)
    held = []
    job.run(4, lambda count, name: held.append(count), every=1000)
    assert max(held) <= 4 * 32
    assert job.codes("a") == [0] * 400
