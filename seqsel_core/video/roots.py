"""Which files may be read, and where may be written, on behalf of people who are not here.

Who uses the command line owns the machine, and reads what they like. The app's worker reads for
whoever reaches the app: `confine` bounds its process, and every process that it starts, to the
folders of the configuration. What opens a file calls `check_readable` just before, since a link
may have taken the place of a file after its folder was listed.
"""

from __future__ import annotations

import errno
import functools
import json
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from seqsel_core.errors import InputError, OutputError
from seqsel_core.video.discover import FRAME_ENDINGS, VIDEO_ENDINGS, ending

_DEFAULTS = (Path("/home/input_dir"), Path.home() / "Videos")
_BOUNDS = "SEQSEL_CONFINED_TO"  # how the processes that the worker starts know of its bounds


def input_roots() -> tuple[Path, ...]:
    """Return the folders below which the app may read, as configured: links are not resolved.

    They are those of `SEQSEL_INPUT_ROOTS`, separated by `:` (set and empty: none); without it
    `/home/input_dir` and `~/Videos`. A path that is not absolute after `~` is left out.
    """
    configured = os.environ.get("SEQSEL_INPUT_ROOTS")
    if configured is None:
        return _DEFAULTS
    paths = (Path(text).expanduser() for text in configured.split(os.pathsep) if text)
    return tuple(path for path in paths if path.is_absolute())


def upload_root(data_dir: Path) -> Path:
    """Return the folder below which uploads lie."""
    return data_dir / "uploads"


def output_root(data_dir: Path) -> Path:
    """Return the folder below which the app writes: `$SEQSEL_OUTPUT_ROOT`, or one of its own."""
    configured = os.environ.get("SEQSEL_OUTPUT_ROOT")
    return Path(configured).expanduser() if configured else data_dir / "output"


def is_below(path: Path, folders: Iterable[Path]) -> bool:
    """Return whether a path leads to one of these folders or into it, all links followed.

    What does not exist, leads in a circle, or is no path at all (NUL) leads nowhere.
    """
    try:
        real = os.path.realpath(path, strict=True)
    except (OSError, ValueError):
        return False
    return _lies_below(real, folders)


def confine(data_dir: Path) -> None:
    """Bound this process, and those that it starts from now on, to what the app may touch.

    Read: videos and frames below the input roots, the uploads and the output root. Written:
    output folders below the output root.
    """
    output = output_root(data_dir)
    reading = [*input_roots(), upload_root(data_dir), output]
    bounds = {"read": [str(folder) for folder in reading], "write": [str(output)]}
    os.environ[_BOUNDS] = json.dumps(bounds)  # ASCII, whatever the folders are called


def check_source(path: Path) -> None:
    """Check that a dataset may be made of a folder, or of a single file.

    Raises:
        InputError: This process is confined, and the path leads elsewhere or nowhere.
    """
    bounds = _bounds()
    if bounds is None:
        return
    if not path.is_absolute() or not is_below(path, map(Path, bounds["read"])):
        raise InputError(
            f"The folder {path} does not exist, or lies outside the folders that the app may "
            f"read ({os.pathsep.join(bounds['read'])}). Move it there, or add its folder to "
            "SEQSEL_INPUT_ROOTS."
        )


def check_readable(path: Path) -> None:
    """Check that a video or a frame may be opened.

    Raises:
        PermissionError: This process is confined, and the path leads elsewhere, has no ending
            of a video or a frame, or is a device, a socket, a pipe or a folder.
        OSError: As the path is followed.
    """
    bounds = _bounds()
    if bounds is None:
        return
    if ending(path.name) not in VIDEO_ENDINGS | FRAME_ENDINGS:
        raise _refused("has no ending of a video or a frame", path)
    try:
        real = os.path.realpath(path, strict=True)
    except ValueError as error:  # NUL
        raise _refused("has an impossible name", path) from error
    if not _lies_below(real, bounds["read"]):
        raise _refused("lies outside the folders that the app may read", path)
    if not stat.S_ISREG(os.stat(real).st_mode):  # noqa: PTH116 (a text already)
        raise _refused("is no regular file", path)


def check_output(path: Path) -> None:
    """Check that an output folder may be made; it need not exist.

    Raises:
        OutputError: This process is confined, and the path leads out of the output root.
    """
    bounds = _bounds()
    if bounds is None:
        return
    if "\0" in str(path) or not _lies_below(os.path.realpath(path), bounds["write"]):
        raise OutputError(
            f"output_dir={path} lies outside {bounds['write'][0]}, where the app may write. "
            "Set SEQSEL_OUTPUT_ROOT to another folder."
        )


def _lies_below(real: str, folders: Iterable[Path | str]) -> bool:
    """Return whether a path without links is one of these folders or lies in it."""
    return any(Path(real).is_relative_to(os.path.realpath(folder)) for folder in folders)


def _refused(reason: str, path: Path) -> PermissionError:
    return PermissionError(errno.EACCES, reason, str(path))


def _bounds() -> dict[str, list[str]] | None:
    """Return where this process may read and write; None: wherever its user may."""
    text = os.environ.get(_BOUNDS)
    return _parsed(text) if text else None


@functools.cache
def _parsed(text: str) -> dict[str, list[str]]:
    bounds: dict[str, list[str]] = json.loads(text)
    return bounds
