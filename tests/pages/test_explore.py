"""Explore, driven without a browser."""

import shutil

import pytest

from pages.ui.explorer.explorer import Focus
from tests.pages.components import measures, press_strip, strip_rows
from tests.pages.fields import field, name_of
from tests.pages.number_sliders import move, shown


def _headline(app):
    return app.subheader[0].value


def test_it_shows_a_selection_that_keeps_to_the_rule(open_page, dataset):
    """The page would be empty, or show other numbers than were asked for."""
    app = open_page("explore/explore.py", n_samples="200")
    assert _headline(app) == "20 sequences of 10 frames from 3 of 3 videos"
    assert "of 25 that can be selected · 5 frames in no sequence" in [c.value for c in app.caption]
    assert shown(app, "n_samples")["step"] == 10


def test_a_number_that_is_no_multiple_is_moved_to_the_nearest_and_said(open_page, dataset):
    """205 frames in sequences of ten cannot be: the page would crash or silently take others."""
    app = open_page("explore/explore.py")
    move(app, "n_samples", 104)
    assert _headline(app).startswith("10 sequences of 10 frames")
    assert shown(app, "n_samples")["note"] == "104 is not a multiple of 10: 100 or 110."


def test_slider_and_number_field_show_one_value(open_page, dataset):
    """Two widgets for one value drift apart unless both are set from one owner."""
    app = open_page("explore/explore.py")
    move(app, "n_samples", 70)
    assert shown(app, "n_samples")["value"] == 70
    move(app, "length", 7)
    assert shown(app, "length")["value"] == 7
    assert shown(app, "n_samples")["step"] == 7
    assert shown(app, "n_samples")["value"] == 70


def test_going_through_many_lengths_and_back_ends_where_it_began(open_page, dataset):
    """Rounding at each step drifts: from 200 frames at length 10 to 205 at length 5."""
    app = open_page("explore/explore.py", n_samples="200")
    for length in (9, 8, 7, 6, 5):
        move(app, "length", length)
    assert _headline(app).startswith("40 sequences of 5 frames")
    move(app, "length", 10)
    assert _headline(app).startswith("20 sequences of 10 frames")


def test_a_new_length_keeps_the_number_of_frames_as_near_as_it_can(open_page, dataset):
    """70 frames in sequences of nine: 72 is nearest; 63, or an error, would surprise."""
    app = open_page("explore/explore.py", n_samples="70")
    move(app, "length", 9)
    assert shown(app, "n_samples")["value"] == 72


def test_the_share_for_what_is_rare_goes_down_to_nothing(open_page, dataset):
    """A slider that takes 0 for nonsense could not be moved to its left end."""
    app = open_page("explore/explore.py")
    assert shown(app, "balance")["value"] == 25
    move(app, "balance", 0)
    assert shown(app, "balance")["value"] == 0
    assert float(app.query_params["balance"]) == 0


def test_the_url_holds_what_is_shown_and_brings_it_back(open_page, dataset):
    """A shared link would show another picture than the one it was copied from."""
    first = open_page("explore/explore.py")
    move(first, "length", 5)
    move(first, "n_samples", 50)
    query = dict(first.query_params)
    assert query["length"] == "5"
    assert query["n_samples"] == "50"
    second = open_page("explore/explore.py", **query)
    assert _headline(second) == _headline(first)
    assert measures(second) == measures(first)


@pytest.mark.parametrize(
    "query",
    [
        {"length": "0"},
        {"length": "x", "n_samples": "-5", "method": "<b>", "min_distance": "nan"},
        {"length": "100000", "n_samples": "999999999"},
        {"dataset": "../../etc"},
        {"min_distance": "inf", "corrupt": "maybe"},
        {"min_distance": "1.8"},
        {"n_samples": "9" * 400, "length": "9" * 400},
    ],
)
def test_a_url_with_nonsense_still_shows_a_page(open_page, dataset, query):
    """Somebody types into the address bar: a traceback would greet them."""
    app = open_page("explore/explore.py", **query)
    assert "sequence" in _headline(app)


def test_a_check_is_switched_off_by_0_only(open_page, dataset):
    """A mistyped link would silently let bad frames in."""
    app = open_page("explore/explore.py", corrupt="maybe", duplicates="0")
    boxes = {name_of(box): box.value for box in app.checkbox}
    assert (boxes["corrupt"], boxes["duplicates"]) == (True, False)


def test_typing_a_number_counts_in_the_length_that_is_shown(open_page, dataset):
    """A link with a length of 150 shows 120 here: 240 frames are two of those."""
    app = open_page("explore/explore.py", length="150", n_samples="150")
    assert shown(app, "length")["value"] == 120
    app = open_page("explore/explore.py", length="50", n_samples="50")
    move(app, "n_samples", 100)
    assert _headline(app).startswith("2 sequences of 50 frames")


def test_a_link_to_a_dataset_that_is_gone_says_so(open_page, dataset):
    """Another dataset would be shown as if it were the one of the link."""
    app = open_page("explore/explore.py", dataset="000000000000")
    assert "not on this server" in app.warning[0].value


def test_maps_that_are_not_stored_can_be_drawn(open_page, dataset, data_dir):
    """After a stopped job neither map is there, and nothing would ever draw them."""
    shutil.rmtree(data_dir / "projections")
    app = open_page("explore/explore.py")
    assert [b.label for b in app.button].count("Draw the maps") == 1


def test_least_distance_ends_the_selection_early_and_says_so(open_page, dataset):
    """The slider would do nothing, or leave people to wonder where their samples are."""
    app = open_page("explore/explore.py", min_distance="1.2")
    assert int(_headline(app).split()[0]) < 20
    assert any("least distance" in caption.value for caption in app.caption)


def test_random_selects_others_than_diverse(open_page, dataset):
    """A method that is not passed on would show the same twice."""
    diverse = open_page("explore/explore.py", n_samples="50")
    random = open_page("explore/explore.py", n_samples="50", method="random")
    assert measures(diverse)[0]["value"] != measures(random)[0]["value"]


def test_names_from_files_are_text(open_page, dataset):
    """A file called <i>x</i>, or with Markdown in its name, would change the page."""
    app = open_page("explore/explore.py", length="5", n_samples="200")
    markdown = " ".join(item.value for item in app.markdown)
    assert "<i>" not in markdown
    assert "b <i>x</i>.mp4" in [row["name"] for row in strip_rows(app)]  # as text


def test_without_videos_it_says_what_to_do(open_page, data_dir):
    """A new user opens Explore first: an exception would be the first thing they see."""
    app = open_page("explore/explore.py")
    assert "Nothing to explore" in app.title[0].value


def test_a_damaged_store_is_a_sentence(open_page, dataset, data_dir):
    """A truncated file after a crash would take the page down with a traceback."""
    for path in data_dir.glob("shards/*/*/frames.npy"):
        path.write_bytes(b"gone")
    app = open_page("explore/explore.py")
    assert "damaged" in app.error[0].value


def test_the_videos_that_are_embedded_can_be_explored_without_the_others(
    open_page, dataset, data_dir
):
    """One video that kills the worker would lock all others away."""
    (lost,) = data_dir.glob(f"shards/00/{1:08x}*")
    shutil.rmtree(lost)
    app = open_page("explore/explore.py")
    assert "of 2 videos" in _headline(app)
    assert "Not embedded yet: 1 of 3 videos" in app.warning[0].value


def _press(app, label):
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


def test_moves_can_be_taken_back_and_made_again(open_page, dataset):
    """Somebody who tried something would not find the way back to what was good."""
    app = open_page("explore/explore.py", n_samples="200")
    move(app, "length", 5)
    move(app, "n_samples", 50)
    _press(app, "Undo")
    assert _headline(app).startswith("40 sequences of 5 frames")
    _press(app, "Undo")
    assert _headline(app).startswith("20 sequences of 10 frames")
    _press(app, "Redo")
    _press(app, "Redo")
    assert _headline(app).startswith("10 sequences of 5 frames")
    _press(app, "Reset")
    assert _headline(app).startswith("5 sequences of 10 frames")
    _press(app, "Undo")
    assert _headline(app).startswith("10 sequences of 5 frames")


def test_a_new_move_ends_what_could_be_made_again(open_page, dataset):
    """Redo after another move would jump to a state that nobody asked for."""
    app = open_page("explore/explore.py")
    move(app, "length", 5)
    _press(app, "Undo")
    move(app, "length", 8)
    assert next(button for button in app.button if button.label == "Redo").disabled


def _shown_sequences(app):
    """Return the (video, start, stop) of the strips on the first page, in order."""
    return [tuple(row["span"]) for row in strip_rows(app)]


def test_replacing_one_leaves_the_others(open_page, dataset):
    """A reviewer who rejects one sequence would find the others changed too."""
    app = open_page("explore/explore.py", n_samples="50")
    before = _shown_sequences(app)
    assert len(before) == 5
    press_strip(app, "replace", 2)
    after = _shown_sequences(app)
    assert [one for one in after if one in before] == [*before[:2], *before[3:]]
    assert len(set(after)) == 5
    assert _headline(app).startswith("5 sequences")
    _press(app, "Undo")
    assert _shown_sequences(app) == before


def test_a_pinned_sequence_stays_whatever_the_strategy(open_page, dataset):
    """What a person wants in would be lost with the next move."""
    app = open_page("explore/explore.py", n_samples="50")
    wanted = _shown_sequences(app)[4]
    press_strip(app, "pin", 4)
    assert _shown_sequences(app)[0] == wanted
    move(app, "n_samples", 20)
    assert _shown_sequences(app)[0] == wanted
    press_strip(app, "unpin", 0)
    assert "pinned" not in app.query_params


def test_the_url_brings_pins_and_rejections_back(open_page, dataset):
    """A shared link would show another selection than the one that was reviewed."""
    first = open_page("explore/explore.py", n_samples="50")
    press_strip(first, "replace", 1)
    second = open_page("explore/explore.py", **dict(first.query_params))
    assert _shown_sequences(second) == _shown_sequences(first)


def test_rules_that_cannot_be_kept_are_a_sentence(open_page, dataset):
    """A traceback would be the answer to a link with a contradiction."""
    pinned = ".".join(f"00000000:{start}-{start + 10}" for start in (0, 10))
    app = open_page("explore/explore.py", pinned=pinned, max_per_video="1", n_samples="50")
    assert "pinned" in app.warning[0].value
    _press(app, "Unpin all")
    assert _headline(app).startswith("3 sequences")


def test_what_was_clicked_belongs_to_its_dataset(open_page, dataset):
    """A lasso of one dataset would hide most of the next."""
    app = open_page("explore/explore.py")
    app.session_state["focus"] = Focus(1, 20)
    app.run()
    assert any(button.key == "look_close" for button in app.button)
    app.session_state["explorer_dataset"] = "another"
    app.run()
    assert not any(button.key == "look_close" for button in app.button)


def _looked_at(app):
    """Return what the review shows of its sequence."""
    return app.session_state["focus"]


def test_the_review_goes_through_the_selected_ones(open_page, dataset):
    """Next would jump over some, or run out of the list."""
    app = open_page("explore/explore.py", n_samples="30")
    shown = _shown_sequences(app)
    _press(app, "Review one by one")
    for video, start, _ in shown:
        assert _looked_at(app) == Focus(video, start)
        if (video, start) != shown[-1][:2]:
            _press(app, "Next")
    assert next(button for button in app.button if button.label == "Next").disabled
    _press(app, "Previous")
    assert _looked_at(app) == Focus(*shown[1][:2])
    _press(app, "Close")
    assert "focus" not in app.session_state


@pytest.mark.parametrize("length", ["10", "1"])
def test_a_strip_leads_to_its_place_in_the_maps(open_page, dataset, length):
    """Who finds a strip would have to search the maps for its point."""
    app = open_page("explore/explore.py", length=length, n_samples="40")
    rows = strip_rows(app)
    assert len(rows) == {"10": 4, "1": 30}[length]  # those of the first page
    video, start, _ = rows[3]["span"]
    press_strip(app, "look", 3)
    assert _looked_at(app) == Focus(video, start)
    assert any(button.key == "look_close" for button in app.button)


def test_one_frame_in_review_does_not_hide_the_page(open_page, dataset, monkeypatch):
    """As wide as its card, it would take more than half of a laptop's window."""
    widths = []
    monkeypatch.setattr("streamlit.image", lambda *_, width, **__: widths.append(width))
    app = open_page("explore/explore.py", length="1", n_samples="3")
    _press(app, "Review one by one")
    assert widths == [240]


def test_a_replaced_sequence_hands_the_review_on_to_what_came(open_page, dataset):
    """The reviewer would lose the place at every rejection."""
    app = open_page("explore/explore.py", n_samples="30")
    before = _shown_sequences(app)
    _press(app, "Review one by one")
    _press(app, "Next")
    app.button(key="look_replace").click().run()
    after = _shown_sequences(app)
    assert [after[0], after[2]] == [before[0], before[2]]
    assert after[1] != before[1]
    assert _looked_at(app) == Focus(*after[1][:2])
    app.button(key="look_pin").click().run()  # to replace one, all others are held
    assert app.button(key="look_pin").label == "Pin"


def test_how_it_is_shown_is_in_the_url(open_page, dataset):
    """A shared link would show other colours than its sender sees."""
    app = open_page("explore/explore.py", colour_by="Time", points="Frames", axes="no such")
    boxes = {name_of(box): box.value for box in app.selectbox}
    assert (boxes["colour_by"], boxes["points"], boxes["axes"]) == ("Time", "Frames", "2-D")
    field(app.selectbox, "colour_by").select("Video").run()
    assert dict(app.query_params)["colour_by"] == "Video"
    field(app.selectbox, "colour_by").select("Nothing").run()
    assert "colour_by" not in app.query_params


def test_a_third_axis_that_is_not_drawn_yet_can_be(open_page, dataset):
    """The choice would show nothing, and not say what to do."""
    app = open_page("explore/explore.py", axes="3-D")
    assert "Draw the maps" in [button.label for button in app.button]


def test_shortcuts_are_shown(open_page, dataset):
    """Keys that nobody knows of are no help."""
    app = open_page("explore/explore.py")
    app.button(key="shortcuts").click().run()
    assert any(item.value == "Next sequence" for item in app.markdown)


def _places(block, kind, above=()):
    """Return where elements of a kind are in the page: positions from block to block."""
    for at, child in block.children.items():
        if child.type == kind:
            yield (*above, at)
        elif hasattr(child, "children"):
            yield from _places(child, kind, (*above, at))


def test_a_message_above_does_not_move_the_maps(open_page, dataset):
    """The browser would take them for others, and draw every point again."""
    plain = open_page("explore/explore.py", n_samples="200")
    told = open_page("explore/explore.py", n_samples="200", min_distance="1")
    assert len(told.caption) > len(plain.caption)
    maps = list(_places(plain.main, "bidi_component"))
    assert maps
    assert list(_places(told.main, "bidi_component")) == maps
