"""How many cores a process may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from seqsel_core.embed.cores import available_cores, readers_for


@pytest.mark.parametrize(
    ("text", "most"),
    [("max 100000", 64), ("200000 100000", 2), ("50000 100000", 1), ("broken", 64), ("", 64)],
)
def test_a_container_may_have_less_than_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, most: int
) -> None:
    """Catches 64 threads that share the two cores of a container."""
    mask = set(range(64))
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: mask, raising=False)
    file = tmp_path / "cpu.max"
    file.write_text(text)
    assert available_cores(file) == most


def test_a_mask_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches threads for cores that taskset took away, and a file that must be there."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {1, 5, 6}, raising=False)
    assert available_cores(tmp_path / "none") == 3


@pytest.mark.parametrize(
    ("videos", "cores", "on_cpu", "readers"),
    [(59, 1, True, 1), (59, 2, True, 1), (59, 16, True, 5), (59, 16, False, 16), (1, 64, True, 1)],
)
def test_reading_leaves_cores_to_the_network(
    videos: int, cores: int, on_cpu: bool, readers: int
) -> None:
    """Catches readers that fight with the network, and cores that idle beside a GPU."""
    assert readers_for(videos, cores, network_on_cpu=on_cpu) == readers
