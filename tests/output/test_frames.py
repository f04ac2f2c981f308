"""The written pictures are those that their names say."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from seqsel_core import Choice, Config, embed, select
from seqsel_core.errors import OutputError
from seqsel_core.output.frames import write_frames
from seqsel_core.progress import Silent

CLIPS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "videos"


@pytest.fixture
def written(tmp_path: Path):
    """Write the frames of a selection; return {name: path} of what was written."""

    def written(choice: Choice, folder: str = "sampled") -> dict[str, Path]:
        root = tmp_path / folder
        root.mkdir()
        count = write_frames(choice, root, Silent())
        files = {
            path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()
        }
        assert len(files) == count
        return files

    return written


def _decoded(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def _pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def _index(name: str) -> int:
    found = re.fullmatch(r".*-(\d+)-\w+\.\w+", name)
    assert found, name
    return int(found[1])


@pytest.mark.parametrize("codec", ["ffv1", "libx264"])
def test_names_and_pictures_belong_together(choose, write_clip, written, input_dir, codec) -> None:
    """Catches sorted names paired with pictures in another order, and indices off by one.

    libx264 stores frames in another order than they are shown (B-frames).
    """
    write_clip("deep/er/a.mkv", 30, codec=codec)
    write_clip("b.mkv", 12, seed=1, codec=codec)
    choice = choose("stopping_condition.n_samples=12", "selected_sequence_length=4")
    assert {span.video for span in choice.selected} == {0, 1}

    files = written(choice)

    frames = {name: _decoded(input_dir / name) for name in ("b.mkv", "deep/er/a.mkv")}
    assert len(files) == 12
    for name, path in files.items():
        video = "b.mkv" if name.startswith("b-") else "deep/er/a.mkv"
        expected = frames[video][_index(name)]
        np.testing.assert_array_equal(_pixels(path), expected, err_msg=name)
    assert set(files) == {
        choice.dataset.videos[span.video].frame_name(index)
        for span in choice.selected
        for index in range(span.start, span.stop)
    }


@pytest.mark.parametrize(
    "name",
    ["derived/coffee_longgop_b3.mp4", "decord/video_90.mov", "derived/vtest_mpeg2.ts"],
)
def test_frames_of_real_clips(tmp_path, written, name) -> None:
    """Catches what made-up clips do not have: B-frames, rotation, a start that is not 0."""
    if not CLIPS.is_dir():
        pytest.skip(f"real clips are not there: {CLIPS}")
    config = Config.parse(
        [
            f"input_dir={CLIPS / name}",
            f"data_dir={tmp_path / 'data'}",
            "encoder=none",
            "stopping_condition.n_samples=2",
            "enable_corruptness_check=False",
            "method=random",
        ]
    )
    dataset = embed(config)
    given = tuple(np.eye(len(item.frames), dtype=np.float32) for item in dataset.videos)
    files = written(select(dataclasses.replace(dataset, given=given), config))

    rotated = {"decord/video_90.mov": 3}.get(name, 0)
    frames = _decoded(CLIPS / name)
    assert len(files) == 2
    for file, path in files.items():
        expected = np.rot90(frames[_index(file)], rotated)
        np.testing.assert_array_equal(_pixels(path), expected, err_msg=file)


def test_frames_of_a_folder_are_copied(choose, write_frames_of, written, input_dir) -> None:
    """Catches frames that are encoded again, and lose quality or their name."""
    write_frames_of("f", "0.jpg", "1.jpg", "2.bmp", "é 3.png")
    choice = choose("stopping_condition.n_samples=4", "output_image_format=webp")

    files = written(choice)

    assert set(files) == {"f/0.jpg", "f/1.jpg", "f/2.bmp", "f/é 3.png"}
    for name, path in files.items():
        assert path.read_bytes() == (input_dir / name).read_bytes()


def test_sizes(choose, write_clip, write_frames_of, written) -> None:
    """Catches height and width exchanged, and the long edge taken for the short one."""
    write_clip("a.mkv", 2)
    write_frames_of("f", "0.jpg", seed=1)
    short = written(choose("stopping_condition.n_samples=3", "output_image_size=24"), "short")
    exact = written(choose("stopping_condition.n_samples=3", "output_image_size=[20,70]"), "exact")

    names = {"a-0-mkv.png", "a-1-mkv.png", "f/0.png"}
    assert set(short) == set(exact) == names
    assert {_pixels(path).shape for path in short.values()} == {(24, 32, 3)}
    assert {_pixels(path).shape for path in exact.values()} == {(20, 70, 3)}


@pytest.mark.parametrize(
    ("ending", "kind", "same"),
    [
        ("png", "PNG", True),
        ("jpg", "JPEG", False),
        ("jpeg", "JPEG", False),
        ("bmp", "BMP", True),
        ("webp", "WEBP", True),
    ],
)
def test_formats(choose, write_clip, written, input_dir, ending, kind, same) -> None:
    """Catches an ending that does not say what is in the file, and loss where none is needed."""
    write_clip("a.mkv", 2)
    files = written(choose("stopping_condition.n_samples=1", f"output_image_format={ending}"))

    [(name, path)] = files.items()
    assert name.endswith(f"-mkv.{ending}")
    with Image.open(path) as image:
        assert image.format == kind
    expected = _decoded(input_dir / "a.mkv")[_index(name)]
    assert np.array_equal(_pixels(path), expected) == same


def test_frames_that_differ_in_their_ending_only(choose, write_frames_of, written) -> None:
    """Catches `a.bmp` and `a.png`, both made `a.png`: one would replace the other."""
    folder = write_frames_of("f", "a.bmp", "a.png", "b.png")
    files = written(choose("stopping_condition.n_samples=3", "output_image_size=48"))

    assert set(files) == {"f/a-bmp.png", "f/a-png.png", "f/b.png"}
    for original, name in (("a.bmp", "f/a-bmp.png"), ("a.png", "f/a-png.png")):
        np.testing.assert_array_equal(_pixels(files[name]), _pixels(folder / original))


def test_two_frames_of_one_name_are_refused(choose, write_clip, write_frames_of, written) -> None:
    """Catches a picture that silently replaces that of another video."""
    write_clip("x.mkv", 3)
    write_frames_of(".", "x-1-mkv.png", seed=5)
    choice = choose("stopping_condition.n_samples=4")

    with pytest.raises(OutputError, match=r"Two selected frames are both called 'x-1-mkv\.png'"):
        written(choice)


def test_a_name_too_long_for_a_picture(choose, write_clip, written) -> None:
    """Catches a run that fails at its end because a video's name leaves no room for an index."""
    stem = "ü" * 125
    write_clip(f"{stem}.mkv", 2)

    names = sorted(written(choose("stopping_condition.n_samples=2")))

    assert [_index(name) for name in names] == [0, 1]
    assert all(len(name.encode()) <= 255 for name in names)


def test_a_video_that_changed_is_refused(choose, write_clip, written) -> None:
    """Catches pictures that are not those that were embedded and selected."""
    write_clip("a.mkv", 5)
    choice = choose("stopping_condition.n_samples=5")
    write_clip("a.mkv", 5, seed=9)

    with pytest.raises(OutputError, match=r"'a\.mkv' has changed since it was embedded: frame 0"):
        written(choice)


def test_a_video_that_is_gone(choose, write_clip, write_frames_of, written, input_dir) -> None:
    """Catches a traceback, or a message that does not name the file."""
    folder = write_frames_of("f", "0.png", "1.png")
    choice = choose("stopping_condition.n_samples=2")
    (folder / "1.png").unlink()

    with pytest.raises(OutputError, match=r"1\.png cannot be copied .*: No such file"):
        written(choice)


def test_a_frame_that_changed_is_refused(choose, write_frames_of, written) -> None:
    """Catches a copied frame that is not the one that was selected."""
    write_frames_of("f", "0.png", "1.png")
    choice = choose("stopping_condition.n_samples=2")
    write_frames_of("f", "0.png", "1.png", seed=4)

    with pytest.raises(OutputError, match="'f' has changed since it was embedded"):
        written(choice)


def test_no_name_leads_out_of_the_folder(choose, write_frames_of, written, tmp_path) -> None:
    """Catches a name with `..` (a dataset may come from elsewhere) that is written outside."""
    write_frames_of("f", "0.png")
    choice = choose("stopping_condition.n_samples=1")
    object.__setattr__(choice.dataset.videos[0].video, "frame_names", ("../../0.png",))

    with pytest.raises(OutputError, match="leaves the output folder"):
        written(choice)
    assert not (tmp_path.parent / "0.png").exists()


def test_a_picture_that_cannot_be_encoded(choose, write_clip, written) -> None:
    """Catches an error in a writing thread that nobody hears of."""
    write_clip("a.mkv", 1)
    choice = choose(
        "stopping_condition.n_samples=1", "output_image_size=[8,20000]", "output_image_format=webp"
    )
    with pytest.raises(OutputError, match=r"a-0-mkv\.webp cannot be written"):
        written(choice)
