"""The points of the maps, as the browser reads them."""

import json
from dataclasses import replace

import numpy as np
import pytest

from pages.ui import loaders
from pages.ui.explorer import points
from pages.ui.parameters import Parameters
from seqsel_core.sequences import cut


@pytest.fixture
def scene(dataset):
    """The dataset, its sequences of ten, its maps."""
    opened = loaders.load_dataset(dataset)
    return opened, loaders.load_pool(opened, Parameters()).cut.sequences, loaders.load_maps(opened)


def unpacked(packed):
    """Return (header, {column: values})."""
    size = int.from_bytes(packed[:4], "little")
    header = json.loads(packed[4 : 4 + size])
    videos, folders, counts = np.array(header["videos"]).T
    found = {"video": np.repeat(videos, counts), "folder": np.repeat(folders, counts)}
    at, count = 4 + size, header["count"]
    kind = np.dtype("<u4" if header["wide"] else "<u2")
    found["start"] = np.frombuffer(packed, kind, count, at)
    at += count * kind.itemsize
    for name, limits in header["limits"].items():
        for axis, (low, high) in zip("xy", limits, strict=True):
            values = np.frombuffer(packed, "<u2", count, at)
            found[f"{name}_{axis}"] = low + (high - low) * values / 65535
            at += 2 * count
    assert at == len(packed)
    return header, found


def test_every_sequence_lies_at_its_middle_frame(scene):
    """A subset, the first frames, or shifted columns would draw another picture of the data."""
    dataset, sequences, maps = scene
    header, columns = unpacked(points.pack_points(dataset, sequences, maps))
    assert header["count"] == header["total"] == len(sequences) == 12 + 9 + 4
    assert columns["video"].tolist() == [0] * 12 + [1] * 9 + [2] * 4
    assert columns["start"][13] == 10
    middle = maps.at("pca", 1, np.array([15]))[0]  # of frames 10 to 19 of the second video
    assert [columns["pca_x"][13], columns["pca_y"][13]] == pytest.approx(middle, abs=1e-3)


def test_videos_of_one_folder_have_one_number(scene):
    """Colours by folder would be colours by video."""
    dataset, sequences, maps = scene
    _, columns = unpacked(points.pack_points(dataset, sequences, maps))
    # The second video's name holds a slash: it lies in a folder, the others beside it.
    assert columns["folder"].tolist() == [0] * 12 + [1] * 9 + [0] * 4


def test_too_many_are_thinned_evenly_and_counted(scene, monkeypatch):
    """A million points would stop the browser; missing ones must not be hidden."""
    dataset, sequences, maps = scene
    monkeypatch.setattr(points, "MOST_POINTS", 5)
    points._packed.clear()
    header, columns = unpacked(points.pack_points(dataset, sequences, maps))
    points._packed.clear()
    assert (header["count"], header["total"]) == (5, 25)
    assert points.shown_positions(sequences).tolist() == [0, 6, 12, 18, 24]
    assert columns["start"].tolist() == [0, 60, 0, 60, 30]


def test_another_cut_has_other_points(scene):
    """The browser would keep the points of side by side sequences under those of a stride."""
    dataset, sequences, maps = scene
    other = cut(dataset.frame_indices, 10, remainder="overlap")
    assert points.points_id(dataset, sequences, maps) != points.points_id(dataset, other, maps)


def test_first_frames_beyond_two_bytes_are_kept(scene):
    """In a video of an hour, sequences would be shown at another place."""
    dataset, sequences, maps = scene
    late = replace(sequences, start=sequences.start + 70_000)
    _, columns = unpacked(points._packed.__wrapped__("late", dataset, late, maps))
    assert columns["start"].tolist() == late.start.tolist()
