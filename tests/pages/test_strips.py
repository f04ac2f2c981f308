"""Strips of frames."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from streamlit.elements.lib.image_utils import MAXIMUM_CONTENT_WIDTH

from pages.ui import loaders
from pages.ui.strips import MOST_FRAMES, strip
from seqsel_core.sequences import SequenceSpan
from seqsel_core.store.shards import Shard


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


def test_streamlit_sends_a_strip_as_it_is(dataset):
    """What is wider, or of another format, is packed anew at every run: 8 ms for each strip."""
    opened = loaders.load_dataset(dataset)
    for length in (1, 10, 100):
        picture = Image.open(BytesIO(strip(opened, SequenceSpan(0, 0, length), 0)))
        assert picture.format == "JPEG"
        assert picture.width <= MAXIMUM_CONTENT_WIDTH


def test_a_very_wide_picture_is_made_smaller_not_cut(dataset, monkeypatch):
    """Ten frames of a panorama would lose the last ones, or their proportions."""
    opened = loaders.load_dataset(dataset)
    wide = BytesIO()
    Image.new("RGB", (400, 50), (10, 200, 30)).save(wide, "JPEG")
    monkeypatch.setattr(Shard, "thumbnails", lambda self, rows: [wide.getvalue() for _ in rows])
    picture = Image.open(BytesIO(strip(opened, SequenceSpan(1, 0, 10), 0))).convert("RGB")
    assert MAXIMUM_CONTENT_WIDTH - 12 < picture.width <= MAXIMUM_CONTENT_WIDTH
    assert picture.width / 10 / picture.height == pytest.approx(8, rel=0.06)
    assert picture.getpixel((picture.width - 4, 5))[1] > 150
