"""Which videos lie below a folder: video files, and folders of frames."""

from __future__ import annotations

import os
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from natsort import natsorted

from seqsel_core.errors import ConfigError, InputError
from seqsel_core.video.types import Video

VIDEO_ENDINGS = frozenset(
    (
        *("mp4", "mov", "m4v", "avi", "mkv", "webm", "mpg", "mpeg", "ts", "wmv", "flv", "gif"),
        *("hevc", "h265", "265", "h264", "264", "3gp", "m2ts", "mts", "ogg", "ogv"),
    )
)
FRAME_ENDINGS = frozenset("jpg jpeg png bmp tif tiff webp ppm pgm".split())  # noqa: SIM905

FRAME_ORDERS = ("alphabetical", "natural")


@dataclass(frozen=True)
class Found:
    """What lies below a folder.

    Attributes:
        videos: Sorted by name.
        ignored: Names of files that are neither video nor frame, sorted.
        warnings: Sentences for people.
    """

    videos: tuple[Video, ...]
    ignored: tuple[str, ...]
    warnings: tuple[str, ...]


def ending(name: str) -> str:
    """Return the ending of a file name, lower case and without the dot ('' if none)."""
    return PurePosixPath(name).suffix[1:].lower()


def discover(
    input_dir: Path, *, frame_order: str = "alphabetical", follow_links: bool = True
) -> Found:
    """Find all videos below a folder, however deep; hidden files are left out.

    Args:
        input_dir: Folder to look in. A single video file is accepted too.
        frame_order: 'alphabetical' (by code point, 1 < 10 < 2) or 'natural' (1 < 2 < 10).
        follow_links: Whether links to folders, and to files outside `input_dir`, are read too.

    Raises:
        InputError: The folder is missing, unreadable, or holds no video.
    """
    try:
        if not input_dir.exists():
            raise InputError(
                f"input_dir={input_dir} does not exist. Give a folder that holds videos "
                "or folders of frames."
            )
        single = input_dir.is_file()
        root = input_dir.parent if single else input_dir
        files = [(input_dir.name, input_dir)] if single else list(_walk(root, follow_links))
    except OSError as error:
        raise InputError(f"input_dir={input_dir} cannot be read: {error.strerror}.") from error
    found = group(files, root, frame_order)
    if not found.videos:
        others = len(found.ignored)
        seen = f"{others} other file{'s' if others > 1 else ''}" if others else "nothing"
        raise InputError(
            f"No video and no folder of frames lies below input_dir={input_dir} ({seen} found). "
            f"Videos end in {', '.join(sorted(VIDEO_ENDINGS))}; "
            f"frames in {', '.join(sorted(FRAME_ENDINGS))}."
        )
    return found


def group(files: Iterable[tuple[str, Path]], root: Path, frame_order: str) -> Found:
    """Make videos out of files: one per video file, one per folder that holds frames.

    Args:
        files: (name relative to the input folder with `/`, where the file lies).
        root: The input folder; frames that lie directly in it make a video of its name.
        frame_order: See `discover`.

    Raises:
        ConfigError: `frame_order` is neither 'alphabetical' nor 'natural'.
    """
    if frame_order not in FRAME_ORDERS:
        raise ConfigError(f"frame_order={frame_order} is not one of {', '.join(FRAME_ORDERS)}.")
    videos: list[Video] = []
    ignored: list[str] = []
    folders: dict[str, list[tuple[str, Path]]] = defaultdict(list)
    for name, path in files:
        if ending(name) in VIDEO_ENDINGS:
            videos.append(Video(name, path, _size(path)))
        elif ending(name) in FRAME_ENDINGS:
            folders[str(PurePosixPath(name).parent)].append((name, path))
        else:
            ignored.append(name)
    differing = []
    taken = {*folders, *(video.name for video in videos)}
    for folder, frames in folders.items():
        folder_name = root.resolve().name if folder == "." else folder
        if folder == "." and folder_name in taken:
            folder_name = "."
        alphabetical = sorted(frames)
        natural = natsorted(alphabetical, key=lambda frame: frame[0])
        if frame_order == "alphabetical" and alphabetical != natural:
            differing.append(folder_name)
        chosen = natural if frame_order == "natural" else alphabetical
        videos.append(
            Video(
                name=folder_name,
                path=root / folder,
                size_bytes=sum(_size(path) for _, path in chosen),
                frame_names=tuple(name for name, _ in chosen),
                frame_paths=tuple(path for _, path in chosen),
            )
        )
    warnings = []
    if differing:
        others = f" and {len(differing) - 1} more" if len(differing) > 1 else ""
        warnings.append(
            f"Frames are sorted alphabetically (1, 10, 2); in '{sorted(differing)[0]}'{others} "
            "natural order (1, 2, 10) would differ. Use frame_order=natural to get that."
        )
    return Found(
        tuple(sorted(videos, key=lambda v: v.name)), tuple(sorted(ignored)), tuple(warnings)
    )


def _walk(root: Path, follow_links: bool) -> Iterator[tuple[str, Path]]:
    """Yield (name relative to root, path) of every regular file, hidden ones left out.

    Links to folders come after all else, and no folder twice: a circle ends, and what has a
    name of its own keeps it.
    """
    real_root = root.resolve()
    waiting, seen = [root], set()

    def fail(error: OSError) -> None:
        if Path(error.filename) == root:
            raise error

    for top in waiting:  # grows on the way
        for folder, subfolders, names in os.walk(top, onerror=fail):
            real = Path(folder).resolve()
            if real in seen:
                subfolders.clear()
                continue
            seen.add(real)
            subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
            if follow_links:
                paths = (Path(folder, name) for name in subfolders)
                waiting += [path for path in paths if path.is_symlink()]
            for name in sorted(names):
                path = Path(folder, name)
                if name.startswith(".") or not _is_regular(path):
                    continue
                if follow_links or path.resolve().is_relative_to(real_root):
                    yield path.relative_to(root).as_posix(), path


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
