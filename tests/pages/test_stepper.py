"""The frames below a clip."""

from __future__ import annotations

import base64
import json

from streamlit.testing.v1 import AppTest

from pages.ui import loaders
from pages.ui.session import datasets


def frames_of(start: int, stop: int) -> dict:
    """Return what the browser is told of frames of the first video."""

    def script(start: int, stop: int) -> None:
        from pages.ui import loaders
        from pages.ui.session import datasets
        from pages.ui.stepper import stepper

        dataset = loaders.load_dataset(datasets().all()[0])
        assert dataset
        stepper(dataset, 0, start, stop)

    app = AppTest.from_function(script, args=(start, stop), default_timeout=60).run()
    assert not app.exception, app.exception[0].value
    return json.loads(app.get("bidi_component")[0].proto.json)


def test_every_frame_of_a_short_sequence_has_its_picture(dataset) -> None:
    """Catches pictures of the frames beside: what is stopped at would be another frame."""
    told = frames_of(30, 40)
    assert (told["first"], told["count"]) == (30, 10)
    assert [picture["at"] for picture in told["pictures"]] == list(range(10))
    opened = loaders.load_dataset(datasets().all()[0])
    assert opened
    sent = [base64.b64decode(picture["src"].split(",")[1]) for picture in told["pictures"]]
    assert sent == opened.videos[0].shard.thumbnails(list(range(30, 40)))


def test_a_long_sequence_sends_some_pictures_its_ends_among_them(dataset) -> None:
    """Catches megabytes for a sequence of a thousand frames."""
    told = frames_of(0, 100)
    places = [picture["at"] for picture in told["pictures"]]
    assert (told["count"], len(places), places[0], places[-1]) == (100, 30, 0, 99)
