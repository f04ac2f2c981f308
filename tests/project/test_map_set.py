"""Which frames of a dataset are mapped, and where the others lie."""

import numpy as np
import pytest

from seqsel_core.project.map_set import MapSet, map_frames, mapped_frames, stored_maps
from seqsel_core.store.projections import Projections


def test_all_frames_are_mapped_up_to_the_limit() -> None:
    """Catches maps that leave frames out where there is room for all."""
    video, row = mapped_frames([3, 2], limit=5)
    assert video.tolist() == [0, 0, 0, 1, 1]
    assert row.tolist() == [0, 1, 2, 0, 1]


def test_of_many_frames_every_video_has_its_share_from_end_to_end() -> None:
    """Catches maps of the first videos only, or of the beginnings of videos."""
    video, row = mapped_frames([101, 51, 1], limit=15)
    shares = np.bincount(video).tolist()
    assert shares == [9, 5, 1]
    assert row[video == 0].tolist() == np.linspace(0, 100, 9).round().astype(int).tolist()
    assert row[video == 1][[0, -1]].tolist() == [0, 50]


def test_a_million_frames_show_fifty_thousand() -> None:
    """Catches a limit with which the maps of a large dataset are sparse, or too heavy to draw."""
    video, _ = mapped_frames([5000] * 200)
    assert len(video) == 50_000
    assert (np.bincount(video) == 250).all()


def test_no_videos_have_no_frames() -> None:
    """Catches an error for a dataset without a readable video."""
    video, row = mapped_frames([])
    assert len(video) == len(row) == 0


def test_a_frame_that_is_not_mapped_lies_where_the_nearest_in_time_lies() -> None:
    """Catches streaks that jump to the frames of another video, or to later ones."""
    places = np.array([[0, 0], [1, 1], [2, 2], [9, 9]], np.float32)
    maps = MapSet(np.array([0, 0, 0, 1]), np.array([0, 10, 20, 5]), {"pca": places})
    found = maps.at("pca", 0, np.array([0, 4, 6, 11, 19, 40]))
    assert found[:, 0].tolist() == [0, 0, 1, 1, 2, 2]
    assert maps.at("pca", 1, np.array([0, 99]))[:, 0].tolist() == [9, 9]


@pytest.fixture
def videos() -> list[np.ndarray]:
    """Return embeddings of two videos."""
    generator = np.random.default_rng(0)
    return [generator.standard_normal((count, 5)).astype(np.float16) for count in (6, 4)]


def test_stored_maps_are_read_and_not_made_again(tmp_path, videos) -> None:
    """Catches a wait for maps at every visit."""
    made = map_frames(videos, ["pca"], stored=Projections(tmp_path, "key"))
    other = [np.zeros_like(part) for part in videos]
    again = map_frames(other, ["pca"], stored=Projections(tmp_path, "key"))
    np.testing.assert_array_equal(again.coordinates["pca"], made.coordinates["pca"])
    read = stored_maps([6, 4], ["pca", "pca_3d"], tmp_path, "key")
    assert list(read.coordinates) == ["pca"]


def test_maps_of_another_number_of_frames_are_not_used(tmp_path, videos) -> None:
    """Catches places of other frames, where the limit was another when the map was made."""
    Projections(tmp_path, "key").save("pca", np.zeros((7, 2), np.float32))
    assert not stored_maps([6, 4], ["pca"], tmp_path, "key").coordinates
    made = map_frames(videos, ["pca"], stored=Projections(tmp_path, "key"))
    assert made.coordinates["pca"].shape == (10, 2)
    assert stored_maps([6, 4], ["pca"], tmp_path, "key").coordinates["pca"].shape == (10, 2)
