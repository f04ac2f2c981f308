"""Files that are whole or not there: sync, rename, lock, remove; what to say where that fails."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import pwd
import shutil
import time
import uuid
from pathlib import Path

USE_INTERVAL = 3600.0
"""Seconds between two notes that a file is used."""

_YOUNG = 60.0  # seconds; a directory this new may be about to be locked
_NO_SUCH_SYNC = (errno.EINVAL, errno.ENOTSUP)
_FULL = (errno.ENOSPC, errno.EDQUOT)
_DENIED = (errno.EACCES, errno.EPERM)
_OTHER_PLACE = "choose another place with data_dir= or SEQSEL_DATA_DIR."


def sync(path: Path) -> None:
    """Wait until a file, or the list of names in a directory, is on the disk.

    Raises:
        OSError: It cannot be written.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if not (error.errno in _NO_SUCH_SYNC and path.is_dir()):  # network mounts: files only
            raise
    finally:
        os.close(descriptor)


def rename(source: Path, target: Path) -> None:
    """Rename a directory.

    Raises:
        FileExistsError: The target is there already; the source stays.
        OSError: It cannot be renamed.
    """
    try:
        source.rename(target)
    except OSError as error:
        if target.exists():
            raise FileExistsError(str(target)) from error
        raise


def try_lock(descriptor: int) -> bool:
    """Lock a directory until it is closed; False where it is locked, or cannot be."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def is_abandoned(path: Path) -> bool:
    """Return whether no living process works in a directory that was made to be locked.

    A lock ends with its process. Process ids would not do: each container has its own.
    """
    try:
        if time.time() - path.stat().st_mtime < _YOUNG:
            return False
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        return try_lock(descriptor)
    finally:
        os.close(descriptor)


def remove_whole(path: Path, trash: Path) -> None:
    """Remove a directory so that no other process sees a part of it.

    Args:
        path: What to remove.
        trash: Directory on the same disk, where it is renamed to before its files go; what a
            killed process leaves there is a leftover like any other.

    Raises:
        OSError: It cannot be removed.
    """
    trash.mkdir(parents=True, exist_ok=True)
    renamed = trash / uuid.uuid4().hex
    path.rename(renamed)
    shutil.rmtree(renamed)


def note_use(path: Path) -> None:
    """Keep the time of the last use, to the hour, as the time stamp of a file."""
    with contextlib.suppress(OSError):  # what belongs to another user can be read all the same
        if time.time() - path.stat().st_mtime > USE_INTERVAL:
            os.utime(path)


def trouble(error: OSError, place: Path) -> str:
    """Return what went wrong in the data directory and what to do, in one or two sentences.

    Args:
        error: What the system said.
        place: What was read or written, or the directory it lies in.
    """
    reason = f"{error.strerror or error}."
    if error.errno in _FULL:
        return f"{reason} Free some space, or {_OTHER_PLACE}"
    if error.errno == errno.EFBIG:
        return f"{reason} Raise the limit of file sizes (ulimit -f), or {_OTHER_PLACE}"
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return f"{reason} Raise the limit of open files (ulimit -n)."
    if error.errno == errno.EROFS:
        return f"{reason} Mount it so that it can be written, or {_OTHER_PLACE}"
    if error.errno in _DENIED:
        return f"{reason} {_owner(Path(os.fsdecode(error.filename or place)), place)}"
    return f"{reason} C{_OTHER_PLACE[1:]}"


def _owner(path: Path, place: Path) -> str:
    """Say whose the first directory is that exists on the way up, and who we are."""
    for known in (path, place, *path.parents):
        try:
            owner = known.stat().st_uid
        except OSError:
            continue
        us = os.geteuid()
        if owner == us:
            return f"Change its permissions (chmod -R u+rwX), or {_OTHER_PLACE}"
        return (
            f"It belongs to {_user(owner)}, and this is {_user(us)}: run as that user, give it "
            f"to this one (chown -R {us} {known}), or {_OTHER_PLACE}"
        )
    return f"C{_OTHER_PLACE[1:]}"


def _user(number: int) -> str:
    try:
        return f"{pwd.getpwuid(number).pw_name} ({number})"
    except KeyError:  # in a container, users of the host have no name
        return f"user {number}"
