"""A sequence as a short clip."""

import av
import numpy as np
import pytest

from seqsel_core.config import Config
from seqsel_core.engine import embed
from seqsel_core.errors import OutputError
from seqsel_core.output.clip import write_clip
from seqsel_core.progress import Silent


@pytest.fixture(scope="module")
def item(tmp_path_factory):
    """A video of 30 frames, 12 a second, 101 × 75 pixels; each has its own grey."""
    folder = tmp_path_factory.mktemp("clip")
    (folder / "in").mkdir()
    with av.open(str(folder / "in" / "grey.mkv"), "w") as target:
        stream = target.add_stream("ffv1", 12)
        stream.width, stream.height, stream.pix_fmt = 101, 75, "bgr0"
        for index in range(30):
            picture = np.full((75, 101, 3), 8 * index, np.uint8)
            target.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        target.mux(stream.encode(None))
    words = [f"input_dir={folder / 'in'}", f"data_dir={folder / 'data'}", "output_dir=x"]
    dataset = embed(Config.parse([*words, "stopping_condition.n_samples=1"]))
    return dataset.videos[0]


@pytest.mark.slow  # loads the network
def test_a_clip_holds_exactly_the_frames_of_the_sequence(item, tmp_path):
    """People would judge a sequence by its neighbours' frames."""
    path = tmp_path / "clips" / "a.mp4"
    write_clip(item, 7, 17, path, Silent())
    with av.open(str(path)) as source:
        stream = source.streams.video[0]
        assert stream.average_rate == 12
        assert (stream.width, stream.height) == (100, 76)  # even, as H.264 wants it
        greys = [frame.to_ndarray(format="rgb24").mean() for frame in source.decode(stream)]
    assert greys == pytest.approx([8 * index for index in range(7, 17)], abs=2)
    assert [entry.name for entry in path.parent.iterdir()] == ["a.mp4"]


@pytest.mark.slow
def test_a_clip_of_a_changed_video_is_refused_and_leaves_nothing(item, tmp_path):
    """A clip of another video would be shown under this name."""
    original = item.video.path.read_bytes()
    try:
        item.video.path.write_bytes(original[: len(original) // 4])
        with pytest.raises(OutputError):
            write_clip(item, 7, 30, tmp_path / "b.mp4", Silent())
    finally:
        item.video.path.write_bytes(original)
    assert list(tmp_path.iterdir()) == []
