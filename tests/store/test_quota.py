"""Quota: what may be uploaded, and what is said when it may not."""

from __future__ import annotations

import os
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from seqsel_core.store.quota import limits, used

Disk = namedtuple("Disk", "total used free")


@pytest.fixture(autouse=True)
def disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk of 1000 bytes, 300 of them free, and no quota."""
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Disk(1000, 700, 300))
    monkeypatch.delenv("SEQSEL_UPLOAD_QUOTA", raising=False)
    monkeypatch.delenv("SEQSEL_UPLOAD_FILE", raising=False)


def test_without_a_quota_a_tenth_of_the_disk_stays_free(tmp_path: Path) -> None:
    """Catches uploads that leave no room for what is made of them."""
    assert limits(tmp_path / "uploads").left == 200
    assert limits(tmp_path / "uploads", promised=150).left == 50
    assert limits(tmp_path / "uploads", promised=500).left == 0


def test_a_quota_counts_what_lies_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a quota for each upload instead of all together, and room that is not there."""
    monkeypatch.setenv("SEQSEL_UPLOAD_QUOTA", "250")
    (tmp_path / "uploads").mkdir()
    (tmp_path / "uploads" / "a").write_bytes(b"x" * 100)
    assert limits(tmp_path / "uploads", promised=20).left == 130
    monkeypatch.setenv("SEQSEL_UPLOAD_QUOTA", "50GB")
    assert limits(tmp_path / "uploads").left == 300


def test_the_message_has_both_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches 'disk full' without how much is wanted and how much there is."""
    monkeypatch.setenv("SEQSEL_UPLOAD_QUOTA", "200")
    lack = limits(tmp_path).lack(1200)
    assert "take 1.2 kB" in lack and "200 B can be uploaded" in lack and "SEQSEL_UPLOAD" in lack
    assert limits(tmp_path).lack(200) == ""


def test_a_file_with_two_names_counts_once(tmp_path: Path) -> None:
    """Catches content that was uploaded twice, is kept once, and fills the quota twice."""
    (tmp_path / "a").write_bytes(b"x" * 100)
    os.link(tmp_path / "a", tmp_path / "b")
    assert used(tmp_path) == 100
    assert used(tmp_path / "none") == 0
