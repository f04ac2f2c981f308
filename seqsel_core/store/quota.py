"""How much may be uploaded: per file, per upload, and to this server in all."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from seqsel_core.units import in_units, parse_size

QUOTA = "SEQSEL_UPLOAD_QUOTA"
PER_FILE = "SEQSEL_UPLOAD_FILE"
MOST_FILES = 100_000
"""Files of one upload: an hour of frames."""

_PER_FILE = "50GB"
_KEPT_FREE = 10  # percent of the disk that uploads leave free where no quota is set


@dataclass(frozen=True)
class Limits:
    """What may be uploaded now.

    Attributes:
        per_file: Bytes of the largest file.
        left: Bytes that uploads may still take.
        reason: What sets `left`, as the end of a sentence for people.
    """

    per_file: int
    left: int
    reason: str

    def lack(self, wanted: int) -> str:
        """Return why so many bytes cannot be uploaded, with both numbers; '' if they can."""
        if wanted <= self.left:
            return ""
        return (
            f"These files take {in_units(wanted)}, and {in_units(self.left)} can be uploaded: "
            f"{self.reason}. Remove datasets that were uploaded, or ask whoever runs seqsel "
            f"for more room ({QUOTA})."
        )


def limits(root: Path, promised: int = 0) -> Limits:
    """Return what may be uploaded now.

    `SEQSEL_UPLOAD_QUOTA` is what all uploads together may take on the disk. Without it they
    may take what is free, but for a tenth of the disk. `SEQSEL_UPLOAD_FILE` is the largest
    file; without it, 50 GB.

    Args:
        root: Where uploads lie; it need not be there yet.
        promised: Bytes that uploads on their way will take.

    Raises:
        ConfigError: One of the variables is no size.
        OSError: The disk cannot be asked.
    """
    per_file = parse_size(PER_FILE, os.environ.get(PER_FILE) or _PER_FILE)
    disk = shutil.disk_usage(next(place for place in (root, *root.parents) if place.exists()))
    quota = os.environ.get(QUOTA)
    if not quota:
        left = disk.free - disk.total * _KEPT_FREE // 100 - promised
        reason = f"{in_units(disk.free)} of the disk are free, and a tenth of it is kept so"
        return Limits(per_file, max(0, left), reason)
    most, taken = parse_size(QUOTA, quota), used(root)
    left, reason = most - taken, f"{in_units(taken)} of {in_units(most)} for uploads are taken"
    if disk.free < left:
        left, reason = disk.free, f"no more of the disk than {in_units(disk.free)} is free"
    return Limits(per_file, max(0, left - promised), reason)


def used(root: Path) -> int:
    """Return the bytes of all files below a folder; a file with several names counts once."""
    total, seen = 0, set[int]()
    for folder, _, names in os.walk(root):
        for name in names:
            try:
                file = os.lstat(os.path.join(folder, name))  # noqa: PTH118  many files: quickly
            except OSError:
                continue
            if file.st_nlink > 1:
                if file.st_ino in seen:
                    continue
                seen.add(file.st_ino)
            total += file.st_size
    return total
