"""The list of a dataset's videos as discovery found it, and what changed since the look before."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from seqsel_core.video.discover import Found
from seqsel_core.video.types import Video


@dataclass(frozen=True)
class Changes:
    """What a look at the folders of a dataset found different from the look before.

    Attributes:
        new: Names of videos that were not there.
        changed: Names of videos whose content is another.
        renamed: Names, as they are now, of contents that had another name.
        gone: Names of videos that are not there any more.
        looked: When, Unix time in seconds.
    """

    new: tuple[str, ...]
    changed: tuple[str, ...]
    renamed: tuple[str, ...]
    gone: tuple[str, ...]
    looked: float


@dataclass(frozen=True)
class Listing:
    """What discovery found in the sources of a dataset.

    Attributes:
        found: Videos that take part, ignored files, warnings.
        video_ids: Content id of each of these videos; '' where its files could not be read.
        excluded: Videos that a person removed from the dataset, each with its content id.
        changes: What is different from the look before; None: it is the first.
    """

    found: Found
    video_ids: tuple[str, ...]
    excluded: tuple[tuple[Video, str], ...] = ()
    changes: Changes | None = None

    @property
    def pairs(self) -> tuple[tuple[Video, str], ...]:
        """Every video that takes part with its content id."""
        return tuple(zip(self.found.videos, self.video_ids, strict=True))

    @property
    def every(self) -> tuple[tuple[Video, str], ...]:
        """Every video with its content id, those that were removed by a person too."""
        return (*self.pairs, *self.excluded)

    def without(self, excluded: Collection[str]) -> Listing:
        """Return the listing with the videos of these content ids moved to `excluded`."""
        kept = [pair for pair in self.every if pair[1] not in excluded]
        return replace(
            self,
            found=replace(self.found, videos=tuple(video for video, _ in kept)),
            video_ids=tuple(video_id for _, video_id in kept),
            excluded=tuple(pair for pair in self.every if pair[1] in excluded),
        )


def to_json(listing: Listing, look: str, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a listing as JSON values.

    Args:
        listing: What was found now.
        look: Names this look: one that is begun again (its worker died) has the same name, and
            is still compared with what was there before both.
        before: The JSON values that are kept so far; None: none.
    """
    again = before is not None and bool(look) and before.get("look") == look
    earlier = before.get("before") if before is not None and again else _contents(before)
    return {
        "look": look,
        "looked": time.time(),
        "before": earlier,
        "videos": [
            {
                "name": video.name,
                "path": str(video.path),
                "size_bytes": video.size_bytes,
                "frame_names": video.frame_names,
                "frame_paths": [str(path) for path in video.frame_paths],
                "video_id": video_id,
            }
            for video, video_id in listing.every
        ],
        "ignored": listing.found.ignored,
        "warnings": listing.found.warnings,
    }


def from_json(content: Mapping[str, Any]) -> Listing:
    """Return the listing that these JSON values mean, nothing of it excluded.

    Raises:
        KeyError: A value is missing.
        TypeError: A value is of another type.
    """
    videos = tuple(
        Video(
            name=item["name"],
            path=Path(item["path"]),
            size_bytes=item["size_bytes"],
            frame_names=tuple(item["frame_names"]),
            frame_paths=tuple(map(Path, item["frame_paths"])),
        )
        for item in content["videos"]
    )
    ids = tuple(item["video_id"] for item in content["videos"])
    found = Found(videos, tuple(content["ignored"]), tuple(content["warnings"]))
    before = content.get("before")
    if before is None:
        return Listing(found, ids)
    names = [video.name for video in videos]
    now = dict(zip(names, ids, strict=True))
    return Listing(found, ids, (), compare(before, now, content.get("looked", 0.0)))


def compare(before: Mapping[str, str], now: Mapping[str, str], looked: float) -> Changes:
    """Return what changed between two looks.

    Args:
        before: {name: content id}; '' where the files could not be read.
        now: Likewise.
        looked: When the second look was, Unix time in seconds.
    """
    gone = [name for name in before if name not in now]
    left = {before[name] for name in gone} - {""}
    new = [name for name in now if name not in before]
    renamed = [name for name in new if now[name] in left]
    found_again = {now[name] for name in renamed}
    return Changes(
        new=tuple(name for name in new if name not in renamed),
        changed=tuple(name for name in now if name in before and now[name] != before[name]),
        renamed=tuple(renamed),
        gone=tuple(name for name in gone if before[name] not in found_again),
        looked=looked,
    )


def _contents(content: Mapping[str, Any] | None) -> dict[str, str] | None:
    if content is None:
        return None
    return {item["name"]: item["video_id"] for item in content["videos"]}
