"""The folder `data/sampled/`: the selected frames as pictures.

Each picture is decoded again and its pixels are compared, by hash, with those that were
embedded: a name never stands on the picture of another frame.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections import Counter, deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import xxhash
from PIL import Image

from seqsel_core.choice import Choice
from seqsel_core.config import Config
from seqsel_core.dataset import EmbeddedVideo
from seqsel_core.errors import OutputError
from seqsel_core.names import picture_name
from seqsel_core.output.filenames import selected_frames
from seqsel_core.output.reread import frames_as_embedded
from seqsel_core.progress import Progress
from seqsel_core.video.roots import check_readable
from seqsel_core.video.types import Picture, Video

_LONGEST_NAME = 255  # bytes; file systems take no longer one

# PNG level 1 takes half the time of level 6 for files a tenth larger; WebP without loss is
# faster than with, and keeps the pixels.
_FORMATS: dict[str, tuple[str, dict[str, Any]]] = {
    "png": ("PNG", {"compress_level": 1}),
    "jpg": ("JPEG", {"quality": 95}),
    "jpeg": ("JPEG", {"quality": 95}),
    "bmp": ("BMP", {}),
    "webp": ("WEBP", {"lossless": True, "quality": 0, "method": 0}),
}


def write_frames(choice: Choice, folder: Path, progress: Progress) -> int:
    """Write every selected frame once; each video is decoded once, in order.

    Frames of video files, and all frames where `output_image_size` is given, are written as
    pictures in `output_image_format`. Frames of folders are otherwise copied byte for byte.

    Args:
        choice: The selection.
        folder: Where to write, below the names that `picture_names` gives; must exist.
        progress: Told of each frame.

    Returns:
        Number of pictures.

    Raises:
        OutputError: A video changed since it was embedded or cannot be read any more, two
            frames have one name, or a picture cannot be written.
        OSError: A folder cannot be made.
    """
    config = choice.config
    targets = _targets(choice, folder)
    total = sum(len(of_video) for _, of_video in targets)
    progress.stage("writing frames", total, "frames")
    with _Writers(config) as writers:
        for item, of_video in targets:
            for target in of_video.values():
                target.parent.mkdir(parents=True, exist_ok=True)
            copied = _is_copied(item.video, config)
            source = _copy(item.video, of_video) if copied else item.video
            for frame in frames_as_embedded(item, source, list(of_video), progress):
                if not copied:
                    writers.write(frame.picture, of_video[frame.index])
                progress.advance(1, item.video.name)
    return total


def picture_names(item: EmbeddedVideo, indices: Sequence[int], config: Config) -> dict[int, str]:
    """Return {frame index: name of its picture relative to `data/sampled`}, in this order.

    It is the name of the frame with the ending of the format. Where frames of a folder differ
    in their ending only (`a.jpg`, `a.bmp`), it becomes part of the name: `a-jpg.png`. A name
    too long for a file system loses its middle to a hash. A copied frame keeps its name.
    """
    video = item.video
    if _is_copied(video, config):
        return {index: video.frame_names[index] for index in indices}
    ending = config.output_image_format
    stems = Counter(PurePosixPath(name).with_suffix("") for name in video.frame_names)
    names = {}
    for index in indices:
        name = picture_name(video, index, item.shard.info.total_frames, ending)
        if stems[PurePosixPath(name).with_suffix("")] > 1:
            path = PurePosixPath(video.frame_names[index])
            name = f"{path.with_suffix('')}-{path.suffix[1:]}.{ending}"
        names[index] = _fitting(name)
    return names


class _Writers:
    """Threads that encode pictures, a bounded number at a time."""

    def __init__(self, config: Config) -> None:
        self._config = config
        count = min(4, os.cpu_count() or 1)
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="pictures")
        self._pending: deque[Future[None]] = deque()
        self._limit = count + 2

    def __enter__(self) -> _Writers:
        return self

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        self._pool.shutdown(cancel_futures=kind is not None)
        if kind is None:
            for future in self._pending:
                future.result()

    def write(self, picture: Picture, target: Path) -> None:
        if len(self._pending) == self._limit:
            self._pending.popleft().result()
        self._pending.append(self._pool.submit(_save, picture, target, self._config))


def _targets(choice: Choice, folder: Path) -> list[tuple[EmbeddedVideo, dict[int, Path]]]:
    """Return (video, {index of a selected frame, ascending: where it is written}) in order."""
    root = folder.resolve()
    used: set[Path] = set()
    targets = []
    videos, rows = selected_frames(choice)
    for position in np.unique(videos):
        item = choice.dataset.videos[position]
        indices = np.sort(item.frames["index"][rows[videos == position]]).tolist()
        of_video = {}
        for index, name in picture_names(item, indices, choice.config).items():
            target = (root / name).resolve()
            if not target.is_relative_to(root) or target == root:
                raise OutputError(f"The frame '{name}' has a name that leaves the output folder.")
            if target in used:
                raise OutputError(
                    f"Two selected frames are both called '{name}', so only one could be "
                    "written. Rename one of them in the input folder."
                )
            used.add(target)
            of_video[index] = target
        targets.append((item, of_video))
    return targets


def _is_copied(video: Video, config: Config) -> bool:
    return video.is_folder and config.output_image_size == -1


def _copy(video: Video, targets: dict[int, Path]) -> Video:
    """Copy frames of a folder; return the video with the copies in place of those frames."""
    paths = list(video.frame_paths)
    for index, target in targets.items():
        if target.exists():
            raise FileExistsError(f"{target} exists already")
        try:
            check_readable(paths[index])
            shutil.copyfile(paths[index], target)
        except OSError as error:
            raise OutputError(
                f"The frame {paths[index]} cannot be copied to {target}: {error.strerror or error}."
            ) from error
        paths[index] = target
    return dataclasses.replace(video, frame_paths=tuple(paths))


def _save(picture: Picture, target: Path, config: Config) -> None:
    kind, options = _FORMATS[config.output_image_format]
    image = Image.fromarray(picture)
    size = _size(image.width, image.height, config.output_image_size)
    try:
        if size != image.size:
            image = image.resize(size, Image.Resampling.LANCZOS)
        with target.open("xb") as file:
            image.save(file, kind, **options)
    except (OSError, ValueError, MemoryError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise OutputError(f"The picture {target} cannot be written: {reason}.") from error


def _size(width: int, height: int, wanted: Any) -> tuple[int, int]:
    """Return (width, height) of the written picture; `wanted` is `output_image_size`."""
    if wanted == -1:
        return width, height
    if isinstance(wanted, (list, tuple)):
        return int(wanted[1]), int(wanted[0])
    scale = wanted / min(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _fitting(name: str) -> str:
    """Return a name whose last part is at most 255 bytes long, its end as it was."""
    folder, slash, last = name.rpartition("/")
    encoded = os.fsencode(last)
    if len(encoded) <= _LONGEST_NAME:
        return name
    middle = f"~{xxhash.xxh3_64(encoded).hexdigest()}~"
    end = encoded[-80:].decode("utf-8", "ignore")  # holds the index and the endings
    start = encoded[: _LONGEST_NAME - 80 - len(middle)].decode("utf-8", "ignore")
    return f"{folder}{slash}{start}{middle}{end}"
