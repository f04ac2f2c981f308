"""Input sizes of published networks, known without torch."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from seqsel_core.embed import input_sizes
from seqsel_core.embed.input_sizes import timm_size, torchvision_size
from seqsel_core.errors import EncoderError


@pytest.mark.slow  # imports torchvision
def test_sizes_are_those_of_torchvision() -> None:
    """Catches a network that is given pictures of another size than it was trained with."""
    import torchvision

    names = torchvision.models.list_models(module=torchvision.models)
    own = {
        name: torchvision.models.get_model_weights(name)["DEFAULT"].transforms().crop_size[0]
        for name in names
    }
    assert {name: torchvision_size(name) for name in names} == own


@pytest.mark.parametrize(
    ("code", "output", "message"),
    [
        (3, "", "pip install timm"),
        (4, "", "timm:x is not a timm model"),
        (1, "", "cannot say its input size"),
        (0, "nothing", "cannot say its input size"),
    ],
)
def test_what_timm_cannot_say_is_told(
    monkeypatch: pytest.MonkeyPatch, code: int, output: str, message: str
) -> None:
    """Catches a trace of another process shown to people, and a size made up."""
    timm_size.cache_clear()
    done = subprocess.CompletedProcess([], code, output, "Traceback\nValueError: odd")
    monkeypatch.setattr(input_sizes.subprocess, "run", lambda *words, **options: done)
    with pytest.raises(EncoderError, match=message):
        timm_size("x")


def test_timm_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches seconds lost at every look at a stored dataset."""
    timm_size.cache_clear()
    calls: list[Any] = []

    def run(*words: Any, **options: Any) -> subprocess.CompletedProcess[str]:
        calls.append(words)
        return subprocess.CompletedProcess([], 0, "518\n", "")

    monkeypatch.setattr(input_sizes.subprocess, "run", run)
    assert [timm_size("y"), timm_size("y")] == [518, 518]
    assert len(calls) == 1
    timm_size.cache_clear()
