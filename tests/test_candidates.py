"""Which sequences may be selected."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from PIL import Image, ImageFilter

from seqsel_core.candidates import candidate_mask, why_none
from seqsel_core.checks import Checks
from seqsel_core.config import Config
from seqsel_core.sequences import cut

OFF = {
    "enable_corruptness_check": False,
    "remove_exact_duplicates": False,
    "remove_blurred": False,
    "remove_frozen": False,
}
FLAGS = dict(zip(OFF, ("corrupt", "duplicate", "blurred", "frozen"), strict=True))


def checks_with(name: str) -> Checks:
    """Return checks that found frames 2 and 3 of 8, and nothing else."""
    clean, found = (np.zeros(8, np.bool_),), (np.arange(8) // 2 == 1,)
    names = [field.name for field in fields(Checks)]
    return Checks(**{field: found if field == name else clean for field in names})


@pytest.mark.parametrize("option", OFF)
def test_an_option_removes_what_it_names(option: str) -> None:
    """Catches an option that removes what another one names, or nothing."""
    sequences = cut([np.arange(8)], 2)
    for name in FLAGS.values():
        kept = candidate_mask(sequences, checks_with(name), **{**OFF, option: True})
        assert kept.tolist() == [True, name != FLAGS[option], True, True]
        assert candidate_mask(sequences, checks_with(name), **OFF).all()


@pytest.mark.parametrize("option", OFF)
def test_who_gets_nothing_is_told_which_option_to_change(option: str) -> None:
    """Catches a dead end that does not name its way out."""
    config = Config.parse(["stopping_condition.n_samples=1", f"{option}=True"])
    sentence = why_none(cut([np.arange(8)], 2), checks_with(FLAGS[option]), config)
    assert sentence == (
        f"None of the 4 sequences can be selected: left out for 2 {FLAGS[option]} frames "
        f"({option}=False keeps them)."
    )


def test_one_is_one() -> None:
    """Catches 'None of the 1 sequences' and '1 corrupt frames'."""
    flags = {field.name: (np.zeros(2, np.bool_),) for field in fields(Checks)}
    checks = Checks(**{**flags, "corrupt": (np.array([True, False]),)})
    config = Config.parse(["stopping_condition.n_samples=2"])
    assert why_none(cut([np.arange(2)], 2), checks, config) == (
        "The only sequence cannot be selected: left out for 1 corrupt frame "
        "(enable_corruptness_check=False keeps it)."
    )


def test_only_frames_of_the_sequences_are_counted() -> None:
    """Catches more bad frames than the sequence has, or one counted twice where two share it."""
    clean, bad = np.zeros(8, np.bool_), np.arange(8) % 2 == 1
    checks = Checks(**{field.name: (clean, clean) for field in fields(Checks)})
    checks = replace(checks, corrupt=(bad, bad))
    config = Config.parse(["stopping_condition.n_samples=6"])
    one = why_none(cut([np.arange(5), np.arange(8)], 6), checks, config)
    assert "The only sequence" in one and " 3 corrupt frames " in one
    shared = why_none(cut([np.arange(5), np.arange(8)], 6, stride=1), checks, config)
    assert "None of the 3 sequences" in shared and " 4 corrupt frames " in shared


def test_a_run_reads_these_options(choose, clips, tmp_path) -> None:
    """Catches options that are parsed and then forgotten on their way to the selection."""
    folder = clips.write_frames(tmp_path / "in/f", {f"{n:02}.png": 10 + n for n in range(12)})
    with Image.open(folder / "03.png") as picture:
        picture.filter(ImageFilter.GaussianBlur(5)).save(folder / "03.png")
    for repeat in (7, 8, 9):
        (folder / f"{repeat:02}.png").write_bytes((folder / "06.png").read_bytes())
    words = ["remove_exact_duplicates=False", "quality.frozen_frames=3"]

    def left_out(*more: str) -> set[int]:
        return set(range(12)) - {span.start for span in choose(*words, *more).selected}

    assert left_out() == set()
    assert left_out("remove_blurred=True") == {3}
    assert left_out("remove_frozen=True") == {7, 8, 9}
    assert left_out("remove_blurred=True", "quality.blur_ratio=0", "quality.blur_floor=0") == set()
