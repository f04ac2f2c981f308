"""Strips of frames."""

from io import BytesIO

import numpy as np
from PIL import Image

from pages.ui import loaders
from pages.ui.strips import MOST_FRAMES, strip
from seqsel_core.sequences import SequenceSpan


def test_a_strip_shows_the_frames_of_its_sequence_in_order(dataset):
    """The red of the test's thumbnails is the frame's index: other frames would show."""
    opened = loaders.load_dataset(dataset)
    picture = Image.open(BytesIO(strip(opened, SequenceSpan(0, 100, 105), 100))).convert("RGB")
    width = picture.width / 5
    reds = [picture.getpixel((int((at + 0.5) * width), 40))[0] for at in range(5)]
    assert np.allclose(reds, range(100, 105), atol=4)


def test_a_long_sequence_shows_its_first_and_last_frame(dataset):
    """Cutting after ten frames would hide most of a long sequence."""
    opened = loaders.load_dataset(dataset)
    picture = Image.open(BytesIO(strip(opened, SequenceSpan(0, 0, 100), 0))).convert("RGB")
    assert picture.getpixel((20, 40))[0] < 8
    assert abs(picture.getpixel((picture.width - 20, 40))[0] - 99) < 8
    assert picture.width > MOST_FRAMES * 100
