"""Which folders can be browsed."""

import os
import socket

import pytest

from pages.ui.roots import input_roots, list_folder, open_folder


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A root with a folder in it, and a secret beside it."""
    inside = tmp_path / "videos" / "day one"
    inside.mkdir(parents=True)
    (inside / "a.MP4").touch()
    (inside / "b.jpg").touch()
    (inside / "notes.txt").touch()
    (tmp_path / "secret").mkdir()
    monkeypatch.setenv("SEQSEL_INPUT_ROOTS", str(tmp_path / "videos"))
    return tmp_path / "videos"


def test_a_chain_of_ids_opens_folders(root):
    """Browsing would stop at the root, or count the wrong files."""
    (top,) = input_roots()
    (day,) = list_folder(top.path, top.path).folders
    assert day.name == "day one"
    chain = open_folder([top.id, day.id])
    assert chain[-1].path == root / "day one"
    content = list_folder(chain[-1].path, root)
    assert (content.n_videos, content.n_frames) == (1, 1)


@pytest.mark.parametrize("wanted", ["../secret", "/etc", "..", "", "\0"])
def test_a_path_is_never_taken_for_an_id(root, wanted):
    """A client that sends a path instead of an id would read the whole disk."""
    (top,) = input_roots()
    assert open_folder([top.id, wanted]) == [top]
    assert open_folder([wanted]) == []


def test_a_link_that_leaves_the_root_is_not_shown(root):
    """One link in a videos folder would open everything it points to."""
    (root / "shortcut").symlink_to(root.parent / "secret")
    (root / "same").symlink_to(root / "day one")
    names = {folder.name for folder in list_folder(root, root).folders}
    assert names == {"day one", "same"}


def test_hidden_folders_are_not_shown(root):
    """Folders like .ssh or .cache are nobody's videos."""
    (root / ".hidden").mkdir()
    assert ".hidden" not in {folder.name for folder in list_folder(root, root).folders}


def test_without_configuration_only_video_folders_are_roots(monkeypatch, tmp_path):
    """A default of / or of the home folder would open private files to every local user."""
    monkeypatch.delenv("SEQSEL_INPUT_ROOTS", raising=False)
    assert all(folder.path.name in ("Videos", "input_dir") for folder in input_roots())


def test_several_roots_and_missing_ones(root, monkeypatch, tmp_path):
    """A root that is not mounted today must not hide the others."""
    monkeypatch.setenv("SEQSEL_INPUT_ROOTS", f"{root}{os.pathsep}{tmp_path / 'gone'}")
    assert [folder.path for folder in input_roots()] == [root]


def test_an_unreadable_folder_is_empty(root):
    """A folder that vanishes while it is browsed would be a traceback."""
    content = list_folder(root / "gone", root)
    assert content.folders == ()


def test_none_configured_is_none(monkeypatch):
    """SEQSEL_INPUT_ROOTS= is how folders are switched off; it would open the defaults."""
    monkeypatch.setenv("SEQSEL_INPUT_ROOTS", "")
    assert input_roots() == ()


def test_only_regular_files_are_counted(root, monkeypatch):
    """A pipe or a socket called like a video would be promised, and waited for."""
    os.mkfifo(root / "pipe.mp4")
    monkeypatch.chdir(root)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.mp4")
        (root / "zero.mp4").symlink_to("/dev/zero")
        (root / "outside.mp4").symlink_to(root.parent / "secret")
        (root / "circle.mp4").symlink_to("circle.mp4")
        (root / "gone.mp4").symlink_to("nowhere.mp4")
        assert list_folder(root, root).n_videos == 0
        (root / "within.mp4").symlink_to(root / "day one" / "a.MP4")
        assert list_folder(root, root).n_videos == 1


def test_a_folder_that_became_a_link_is_empty(root):
    """Between two clicks a folder can be replaced by a link to anywhere."""
    (top,) = input_roots()
    (day,) = list_folder(root, root).folders
    (root / "day one").rename(root.parent / "moved")
    (root / "day one").symlink_to(root.parent / "moved")
    assert list_folder(day.path, root).n_videos == 0
    assert open_folder([top.id, day.id]) == [top]


@pytest.mark.parametrize("name", ["caf\udce9", "名前", "a\nb", "-rf", "$(id)", "<b>", "x" * 255])
def test_folders_with_any_name_are_opened(root, name):
    """A folder whose name is not UTF-8, or looks like something else, would be out of reach."""
    (root / name).mkdir()
    (root / name / "a.mp4").touch()
    (top,) = input_roots()
    (found,) = [item for item in list_folder(root, root).folders if item.name == name]
    chain = open_folder([top.id, found.id])
    assert list_folder(chain[-1].path, root).n_videos == 1
