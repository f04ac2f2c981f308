"""What is embedded, in which order, and who hears of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from seqsel_core import Config, embed
from seqsel_core.embed import cores
from seqsel_core.video.types import Video
from seqsel_core.watching import Nobody, TurnOver, VideoResult


class Diary(Nobody):
    """Writes down what happens.

    Attributes:
        together: For each video, those that were read when it began.
        results: What became of each video.
    """

    def __init__(self, alone: Iterable[str] = (), most: int = 99) -> None:
        """Ask for these videos to be read alone, and let so many begin."""
        self.together: dict[str, set[str]] = {}
        self.results: dict[str, str] = {}
        self._alone, self._most = set(alone), most
        self._lock = threading.Lock()
        self._names: dict[str, str] = {}
        self._reading: set[str] = set()

    def alone(self, video_id: str) -> bool:
        """See `Watcher`."""
        return video_id in self._alone

    def go_on(self) -> bool:
        """See `Watcher`."""
        return len(self.together) < self._most

    def begin(self, video: Video, video_id: str) -> str:
        """See `Watcher`."""
        with self._lock:
            self._names[video_id] = video.name
            self.together[video.name] = set(self._reading)
            self._reading.add(video.name)
        return ""

    def known(self, results: Iterable[VideoResult]) -> None:
        """See `Watcher`."""
        self.results.update({result.name: result.outcome for result in results})

    def end(self, video_id: str, results: Iterable[VideoResult]) -> None:
        """See `Watcher`."""
        with self._lock:
            self._reading.discard(self._names[video_id])
            self.results.update({result.name: result.outcome for result in results})


@pytest.fixture
def many_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four videos are read at a time."""
    monkeypatch.setattr(cores, "readers_for", lambda *arguments, **options: 4)


@pytest.fixture
def videos(clips: Any, tmp_path: Path) -> dict[str, str]:
    """Six videos; return {name: content id}."""
    from seqsel_core.store.catalogue import Catalogue

    ids = {}
    for number, name in enumerate("abcdef"):
        path = clips.write(tmp_path / f"in/{name}.mkv", range(20 * number, 20 * number + 9))
        ids[f"{name}.mkv"] = Catalogue(tmp_path / "data").video_id(Video("", path, 0))
    return ids


def test_a_video_under_suspicion_is_read_while_no_other_is(
    configure: Callable[..., Config], many_cores: None, videos: dict[str, str]
) -> None:
    """Catches innocent videos that are set aside with the one that kills the worker."""
    diary = Diary(alone=[videos["c.mkv"], videos["e.mkv"]])
    embed(configure(), watcher=diary)
    assert diary.together["c.mkv"] == diary.together["e.mkv"] == set()
    for name in "abdf":
        assert not diary.together[f"{name}.mkv"] & {"c.mkv", "e.mkv"}
    assert diary.results == dict.fromkeys(videos, "done")


def test_a_turn_that_is_over_keeps_what_was_begun(
    configure: Callable[..., Config], many_cores: None, videos: dict[str, str]
) -> None:
    """Catches videos read in vain, or the rest of a dataset taken for unreadable."""
    first = Diary(most=2)
    with pytest.raises(TurnOver):
        embed(configure(), watcher=first)
    assert list(first.results.values()).count("done") == len(first.together) >= 2
    second = Diary()
    dataset = embed(configure(), watcher=second)
    assert {name for name, outcome in second.results.items() if outcome == "kept"} == set(
        first.together
    )
    assert len(dataset.videos) == 6
    assert dataset.embedded_now == 9 * (6 - len(first.together))
