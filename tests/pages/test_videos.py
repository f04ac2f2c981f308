"""The Data page, driven without a browser."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from seqsel_core.embed.measures import Measures
from seqsel_core.embed.spec import encoder_spec
from seqsel_core.jobs.desk import Desk
from seqsel_core.jobs.queue import Queue
from seqsel_core.jobs.suspects import Suspects
from seqsel_core.opening import shard_key
from seqsel_core.store.datasets import Datasets, Listing, Source
from seqsel_core.store.shards import Shard, ShardInfo, ShardName, ShardStore
from seqsel_core.video.discover import Found
from seqsel_core.video.types import Problem, Video
from seqsel_core.watching import SET_ASIDE


@pytest.fixture
def no_worker(monkeypatch):
    """Jobs are queued, but no process is started."""
    monkeypatch.setattr("pages.ui.job_panel.ensure_worker", lambda data_dir: None)


def test_the_table_shows_every_video_with_its_problem(open_page, dataset):
    """An unreadable file that is not named would be missed until labelling."""
    app = open_page("data/videos.py")
    table = app.dataframe[0].value
    assert table["Video"].tolist()[:1] == ["a.mp4"]
    assert table["Frames"].tolist()[:3] == [120, 95, 40]
    assert table["State"].tolist() == ["ready", "ready", "ready", "unreadable"]
    assert table["Problems"].tolist()[3] == "cannot be opened: damaged"
    assert table["Length"].tolist()[0] == "4.8 s"


def test_the_sample_is_queued_by_one_click(open_page, data_dir, no_worker):
    """The shortest way to a result would be broken for everybody who tries seqsel."""
    app = open_page("data/videos.py")
    next(button for button in app.button if button.label == "Use the sample").click().run()
    assert not app.exception
    (record,) = Datasets(data_dir).all()
    assert record.name == "Sample"
    assert len(list(record.sources[0].path.glob("*.mp4"))) == 3
    assert Queue(data_dir).latest("embed", record.id).state == "queued"


def test_using_the_same_folder_twice_gives_one_dataset(open_page, data_dir, no_worker):
    """A second click would fill the list with copies."""
    for _ in range(2):
        app = open_page("data/videos.py")
        next(button for button in app.button if button.label == "Use this folder").click().run()
        assert not app.exception
    assert len(Datasets(data_dir).all()) == 1


def test_a_failed_job_shows_its_reason(open_page, dataset, data_dir):
    """The page would look as if nothing had happened."""
    queue = Queue(data_dir)
    job = queue.submit("embed", dataset.id)
    desk = Desk(data_dir)
    desk.claim()
    desk.finish(job, "failed", "input_dir=/x does not exist.")
    app = open_page("data/videos.py")
    said = " ".join(item.value for item in app.markdown)
    assert "input_dir=/x does not exist." in said.replace("\\", "")


def test_without_roots_the_page_says_how_to_open_one(open_page, data_dir, monkeypatch):
    """An empty browser with no word would look broken."""
    monkeypatch.setenv("SEQSEL_INPUT_ROOTS", str(data_dir / "nowhere"))
    app = open_page("data/videos.py")
    assert any("SEQSEL_INPUT_ROOTS" in item.value for item in app.code)


ENCODER = "efficientnet-lite0"


@pytest.fixture
def troubled(data_dir):
    """A dataset of a clean video, a copy of it, and one in which much is wrong."""
    store, datasets = ShardStore(data_dir), Datasets(data_dir)
    spec = encoder_spec(ENCODER)
    record = datasets.create(
        "Trouble", [Source(data_dir, "folder")], encoder=ENCODER, frame_order="alphabetical"
    )
    videos = [Video(name, data_dir / name, 1) for name in ("<b>clean.mp4", "copy.mp4", "wrong.mp4")]
    ids = ["1" * 32, "1" * 32, "2" * 32]
    lost = (Problem("3 packets cannot be decoded: invalid data", 3),)
    for video, video_id, problems in ((videos[0], ids[0], ()), (videos[2], ids[2], lost)):
        writer = store.writer(video_id, shard_key(spec, video))
        for index in range(100):
            number = 1000 * int(video_id[0]) + index
            wrong = bool(problems)
            blank, damaged = wrong and index >= 90, wrong and 32 <= index <= 40
            measures = Measures(0.0, 400.0, 100.0, 0.0 if blank else 50.0, 3.0, number)
            writer.append(np.ones(1), (index, index, index / 10, number, damaged, *measures), b"")
        writer.finish(ShardInfo(spec.key, "pyav", 100, 1, 64, 36, (1, 10), 100, problems))
    datasets.save_listing(record.id, Listing(Found(tuple(videos), (), ()), tuple(ids)))
    return record


def test_what_is_wrong_is_told_per_video(open_page, troubled):
    """Damage at one place of one video would be noticed when it is labelled."""
    app = open_page("data/videos.py")
    table = app.dataframe[0].value.set_index("Video")["Problems"]
    assert table["<b>clean.mp4"] == ""
    assert table["copy.mp4"] == "all 100 frames equal an earlier one"
    assert table["wrong.mp4"] == (
        "9 of 100 frames are damaged (at 3.2 to 4.0 s); 10 of 100 frames are blank "
        "(at 9.0 to 9.9 s); 3 frames cannot be decoded"
    )
    assert any("2 videos with problems" in item.value for item in app.markdown)


def test_the_numbers_behind_it_are_shown_when_asked_for(open_page, troubled):
    """Numbers of another video, or of none, would be believed."""
    app = open_page("data/videos.py")
    assert len(app.dataframe) == 1
    app.session_state["quality"] = True
    app.run()
    assert not app.exception
    picker = next(box for box in app.selectbox if box.label == "Video")
    assert picker.options == [
        *("copy.mp4 · 1 remark", "wrong.mp4 · 3 remarks", "<b>clean.mp4"),
    ]
    picker.set_value("wrong.mp4").run()
    assert not app.exception
    counts, losses = app.dataframe[1].value, app.dataframe[2].value
    assert dict(zip(counts["What"], counts["Frames"], strict=True)) == {
        "Damaged": 9,
        "Blank": 10,
        "Partly blank": 0,
        "Blurred": 0,
        "Frozen": 0,
        "Duplicate": 0,
        "Near duplicate": 0,
    }
    assert losses.iloc[0].tolist() == ["3 frames cannot be decoded (invalid data)", 3]


def test_a_row_has_room_for_whole_sentences(open_page, troubled, monkeypatch):
    """A sentence would be cut in its middle, and the rest of it be found nowhere."""
    monkeypatch.setattr("pages.ui.video_table._LETTERS", 100)
    table = open_page("data/videos.py").dataframe[0].value.set_index("Video")["Problems"]
    assert table["wrong.mp4"] == (
        "9 of 100 frames are damaged (at 3.2 to 4.0 s); 10 of 100 frames are blank "
        "(at 9.0 to 9.9 s); 1 more, see below"
    )


def test_a_video_that_is_read_now_does_not_wait(open_page, dataset, data_dir):
    """It would be 'waiting' until it is 'ready', as if nothing went on."""
    listing = Datasets(data_dir).listing(dataset.id)
    for path in data_dir.glob(f"shards/*/{listing.video_ids[1]}-*"):
        shutil.rmtree(path)
    for path in data_dir.glob(f"shards/*/{listing.video_ids[2]}-*"):
        shutil.rmtree(path)
    Queue(data_dir).submit("embed", dataset.id)
    job = Desk(data_dir).claim()
    Suspects(data_dir, job.id).begin(listing.video_ids[1])
    table = open_page("data/videos.py").dataframe[0].value
    assert table["State"].tolist()[:3] == ["ready", "reading", "waiting"]


def test_a_video_that_was_set_aside_can_be_tried_again(open_page, dataset, data_dir, no_worker):
    """After an update of the decoder nobody could have it read, short of removing files."""
    store, broken = ShardStore(data_dir), "f" * 32
    app = open_page("data/videos.py")
    assert not [button for button in app.button if button.key == "read_again"]
    (path,) = data_dir.glob(f"shards/ff/{broken}-*")
    info, key = Shard(path).info, ShardName.parse(path.name).key
    shutil.rmtree(path)
    store.writer(broken, key).finish(replace(info, problems=(Problem(SET_ASIDE),)))
    app = open_page("data/videos.py")
    assert app.dataframe[0].value["State"].tolist()[3] == "set aside"
    app.button(key="read_again").click().run()
    assert not app.exception
    assert store.find(broken, key) is None
    assert Queue(data_dir).latest("embed", dataset.id).state == "queued"
