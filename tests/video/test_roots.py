"""What a confined process may read and write, with real links, pipes, sockets and devices."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from seqsel_core.errors import InputError, OutputError
from seqsel_core.store.identity import content_id
from seqsel_core.video import isolated, roots
from seqsel_core.video.decoders import decoder_for
from seqsel_core.video.types import ReadResult, Video

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Two roots `one` and `two`, a data directory, a secret beside them; confined to them."""
    for name in ("one/day", "two", "data/uploads/x", "data/output", "secret"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "secret" / "private.mp4").write_bytes(b"private")
    monkeypatch.setenv("SEQSEL_INPUT_ROOTS", f"{tmp_path / 'one'}:{tmp_path / 'two'}")
    monkeypatch.delenv("SEQSEL_OUTPUT_ROOT", raising=False)
    monkeypatch.setenv("SEQSEL_CONFINED_TO", "")  # so that what `confine` sets is taken back
    isolated.end_idle()  # those that were started before are not confined
    roots.confine(tmp_path / "data")
    yield tmp_path
    isolated.end_idle()


def clip(path: Path) -> Path:
    """Return the path of a file that is there."""
    path.write_bytes(b"x")
    return path


def refused(path: Path) -> str:
    """Return why a path may not be read."""
    with pytest.raises(OSError) as caught:
        roots.check_readable(path)
    return str(caught.value.strerror or caught.value)


@pytest.mark.parametrize(
    "name",
    [
        *("one/a.mp4", "two/b.JPG", "one/day/c.webm", "data/uploads/x/d.png"),
        *("data/output/e.png", "one/caf\udce9.mp4", "one/-rf.mp4", "one/a\nb.mp4", "one/名.ts"),
    ],
)
def test_files_below_the_roots_are_read(place: Path, name: str) -> None:
    """Catches a second root, uploads, copies of frames, or a name in any encoding refused."""
    roots.check_readable(clip(place / name))


def test_links_within_and_between_roots_are_followed(place: Path) -> None:
    """Catches people who keep today's videos behind a link locked out of their own folder."""
    (place / "one" / "a.mp4").symlink_to(clip(place / "two" / "b.mp4"))
    roots.check_readable(place / "one" / "a.mp4")


def test_what_lies_outside_is_refused(place: Path) -> None:
    """Catches each way out of a root: a plain path, '..', a link to a file or to a folder."""
    outside = "lies outside the folders that the app may read"
    (place / "one" / "file.mp4").symlink_to(place / "secret" / "private.mp4")
    (place / "one" / "folder").symlink_to(place / "secret")
    (place / "one" / "again.mp4").symlink_to("file.mp4")
    for name in (
        *("secret/private.mp4", "one/../secret/private.mp4", "one/day/../../secret/private.mp4"),
        *("one/file.mp4", "one/folder/private.mp4", "one/again.mp4"),
    ):
        assert refused(place / name) == outside, name


def test_a_folder_whose_name_begins_like_a_root_is_outside(place: Path) -> None:
    """Catches a comparison of texts, to which /data/videos-private lies below /data/videos."""
    (place / "one-private").mkdir()
    assert "outside" in refused(clip(place / "one-private" / "a.mp4"))


def test_only_regular_files_with_known_endings_are_read(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a pipe that is waited for without end, a device, and text read as video."""
    os.mkfifo(place / "one" / "pipe.mp4")
    assert refused(place / "one" / "pipe.mp4") == "is no regular file"
    monkeypatch.chdir(place / "one")  # the name of a socket must be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.mp4")
        assert refused(place / "one" / "socket.mp4") == "is no regular file"
    (place / "one" / "folder.mp4").mkdir()
    assert refused(place / "one" / "folder.mp4") == "is no regular file"
    (place / "one" / "zero.mp4").symlink_to("/dev/zero")
    assert "outside" in refused(place / "one" / "zero.mp4")
    assert refused(clip(place / "one" / "notes.txt")) == "has no ending of a video or a frame"
    assert refused(clip(place / "one" / "list.m3u8")) == "has no ending of a video or a frame"


def test_a_device_below_a_root_is_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches /dev/zero behind a name like a video's, where a root is as wide as the disk."""
    monkeypatch.setenv("SEQSEL_INPUT_ROOTS", "/")
    roots.confine(place / "data")
    (place / "one" / "zero.mp4").symlink_to("/dev/zero")
    assert refused(place / "one" / "zero.mp4") == "is no regular file"


def test_circles_missing_files_and_nul_are_errors_of_that_file(place: Path) -> None:
    """Catches an error of another kind, which would end the job and not the file."""
    (place / "one" / "a.mp4").symlink_to("b.mp4")
    (place / "one" / "b.mp4").symlink_to("a.mp4")
    assert "symbolic links" in refused(place / "one" / "a.mp4")
    assert "No such file" in refused(place / "one" / "gone.mp4")
    assert refused(place / "one" / "a\0.mp4") == "has an impossible name"


def test_a_link_swapped_in_after_listing_is_refused_where_it_is_opened(place: Path) -> None:
    """Catches a reader that trusts the list: file, folder, hash, in this and another process."""
    path = place / "one" / "a.mp4"
    path.symlink_to(place / "secret" / "private.mp4")
    frame = place / "one" / "0.png"
    frame.symlink_to(place / "secret" / "private.mp4")
    folder = Video("day", place / "one", 1, ("0.png",), (frame,))
    for video in (Video("a.mp4", path, 1), folder):
        with pytest.raises(PermissionError):
            content_id(video)
        for isolate in (False, True):
            result = ReadResult()
            assert list(decoder_for(video, isolate=isolate).frames(video, 40, result)) == []
            assert "lies outside the folders" in result.problems[0].reason


def test_a_dataset_is_made_of_folders_below_the_roots(place: Path) -> None:
    """Catches a dataset of a folder that became a link, lies outside, or is not absolute."""
    roots.check_source(place / "one")
    roots.check_source(place / "two")
    roots.check_source(place / "data" / "uploads" / "x")
    (place / "one" / "link").symlink_to(place / "secret")
    for path in (
        *(place / "secret", place / "one" / "link", place / "one" / "..", place),
        *(Path("one"), Path("/"), place / "one" / "gone", place / "a\0b"),
    ):
        with pytest.raises(InputError, match="outside the folders that the app may read"):
            roots.check_source(path)


def test_output_goes_below_the_output_root_only(place: Path) -> None:
    """Catches a run written over somebody's files, also through a link in the output root."""
    roots.check_output(place / "data" / "output")
    roots.check_output(place / "data" / "output" / "2026" / "new")
    (place / "data" / "output" / "link").symlink_to(place / "secret")
    for path in (
        *(place / "one", place / "data", place / "data" / "output" / ".." / "uploads"),
        *(place / "data" / "output" / "link", place / "data" / "output" / "link" / "new"),
        place / "data" / "output" / "a\0b",
    ):
        with pytest.raises(OutputError, match="lies outside"):
            roots.check_output(path)


def test_the_output_root_can_be_chosen(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches SEQSEL_OUTPUT_ROOT unknown to the worker: no run could be written there."""
    monkeypatch.setenv("SEQSEL_OUTPUT_ROOT", str(place / "two" / "out"))
    roots.confine(place / "data")
    roots.check_output(place / "two" / "out" / "run")
    with pytest.raises(OutputError):
        roots.check_output(place / "data" / "output")


def test_the_command_line_reads_what_its_user_may(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches bounds that reach beyond the app: input_dir= is the user's own choice."""
    monkeypatch.delenv("SEQSEL_CONFINED_TO")
    roots.check_readable(place / "secret" / "private.mp4")
    roots.check_source(place / "secret")
    roots.check_output(place / "one")


def test_processes_that_are_started_are_bounded_too(place: Path) -> None:
    """Catches a decoder process without the bounds, where links are followed in the end."""
    program = (
        "import sys; from pathlib import Path\n"
        "from seqsel_core.video.roots import check_readable\n"
        "check_readable(Path(sys.argv[1]))"
    )
    words = [sys.executable, "-c", program, place / "secret" / "private.mp4"]
    done = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert "PermissionError" in done.stderr


@pytest.mark.parametrize(
    ("configured", "expected"),
    [
        ("/a:/b", ["/a", "/b"]),
        ("/a::", ["/a"]),
        ("", []),
        ("relative:/b", ["/b"]),
        ("~/c", [str(Path.home() / "c")]),
        ("/caf\udce9", ["/caf\udce9"]),
    ],
)
def test_roots_as_configured(
    monkeypatch: pytest.MonkeyPatch, configured: str, expected: list[str]
) -> None:
    """Catches the current folder as a root for an empty part, and bytes that are no UTF-8."""
    monkeypatch.setenv("SEQSEL_INPUT_ROOTS", configured)
    assert [str(path) for path in roots.input_roots()] == expected


def test_bounds_are_looked_at_again_each_time(place: Path) -> None:
    """Catches an answer that is remembered: the file of that name may be another by now."""
    path = clip(place / "one" / "a.mp4")
    roots.check_readable(path)
    path.unlink()
    path.symlink_to(place / "secret" / "private.mp4")
    assert "outside" in refused(path)
