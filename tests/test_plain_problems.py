"""What went wrong with videos, in plain words."""

import pytest

from seqsel_core.plain_problems import in_plain_words

INVALID = "Invalid data found when processing input"


@pytest.mark.parametrize(
    ("reason", "told", "short"),
    [
        (
            f"cannot be opened: {INVALID}",
            f"cannot be opened as a video: it is another kind of file, or damaged ({INVALID})",
            "cannot be opened as a video: it is another kind of file, or damaged",
        ),
        (
            f"1 packet cannot be decoded: {INVALID}; ends early: End of file",
            f"1 frame cannot be decoded ({INVALID}); ends early (End of file)",
            "1 frame cannot be decoded; ends early",
        ),
        (
            "14 packets cannot be decoded: a frame to build on is missing",
            "14 frames cannot be decoded (a frame to build on is missing)",
            "14 frames cannot be decoded",
        ),
        ("cannot be opened: Permission denied", *["cannot be opened: Permission denied"] * 2),
    ],
)
def test_the_words_of_a_decoder_come_second(reason, told, short):
    """Who never heard of packets would not know what is lost, or what to do."""
    assert in_plain_words(reason) == told
    assert in_plain_words(reason, decoder=False) == short
