"""An upload on its way: pieces go to the disk as they come, hashed while they are written.

While it arrives, an upload is a folder with `NUMBER.partial` for each file that is not
complete, and `CONTENT.ENDING` for each that is; CONTENT is the hash of the file. What the
client called the files is kept in memory until `finish` writes it to `names.json`.
"""

from __future__ import annotations

import contextlib
import filecmp
import json
import os
import re
import shutil
import threading
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path, PurePosixPath

import xxhash

from seqsel_core.errors import InputError, StoreError
from seqsel_core.store.files import sync
from seqsel_core.store.quota import MOST_FILES, Limits
from seqsel_core.units import in_units
from seqsel_core.video.discover import FRAME_ENDINGS, VIDEO_ENDINGS, ending

PIECE = 1 << 20
"""Bytes that are held in memory at a time."""

NAMES = "names.json"
_GONE = "The upload is not there (any more). Choose the files again."


@dataclass(slots=True)
class _File:
    name: str
    size: int
    received: int = 0
    digest: xxhash.xxh3_128 | None = None  # while it arrives
    stored: str = ""  # its name on disk, once it is complete
    dropped: bool = False


class Arrival:
    """One upload that is not finished yet. It can be used by several threads.

    Files have numbers, from 0 on, in the order in which they were announced.
    """

    def __init__(self, root: Path) -> None:
        """Begin an upload; nothing is written before files are added.

        Args:
            root: Where uploads lie; a new folder is made in it.
        """
        self.folder = root / uuid.uuid4().hex
        self._files: list[_File] = []
        self._open = True
        self._lock = threading.Lock()

    @property
    def promised(self) -> int:
        """Bytes that were announced and have not come yet."""
        return sum(file.size - file.received for file in self._files if not file.dropped)

    @property
    def n_complete(self) -> int:
        """Files that are on the disk as a whole."""
        return sum(1 for file in self._files if file.stored)

    @property
    def has_frames(self) -> bool:
        """Whether a complete file is a frame, not a video."""
        return any(file.stored and ending(file.name) in FRAME_ENDINGS for file in self._files)

    def add(self, files: Sequence[tuple[str, int]], limits: Limits) -> list[int | str]:
        """Announce files; return for each its number, or why it is not taken.

        Args:
            files: (name that the client gave, which may hold folders; bytes).
            limits: What may be uploaded now, without what this upload was promised.

        Raises:
            InputError: They are too many; none is added.
            StoreError: There is not room for all that can be taken; none is added. Or the
                upload is over.
            OSError: The folder cannot be made.
        """
        with self._lock:
            self._check_open()
            if len(self._files) + len(files) > MOST_FILES:
                raise InputError(
                    f"These are {len(self._files) + len(files):,} files, and an upload holds "
                    f"{MOST_FILES:,} at most. Upload them in parts."
                )
            verdicts = [_refusal(name, size, limits) for name, size in files]
            wanted = zip(files, verdicts, strict=True)
            if lack := limits.lack(sum(size for (_, size), refusal in wanted if not refusal)):
                raise StoreError(lack)
            self.folder.mkdir(parents=True, exist_ok=True)
            answers: list[int | str] = []
            for (name, size), refusal in zip(files, verdicts, strict=True):
                if refusal:
                    answers.append(refusal)
                    continue
                answers.append(len(self._files))
                self._files.append(_File(safe_name(name), size))
                if size == 0:
                    self._append(len(self._files) - 1, memoryview(b""))
            return answers

    def write(self, number: int, at: int, piece: bytes) -> tuple[int, int]:
        """Write a piece; what is there already is not written again.

        Where a file ends, the rest of the piece belongs to the file of the next number. So
        many small files can come in one piece, and a piece of which nobody knows whether it
        came can come again.

        Args:
            number: The file with which the piece begins.
            at: Where in that file it begins, in bytes.
            piece: Bytes, 1 MB or so at a time.

        Returns:
            The file and the place in it at which the next piece begins.

        Raises:
            InputError: Bytes before the piece are missing, or it goes beyond the last file.
            StoreError: The upload is over.
            OSError: It cannot be written; it can be sent again.
        """
        rest = memoryview(piece)
        with self._lock:
            self._check_open()
            while rest:
                if not 0 <= number < len(self._files):
                    raise InputError("More bytes came than the files were announced with.")
                file = self._files[number]
                if not 0 <= at <= file.size or (at > file.received and not file.dropped):
                    raise InputError(f"Bytes before {at:,} of a file are missing.")
                part, rest = rest[: file.size - at], rest[file.size - at :]
                missing = part[max(0, file.received - at) :]
                if missing and not file.dropped:
                    self._append(number, missing)
                at += len(part)
                if at == file.size:
                    number, at = number + 1, 0
        return number, at

    def received(self, number: int) -> int:
        """Return how many bytes of a file came.

        Raises:
            InputError: There is no such file.
            StoreError: The upload is over.
        """
        with self._lock:
            self._check_open()
            return self._file(number).received

    def drop(self, number: int) -> None:
        """Forget a file, complete or not.

        Raises:
            InputError: There is no such file.
            StoreError: The upload is over.
        """
        with self._lock:
            self._check_open()
            file = self._file(number)
            stored, file.stored = file.stored, ""
            file.dropped, file.digest = True, None
            self._partial(number).unlink(missing_ok=True)
            if stored and all(other.stored != stored for other in self._files):
                (self.folder / stored).unlink(missing_ok=True)

    def finish(self) -> Path:
        """End the upload with the files that are complete and return its folder.

        Raises:
            InputError: No file is complete.
            StoreError: The upload is over.
            OSError: It cannot be written.
        """
        with self._lock:
            self._check_open()
            names = self._names()
            if not names:
                raise InputError("No file of this upload is complete. Upload at least one.")
            for number, file in enumerate(self._files):
                if not file.stored:
                    self._partial(number).unlink(missing_ok=True)
            temporary = self.folder / "names.partial"
            temporary.write_text(json.dumps(names), "ascii")
            sync(temporary)
            temporary.rename(self.folder / NAMES)
            sync(self.folder)
            self._open = False
            return self.folder

    def discard(self) -> None:
        """Give the upload up and remove what came of it; nothing happens if it is over."""
        with self._lock:
            if self._open:
                self._open = False
                shutil.rmtree(self.folder, ignore_errors=True)

    def _check_open(self) -> None:
        if not self._open or (self._files and not self.folder.is_dir()):
            raise StoreError(_GONE)

    def _file(self, number: int) -> _File:
        if not 0 <= number < len(self._files):
            raise InputError(f"There is no file {number} in this upload.")
        return self._files[number]

    def _partial(self, number: int) -> Path:
        return self.folder / f"{number}.partial"

    def _append(self, number: int, piece: memoryview) -> None:
        file, path = self._files[number], self._partial(number)
        try:
            with path.open("ab", buffering=0) as target:
                rest = piece
                while rest:
                    rest = rest[target.write(rest) :]
        except OSError:
            with contextlib.suppress(OSError):
                os.truncate(path, file.received)
            raise
        file.digest = file.digest or xxhash.xxh3_128()
        file.digest.update(piece)
        file.received += len(piece)
        if file.received == file.size:
            self._complete(number, file, file.digest.hexdigest())

    def _complete(self, number: int, file: _File, content: str) -> None:
        """Give a file its name, and let go of a copy of what is there already."""
        path = self._partial(number)
        if file.size >= PIECE:
            sync(path)
        stored = f"{content}.{ending(file.name)}"
        own = self.folder / stored
        if not own.exists():
            self._adopt(path, stored)
            path.rename(own)
        elif filecmp.cmp(own, path, shallow=False):
            path.unlink()
        else:  # made so that its hash is that of another
            stored = f"{content}-{number}.{ending(file.name)}"
            path.rename(self.folder / stored)
        file.stored, file.digest = stored, None

    def _adopt(self, path: Path, stored: str) -> None:
        """Make a file another name of the same content in an earlier upload, if there is one.

        Either can be removed without the other. Bytes are compared: a hash can be forged.
        """
        for folder in self.folder.parent.iterdir():
            earlier = folder / stored
            try:
                if folder == self.folder or not filecmp.cmp(earlier, path, shallow=False):
                    continue
                link = path.with_suffix(".link")
                os.link(earlier, link)
                link.replace(path)
            except OSError:  # none there, gone meanwhile, or a disk without such names
                continue
            return

    def _names(self) -> dict[str, str | list[str]]:
        """Return {name on disk: names that the client gave}; no name is there twice."""
        names: dict[str, list[str]] = {}
        given: set[tuple[str, str]] = set()
        taken: set[str] = set()
        for file in self._files:
            if not file.stored or (file.stored, file.name) in given:
                continue
            given.add((file.stored, file.name))
            name = _unused(file.name, taken)
            taken.add(name)
            names.setdefault(file.stored, []).append(name)
        return {stored: all_[0] if len(all_) == 1 else all_ for stored, all_ in names.items()}


def safe_name(name: str) -> str:
    """Return a relative name without '.', '..' and empty parts.

    Halves of characters, which no file system takes, become U+FFFD.

    Raises:
        InputError: Nothing is left of it, or it holds a NUL.
    """
    name = re.sub("[\ud800-\udc7f\udd00-\udfff]", "\N{REPLACEMENT CHARACTER}", name)
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    if not parts or "\0" in name:
        raise InputError(f"The file name {name!r} is not usable. Rename the file.")
    return "/".join(parts)


def _refusal(name: str, size: int, limits: Limits) -> str:
    """Return why a file is not taken; '' if it is."""
    try:
        safe_name(name)
    except InputError as error:
        return str(error)
    if ending(name) not in VIDEO_ENDINGS | FRAME_ENDINGS:
        return "neither a video nor a frame"
    if size > limits.per_file:
        return f"{in_units(size)}; a file may have {in_units(limits.per_file)}"
    return ""


def _unused(name: str, taken: Collection[str]) -> str:
    """Return the name, or the first of 'name (2)', 'name (3)' … that is not taken."""
    path = PurePosixPath(name)
    numbered = (str(path.with_stem(f"{path.stem} ({number})")) for number in count(2))
    return next(free for free in chain([name], numbered) if free not in taken)
