"""What the engine refuses, told on the page."""

import pytest

from pages.ui.refusals import FIELDS, in_words_of_the_page
from tests.pages.fields import field


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        (
            "max_per_video=1, but of 'a.mp4' 2 sequences are pinned: unpin some, or raise "
            "max_per_video.",
            "“Most of one video” is 1, but of 'a.mp4' 2 sequences are pinned: unpin some, or "
            "raise “Most of one video”.",
        ),
        (
            "selected_sequence_length=121 is too long: every sequence goes over a scene cut.",
            "“Sequence length” (121) is too long: every sequence goes over a scene cut.",
        ),
        (
            "left out for 48 duplicate frames (remove_exact_duplicates=False keeps them).",
            "left out for 48 exact duplicates (switch “Leave out exact duplicates” off to keep "
            "them).",
        ),
        (
            "left out for 1 corrupt frame (enable_corruptness_check=False keeps it), see "
            "'corrupt frame.mp4'.",
            "left out for 1 bad frame (switch “Leave out bad frames” off to keep it), see "
            "'corrupt frame.mp4'.",
        ),
        ("of 'min_gap=3.mp4' and 'b' (min_gap)", "of 'min_gap=3.mp4' and 'b' (“Least gap”)"),
    ],
)
def test_options_have_the_names_of_their_fields(sentence, told):
    """Who never saw the command line would look for max_per_video on the page in vain."""
    assert in_words_of_the_page(sentence) == told


def test_every_field_that_is_named_is_on_the_page(open_page, dataset):
    """A field that was renamed would be named as before, and not be found."""
    app = open_page("explore/explore.py", ("advanced",))
    every = [*app.checkbox, *app.number_input, *app.slider, *app.selectbox]
    labels = {"Sequence length", "Samples", *(item.label.split(" (")[0] for item in every)}
    assert set(FIELDS.values()) <= labels


def test_a_refusal_is_told_in_the_words_of_the_page(open_page, dataset):
    """The page would answer a move of its fields with the options of the command line."""
    pinned = ".".join(f"{0:08x}:{start}-{start + 10}" for start in (0, 10))
    app = open_page("explore/explore.py", length="10", pinned=pinned, max_per_video="1")
    assert "“Most of one video” is 1" in app.warning[0].value


def test_evenly_over_leaves_no_limit_of_its_own(open_page, dataset):
    """Both at once contradict each other: the page would only say so, and show nothing."""
    app = open_page("explore/explore.py", ("advanced",), even_over="video", max_per_video="3")
    assert "from 3 of 3 videos" in app.subheader[0].value
    assert field(app.number_input, "max_per_video").disabled
    app = open_page("explore/explore.py", ("advanced",), max_per_video="3")
    assert not field(app.number_input, "max_per_video").disabled
