"""One scene, once as a video and once as a folder of frames, selects nearly the same."""

import numpy as np
import pytest

from seqsel_core import Config, embed, select


@pytest.mark.slow
def test_a_video_and_its_frames_select_nearly_the_same(shared_data, tmp_path):
    """Another colour conversion, scaling or order in one of the two decoders shows here."""
    starts = {}
    for kind, path in (("video", "videos/sam2/bedroom.mp4"), ("folder", "frames/sam2-bedroom")):
        config = Config.parse(
            [
                f"input_dir={shared_data / path}",
                f"data_dir={tmp_path}",
                "stopping_condition.n_samples=100",
                "selected_sequence_length=10",
                "enable_corruptness_check=False",
                "remove_exact_duplicates=False",
            ]
        )
        dataset = embed(config)
        assert dataset.n_frames == 200
        starts[kind] = np.array([s.start for s in select(dataset, config).selected])
    same = set(starts["video"]) & set(starts["folder"])
    assert len(same) >= 8  # of ten; measured: nine
    apart = np.abs(starts["video"][:, None] - starts["folder"]).min(axis=1)
    assert apart.max() <= 10  # the others are neighbours
