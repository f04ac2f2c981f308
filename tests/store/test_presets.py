"""Presets on disk."""

from pathlib import Path

import pytest

from seqsel_core.errors import InputError, StoreError
from seqsel_core.store.presets import MOST_PRESETS, Presets


def test_what_is_saved_comes_back_in_order_of_names(tmp_path: Path) -> None:
    """Catches a preset that is lost with the session."""
    Presets(tmp_path).save("  Night  shots ", {"length": "5", "method": "coreset"})
    Presets(tmp_path).save("Alle Straßen", {"length": "10"})
    assert Presets(tmp_path).all() == {
        "Alle Straßen": {"length": "10"},
        "Night shots": {"length": "5", "method": "coreset"},
    }
    assert list(Presets(tmp_path).all()) == ["Alle Straßen", "Night shots"]


def test_everybody_has_their_own(tmp_path: Path) -> None:
    """Catches a preset of one person that another overwrites."""
    Presets(tmp_path, "a@x.org").save("mine", {"length": "5"})
    Presets(tmp_path, "b@x.org").save("mine", {"length": "7"})
    assert Presets(tmp_path, "a@x.org").all() == {"mine": {"length": "5"}}
    assert Presets(tmp_path).all() == {}


def test_a_name_that_is_taken_is_written_again_and_deleted_once(tmp_path: Path) -> None:
    """Catches two presets of one name, or one that cannot be got rid of."""
    presets = Presets(tmp_path)
    presets.save("x", {"length": "5"})
    presets.save("x", {"length": "6"})
    assert presets.all() == {"x": {"length": "6"}}
    presets.delete("x")
    presets.delete("x")
    assert presets.all() == {}


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_name_must_be_one(tmp_path: Path, name: str) -> None:
    """Catches a button without a word on it."""
    with pytest.raises(InputError, match="1 to 60"):
        Presets(tmp_path).save(name, {})


def test_there_is_an_end_to_them(tmp_path: Path) -> None:
    """Catches a client that fills the disk."""
    presets = Presets(tmp_path)
    for number in range(MOST_PRESETS):
        presets.save(str(number), {"length": "x" * 10_000})
    with pytest.raises(InputError, match="delete one"):
        presets.save("one more", {})
    presets.save("7", {})  # is there already
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.json")) < 100_000


@pytest.mark.parametrize("content", ["{", "[]", '{"a": 3}'])
def test_a_damaged_file_is_a_sentence(tmp_path: Path, content: str) -> None:
    """Catches a page that a half-written file takes down."""
    presets = Presets(tmp_path)
    presets.save("x", {})
    (path,) = (tmp_path / "presets").glob("*.json")
    path.write_text(content)
    with pytest.raises(StoreError, match="Remove the file"):
        presets.all()
