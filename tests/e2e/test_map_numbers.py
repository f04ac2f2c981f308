"""Where the ranks are written on a map: the code of the page, without a page around it."""

from pathlib import Path

import pytest

NUMBERS = Path(__file__).parents[2] / "pages/ui/explorer/numbers.js"


@pytest.fixture
def place(page):
    """Place numbers at [x, y], the first the most important; a box or None for each."""
    page.add_script_tag(content=NUMBERS.read_text("utf-8"))

    def placed(*anchors, size=(200, 100)):
        wanted = [{"x": x, "y": y, "text": str(rank)} for rank, (x, y) in enumerate(anchors, 1)]
        return page.evaluate(
            "([wanted, [width, height]]) => placeNumbers(wanted, width, height)", [wanted, size]
        )

    return placed


@pytest.fixture
def picture(page, place):
    """Place numbers as above, and pictures for some of them: (numbers, pictures)."""

    def placed(*anchors, able, size=(300, 200)):
        numbers = place(*anchors, size=size)
        wanted = [{"x": x, "y": y} for x, y in anchors]
        faces = page.evaluate(
            "([wanted, boxes, able, [width, height]]) =>"
            " placeFaces(wanted, boxes, (at) => able[at], width, height)",
            [wanted, numbers, able, size],
        )
        return numbers, faces

    return placed


def test_a_picture_covers_no_other_rank(picture):
    """It would hide the number, or the place, of another selected sequence."""
    anchors = [(60 + 30 * (at % 4), 50 + 25 * (at // 4)) for at in range(12)]
    numbers, faces = picture(*anchors, able=[True] * 12)
    drawn = [face for face in faces if face]
    assert drawn
    assert all(_apart(a, b) for at, a in enumerate(drawn) for b in drawn[:at])
    for at, face in enumerate(faces):
        others = [number for i, number in enumerate(numbers) if i != at and not faces[i] and number]
        assert face is None or all(_apart(face, other) for other in others)
        for i, (x, y) in enumerate(anchors):
            assert face is None or i == at or _apart(face, (x, y, x, y))


def test_what_has_no_picture_yet_keeps_its_number(picture):
    """An empty frame would stand on the map."""
    numbers, faces = picture((100, 100), (200, 100), able=[False, True])
    assert faces[0] is None
    assert numbers[0] is not None
    assert faces[1] is not None


def _apart(a, b):
    return a[2] < b[0] or b[2] < a[0] or a[3] < b[1] or b[3] < a[1]


def test_numbers_of_neighbours_do_not_touch(place):
    """'4' beside '17' reads as '417'."""
    boxes = place(*[(50 + 9 * at, 50) for at in range(8)])
    drawn = [box for box in boxes if box]
    assert len(drawn) >= 4
    assert all(_apart(a, b) for at, a in enumerate(drawn) for b in drawn[:at])


def test_the_first_pick_keeps_its_number_where_there_is_no_room_for_all(place):
    """The most important number would be the one that is missing."""
    boxes = place(*[(50, 50)] * 30)
    assert boxes[0] is not None
    assert any(box is None for box in boxes)
    assert boxes.index(None) > 1


def test_what_is_out_of_view_has_no_number_and_takes_no_room(place):
    """After a zoom, numbers would hang at the edge, or room would be kept for what is not seen."""
    outside, edge = place((-3, 50), (1, 1))
    assert outside is None
    assert edge is not None
    assert edge[0] >= 0
    assert edge[1] >= 0
