"""The Data page, driven without a browser: the list of datasets, and what is done with one."""

import pytest

from seqsel_core.jobs.desk import Desk
from seqsel_core.jobs.queue import Queue
from seqsel_core.store.datasets import Datasets, Listing, Source
from seqsel_core.video.discover import Found
from seqsel_core.video.types import Video

ENCODER = "efficientnet-lite0"


@pytest.fixture
def no_worker(monkeypatch):
    """Jobs are queued, but no process is started."""
    for module in ("job_panel", "dataset_removal"):
        monkeypatch.setattr(f"pages.ui.{module}.ensure_worker", lambda data_dir: None)


@pytest.fixture
def somebody(monkeypatch):
    """Sign a person in."""

    def sign_in(user):
        monkeypatch.setattr("pages.ui.access.current_user", lambda: user)

    return sign_in


def button(app, label):
    """Return the button with this label."""
    return next(item for item in app.button if item.label == label)


def labels(app):
    """Return the labels of all buttons."""
    return [item.label for item in app.button]


def words(app):
    """Return all text of a page, without escapes."""
    kinds = (app.title, app.markdown, app.caption, app.warning, app.error, app.info)
    return " ".join(item.value for kind in kinds for item in kind).replace("\\", "")


def add(data_dir, name, folder="x", **options):
    """Add a dataset that nobody has looked at."""
    source = Source(data_dir / folder, "folder")
    values = {"encoder": ENCODER, "frame_order": "alphabetical", **options}
    return Datasets(data_dir).create(name, [source], **values)


def test_several_datasets_are_listed_and_one_is_opened(open_page, dataset, data_dir):
    """Who has twenty datasets would land in the newest, and find no other."""
    add(data_dir, "<b>*Night*</b>")
    app = open_page("data/videos.py")
    assert [item.value for item in app.title] == ["Datasets"]
    assert "not read yet" in words(app)
    assert "ready, 1 unreadable" in words(app)
    assert {":small[4]", ":small[255]", ":small[–]"} <= {item.value for item in app.markdown}
    button(app, "Street").click().run()
    assert [item.value for item in app.title] == ["Street"]
    assert app.query_params["dataset"] == dataset.id
    button(app, "All datasets").click().run()
    assert [item.value for item in app.title] == ["Datasets"]
    assert "dataset" not in app.query_params
    assert "\\<b\\>\\*Night\\*\\</b\\>" in labels(app)


def test_a_long_list_is_searched_and_paged(open_page, data_dir):
    """Hundreds of rows would be drawn at every click, or those of later pages never found."""
    for number in range(23):
        add(data_dir, f"Street {number:02d}", f"f{number}")
    app = open_page("data/videos.py")
    assert "Street 22" in labels(app)
    assert "Street 02" not in labels(app)
    app.text_input(key="dataset_search").set_value("02 STREET").run()
    assert not app.exception
    assert "Street 02" in labels(app)
    assert "Street 22" not in labels(app)


def test_a_link_to_a_dataset_that_is_gone_leads_to_the_list(open_page, dataset, data_dir):
    """The newest would be shown instead, and taken for the one of the link."""
    add(data_dir, "Night")
    app = open_page("data/videos.py", dataset="0123456789ab")
    assert "not on this server" in app.warning[0].value
    assert [item.value for item in app.title] == ["Datasets"]


@pytest.mark.parametrize("script", ["data/videos.py", "explore/explore.py", "output/output.py"])
def test_what_another_keeps_private_is_nowhere(open_page, dataset, data_dir, somebody, script):
    """A colleague's videos would be open to whoever has, or guesses, a link."""
    datasets = Datasets(data_dir)
    hers = add(data_dir, "Secret", owner="anna")
    datasets.save_listing(hers.id, datasets.listing(dataset.id))
    datasets.rename(dataset.id, "Everybody's")

    def shown():
        app = open_page(script, dataset=hers.id)
        options = [option for box in app.selectbox for option in box.options]
        return "Secret" in " ".join([words(app), *labels(app), *options])

    for user in ("ben", ""):
        somebody(user)
        assert not shown()
    somebody("anna")
    assert shown()
    datasets.share(hers.id, True)
    somebody("ben")
    assert shown()


def test_who_does_not_own_a_shared_dataset_cannot_change_it(open_page, dataset, data_dir, somebody):
    """Anybody who is signed in could remove what took somebody days."""
    hers = add(data_dir, "Hers", owner="anna")
    Datasets(data_dir).save_listing(hers.id, Datasets(data_dir).listing(dataset.id))
    Datasets(data_dir).share(hers.id, True)
    job(data_dir, hers, "done")
    changes = {"Rename", "Remove", "Rescan"}
    somebody("ben")
    app = open_page("data/videos.py", dataset=hers.id)
    assert "shared by anna" in words(app)
    assert changes.isdisjoint(labels(app))
    assert not app.toggle
    assert "Explore" in labels(app)
    assert "Add to" not in [item.label for item in app.radio]
    somebody("anna")
    app = open_page("data/videos.py", dataset=hers.id)
    assert changes <= set(labels(app))


def job(data_dir, record, state):
    """Add an embedding that has ended, or waits."""
    number = Queue(data_dir).submit("embed", record.id)
    if state != "queued":
        desk = Desk(data_dir)
        desk.claim()
        desk.finish(number, state)
    return number


def test_the_owner_shares_a_dataset(open_page, data_dir, somebody):
    """A switch that shows one thing and does another gives private videos away."""
    mine = add(data_dir, "Mine", owner="ben")
    somebody("ben")
    app = open_page("data/videos.py", dataset=mine.id)
    assert app.toggle[0].value is False
    app.toggle[0].set_value(True).run()
    assert app.toggle[0].value is True
    assert Datasets(data_dir).get(mine.id).shared
    app.toggle[0].set_value(False).run()
    assert not Datasets(data_dir).get(mine.id).shared


def test_without_sign_in_nothing_is_said_of_owners(open_page, dataset, data_dir):
    """Switches and columns that mean nothing would be asked about."""
    add(data_dir, "Night")
    app = open_page("data/videos.py", dataset=dataset.id)
    assert not app.toggle
    app = open_page("data/videos.py")
    assert "Whose" not in [item.value for item in app.caption]


def test_a_dataset_is_renamed_in_place(open_page, dataset, data_dir):
    """A name taken from a folder, such as '2024', tells nobody anything."""
    app = open_page("data/videos.py")
    button(app, "Rename").click().run()
    app.text_input(key="new_name").set_value("  Two\nlines <b>  ")
    button(app, "Save").click().run()
    assert not app.exception
    assert Datasets(data_dir).get(dataset.id).name == "Two\\nlines <b>"
    button(app, "Rename").click().run()
    app.text_input(key="new_name").set_value(" ")
    button(app, "Save").click().run()
    assert Datasets(data_dir).get(dataset.id).name == "Two\\nlines <b>"


def test_a_folder_is_added_to_a_dataset(open_page, dataset, data_dir, no_worker):
    """Videos of a second day would need a dataset of their own, and could not be compared."""
    app = open_page("data/videos.py")
    app.radio(key="add_to").set_value("this").run()
    button(app, "Add this folder").click().run()
    assert not app.exception
    (record,) = Datasets(data_dir).all()
    assert [source.path for source in record.sources] == [data_dir, data_dir.parent]
    assert Queue(data_dir).latest("embed", record.id).state == "queued"


def test_a_removal_says_what_goes_and_needs_a_click(open_page, dataset, data_dir, no_worker):
    """Hours of embedding would be lost by a click on the wrong button."""
    waiting = job(data_dir, dataset, "queued")
    app = open_page("data/videos.py")
    button(app, "Remove").click().run()
    said = words(app)
    assert "its list of 4 videos" in said
    assert "embeddings, thumbnails and maps of 4 videos that no other dataset uses" in said
    assert "the original videos in data" in said
    assert "Work on it is stopped first: Embedding" in said
    button(app, "Keep it").click().run()
    assert Datasets(data_dir).all() == [dataset]
    assert "Remove the dataset" not in labels(app)
    button(app, "Remove").click().run()
    button(app, "Remove the dataset").click().run()
    assert not app.exception
    assert Datasets(data_dir).all() == []
    assert not list(data_dir.glob("shards/??/*"))
    assert Queue(data_dir).get(waiting).state == "cancelled"
    assert "Add videos or folders of frames" in words(app)


def test_work_that_does_not_end_keeps_the_dataset(
    open_page, dataset, data_dir, no_worker, monkeypatch
):
    """Embeddings would be removed while a job reads them."""
    monkeypatch.setattr("pages.ui.dataset_removal._PATIENCE", 0.1)
    Queue(data_dir).submit("embed", dataset.id)
    assert Desk(data_dir).claim() is not None
    app = open_page("data/videos.py")
    button(app, "Remove").click().run()
    button(app, "Remove the dataset").click().run()
    assert "nothing was removed" in words(app)
    assert Datasets(data_dir).all() == [dataset]


def test_a_video_is_taken_out_and_put_back(open_page, dataset, data_dir, no_worker):
    """One bad video would spoil every selection until its file is moved away."""
    app = open_page("data/videos.py")
    datasets = Datasets(data_dir)
    datasets.exclude(dataset.id, [datasets.listing(dataset.id).video_ids[1]])
    app.run()
    assert app.dataframe[0].value["Video"].tolist() == ["a.mp4", "c.mp4", "broken.mp4"]
    assert "215 frames" not in words(app)
    assert "160 frames" in words(app)
    button(app, "Put back").click().run()
    assert not app.exception
    assert datasets.listing(dataset.id).excluded == ()
    assert len(app.dataframe[0].value) == 4
    assert Queue(data_dir).latest("umap", dataset.id).state == "queued"


def test_a_rescan_says_what_it_found(open_page, dataset, data_dir):
    """After a rescan nobody would know whether the new files were seen."""
    datasets = Datasets(data_dir)
    first = datasets.listing(dataset.id)
    videos = (*first.found.videos[:2], Video("new.mp4", data_dir / "new.mp4", 1))
    ids = (first.video_ids[0], "9" * 32, "8" * 32)
    datasets.save_listing(dataset.id, Listing(Found(videos, (), ()), ids))
    app = open_page("data/videos.py")
    assert "**1 new**, **1 changed**, **2 gone**" in words(app)
    assert [item.value for item in app.code] == ["new.mp4", "b <i>x</i>.mp4", "c.mp4\nbroken.mp4"]


def test_videos_of_several_folders_say_from_where(open_page, dataset, data_dir):
    """Two videos of one name would not be told apart."""
    datasets = Datasets(data_dir)
    inner = data_dir / "inner"
    datasets.add_source(dataset.id, Source(inner, "folder"))
    listing = datasets.listing(dataset.id)
    video = Video("a (2).mp4", inner / "a.mp4", 1)
    found = Found((*listing.found.videos, video), (), ())
    datasets.save_listing(dataset.id, Listing(found, (*listing.video_ids, "7" * 32)))
    app = open_page("data/videos.py")
    table = app.dataframe[0].value.set_index("Video")["From"]
    assert table["a.mp4"] == "data"
    assert table["a (2).mp4"] == "data/inner"
