"""Clips that are kept for looking at."""

import os

from seqsel_core.store.clips import clip_path, remove_oldest


def test_the_oldest_go_first(tmp_path):
    """A data directory would grow with every look at a sequence, or lose the clip just made."""
    for age, start in ((30, 0), (10, 10), (20, 20)):
        path = clip_path(tmp_path, "a" * 32, start, start + 10)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"clip")
        os.utime(path, (1000 - age, 1000 - age))
    remove_oldest(tmp_path, keep=2)
    left = sorted(path.name for path in (tmp_path / "clips").iterdir())
    assert left == [f"{'a' * 32}-10-20.mp4", f"{'a' * 32}-20-30.mp4"]


def test_without_clips_nothing_happens(tmp_path):
    """The first clip of a new server would fail."""
    remove_oldest(tmp_path)
    assert list(tmp_path.iterdir()) == []
