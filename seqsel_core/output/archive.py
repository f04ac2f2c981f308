"""A zip of written pictures, which can be unpacked anywhere without surprise."""

from __future__ import annotations

import re
import zipfile
from itertools import chain, count
from pathlib import Path, PurePosixPath

from seqsel_core.output.readable import is_invisible
from seqsel_core.progress import Progress

_DRIVE = re.compile(r"^[A-Za-z]:")


def zip_folder(folder: Path, archive: Path, progress: Progress) -> None:
    """Pack all files of a folder, uncompressed: pictures are compressed already.

    Members are called as the files, but see `member_name`.

    Raises:
        OSError: It cannot be written; no part of it stays.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    progress.stage("packing", len(files), "pictures")
    partial = archive.with_suffix(".partial")
    taken: set[str] = set()
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as target:
            for path in files:
                name = _unused(member_name(path.relative_to(folder).as_posix()), taken)
                taken.add(name)
                target.write(path, name)
                progress.advance(1)
        partial.rename(archive)
    finally:
        partial.unlink(missing_ok=True)


def member_name(name: str) -> str:
    r"""Return the name of a file in a zip; the same, unless some system would obey it.

    Windows takes `\` for `/`, and `C:` at the beginning for a disk; terminals obey control
    characters. They become `%` and their bytes, as in an address: `two%0Alines.png`.
    """
    name = _DRIVE.sub(lambda found: found[0].replace(":", "%3A"), name)
    return "".join(_escaped(c) if c == "\\" or is_invisible(c) else c for c in name)


def _escaped(character: str) -> str:
    encoded = character.encode("utf-8", "surrogateescape")
    return "".join(f"%{byte:02X}" for byte in encoded)


def _unused(name: str, taken: set[str]) -> str:
    path = PurePosixPath(name)
    numbered = (str(path.with_stem(f"{path.stem} ({number})")) for number in count(2))
    return next(free for free in chain([name], numbered) if free not in taken)
