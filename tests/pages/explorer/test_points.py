"""The points of the maps, as the browser reads them."""

import json
from dataclasses import replace

import numpy as np
import pytest

from pages.ui import loaders
from pages.ui.explorer import points
from pages.ui.parameters import Parameters
from seqsel_core.project.map_set import MapSet
from seqsel_core.sequences import cut


@pytest.fixture
def scene(dataset):
    """The dataset, its sequences of ten, its maps."""
    opened = loaders.load_dataset(dataset)
    return opened, loaders.load_pool(opened, Parameters()).cut.sequences, loaders.load_maps(opened)


def unpacked(packed):
    """Return (header, frame indices, {map: coordinates})."""
    size = int.from_bytes(packed[:4], "little")
    header = json.loads(packed[4 : 4 + size])
    at, count = 4 + size, header["count"]
    indices = np.frombuffer(packed, "<u4", count, at)
    at += 4 * count
    maps = {}
    for name, limits in header["limits"].items():
        axes = []
        for low, high in limits:
            axes.append(low + (high - low) * np.frombuffer(packed, "<u2", count, at) / 65535)
            at += 2 * count
        maps[name] = np.stack(axes, axis=1)
    assert at == len(packed)
    return header, indices, maps


def rolled_out(packed):
    """Return the [video, first frame] of every sequence, as the browser works them out."""
    return [
        [video, first + step * number]
        for video, first, step, count in packed["runs"]
        for number in range(count)
    ]


def test_every_mapped_frame_is_sent_with_its_place(scene):
    """A subset, or shifted columns, would draw another picture of the data."""
    dataset, _, maps = scene
    header, indices, places = unpacked(points.pack_frames(dataset, maps))
    assert header["count"] == header["total"] == 120 + 95 + 40
    assert [item[2] for item in header["videos"]] == [120, 95, 40]
    assert indices[[0, 119, 120, 214, 215]].tolist() == [0, 119, 0, 94, 0]
    assert places["pca"] == pytest.approx(maps.coordinates["pca"], abs=1e-3)


def test_a_third_axis_is_sent_too(scene):
    """The solid map would lie flat, or the columns after it would be shifted."""
    dataset, _, maps = scene
    solid = np.random.default_rng(0).normal(size=(255, 3)).astype(np.float32)
    both = replace(maps, coordinates={**maps.coordinates, "pca_3d": solid})
    _, _, places = unpacked(points.pack_frames(dataset, both))
    assert places["pca_3d"] == pytest.approx(solid, abs=1e-3)
    assert points.frames_id(dataset, both) != points.frames_id(dataset, maps)


def test_names_and_folders_are_those_of_the_videos(scene):
    """The legend would switch other videos off than it says."""
    dataset, _, maps = scene
    header = unpacked(points.pack_frames(dataset, maps))[0]
    # The second video's name holds a slash: it lies in a folder, the others beside it.
    assert [item[0] for item in header["videos"]] == ["a.mp4", "b <i>x</i>.mp4", "c.mp4"]
    assert [header["folders"][item[1]] for item in header["videos"]] == [
        "top folder",
        "b <i>x<",
        "top folder",
    ]


@pytest.mark.parametrize(
    "sequences",
    [
        cut([np.arange(120), np.arange(95), np.arange(40)], 10),
        cut([np.arange(23), np.arange(9), np.arange(10)], 10, remainder="overlap"),
        cut([np.arange(60)], 10, stride=3),
        cut([np.r_[0:25, 31:47, 50:99]], 10),  # frames 25 to 30, 47 to 49 cannot be read
        cut([np.arange(9)], 10),
    ],
)
def test_a_few_runs_say_where_every_sequence_begins(dataset, sequences):
    """A stride, a remainder or a gap would shift all that come after it."""
    packed = points.pack_cut(loaders.load_dataset(dataset), sequences)
    expected = np.stack([sequences.video, sequences.start], axis=1).tolist()
    assert rolled_out(packed) == expected
    assert len(packed["runs"]) <= 6


def test_another_cut_has_another_id(scene):
    """The browser would keep the points of side by side sequences under those of a stride."""
    dataset, sequences, _ = scene
    other = cut(dataset.frame_indices, 10, remainder="overlap")
    assert points.cut_id(dataset, sequences) != points.cut_id(dataset, other)


def test_too_many_are_thinned_evenly(monkeypatch):
    """A million points would stop the browser; `cut.js` counts in the same way."""
    monkeypatch.setattr(points, "MOST_POINTS", 5)
    assert points.shown_positions(25).tolist() == [0, 6, 12, 18, 24]
    assert points.shown_positions(6).tolist() == [0, 1, 2, 3, 5]
    assert points.shown_positions(4).tolist() == [0, 1, 2, 3]


def test_a_sequence_lies_at_its_middle_frame_and_a_frame_in_its_sequence(scene):
    """Colours would be those of a neighbour."""
    dataset, sequences, maps = scene
    whole = points.points_of("Sequences", dataset, sequences, maps)
    assert (whole.video[13], whole.row[13], whole.sequence[13]) == (1, 15, 13)
    frames = points.points_of("Frames", dataset, sequences, maps)
    assert len(frames.video) == 255
    assert frames.sequence[[0, 9, 10, 120, 254]].tolist() == [0, 0, 1, 12, 24]
    assert frames.sequence[214] == 20  # frame 94 of the second video lies in none: the one before


def test_frames_of_a_video_without_sequences_have_none(scene):
    """A video shorter than a sequence would take the colours of another one."""
    dataset, _, maps = scene
    long = cut(dataset.frame_indices, 50)
    frames = points.points_of("Frames", dataset, long, maps)
    assert (frames.sequence[215:] == -1).all()  # of forty frames
    assert frames.sequence[0] == 0


def test_a_map_without_spread_is_drawn(dataset):
    """One frame, or equal ones, would divide by nothing."""
    opened = loaders.load_dataset(dataset)
    flat = MapSet(np.zeros(2, np.int64), np.arange(2), {"pca": np.ones((2, 2), np.float32)})
    _, _, places = unpacked(points._packed.__wrapped__("flat", opened, flat))
    assert places["pca"].tolist() == [[1, 1], [1, 1]]
