"""The videos of a dataset that has several sources, each under a name of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path, PurePosixPath

from seqsel_core.errors import InputError
from seqsel_core.store.datasets import DatasetRecord, Source
from seqsel_core.store.uploads import discover_upload
from seqsel_core.video.discover import Found, discover
from seqsel_core.video.roots import check_source
from seqsel_core.video.types import Video


def find_videos(record: DatasetRecord) -> Found:
    """Find the videos of all sources of a dataset.

    A source that cannot be read costs only its own videos, with a warning.

    Raises:
        InputError: No source can be read, or none holds a video.
    """
    parts: list[Found] = []
    failures: list[InputError] = []
    for source in record.sources:
        try:
            parts.append(_discover(source, record.frame_order))
        except InputError as error:
            failures.append(error)
    if not parts:
        raise failures[0] if failures else InputError(f"Dataset {record.id} has no source.")
    found = join(parts)
    warnings = (f"{error} Its videos take no part." for error in failures)
    return replace(found, warnings=(*found.warnings, *warnings))


def join(parts: Sequence[Found]) -> Found:
    """Return the videos of several sources as those of one, no two names equal.

    The names of the first source stay as they are. In the others, a video whose name is taken
    is called 'a (2).mp4', and a folder of frames 'a (2)'. Files that an earlier source has too
    (a folder in a folder) are taken once.
    """
    videos: list[Video] = []
    taken: set[str] = set()
    seen: set[Path] = set()
    for part in parts:
        new = [video for video in part.videos if not seen.issuperset(_files(video))]
        for video in new:
            named = _told_apart(video, taken)
            taken.update((named.name, *named.frame_names))
            videos.append(named)
        seen.update(path for video in new for path in _files(video))
    return Found(
        videos=tuple(sorted(videos, key=lambda video: video.name)),
        ignored=tuple(sorted(name for part in parts for name in part.ignored)),
        warnings=tuple(dict.fromkeys(warning for part in parts for warning in part.warnings)),
    )


def _discover(source: Source, frame_order: str) -> Found:
    check_source(source.path)
    if source.kind == "upload":
        return discover_upload(source.path, frame_order=frame_order)
    return discover(source.path, frame_order=frame_order, follow_links=False)


def _files(video: Video) -> tuple[Path, ...]:
    return video.frame_paths or (video.path,)


def _told_apart(video: Video, taken: Collection[str]) -> Video:
    """Return the video, named so that neither it nor a frame of it has a name that is taken."""
    if video.name not in taken and not any(frame in taken for frame in video.frame_names):
        return video
    name = next(free for free in _names(video) if free not in taken)
    frames = (f"{name}/{PurePosixPath(frame).name}" for frame in video.frame_names)
    return replace(video, name=name, frame_names=tuple(frames))


def _names(video: Video) -> Iterator[str]:
    """Yield the name of a video, then 'name (2)', 'name (3)' and so on."""
    yield video.name
    path = PurePosixPath(video.name)
    for number in count(2):
        if video.is_folder:
            yield f"{video.name} ({number})"
        else:
            yield str(path.with_stem(f"{path.stem} ({number})"))
