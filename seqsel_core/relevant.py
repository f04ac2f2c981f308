"""Which videos and frames `relevant_filenames_file` names."""

from __future__ import annotations

import dataclasses
from pathlib import Path, PurePosixPath

import numpy as np

from seqsel_core.checks import Flags
from seqsel_core.dataset import Dataset
from seqsel_core.errors import ConfigError
from seqsel_core.output.text import name_of_line
from seqsel_core.video.discover import Found


def only_relevant(found: Found, path: Path) -> Found:
    """Keep the videos that a file names, itself or one of their frames.

    Args:
        found: All videos.
        path: Text file with one name per line, relative to the input folder.

    Returns:
        `found` with these videos, and a warning if a name matches nothing.

    Raises:
        ConfigError: The file cannot be read, or names no video.
    """
    names = _read_names(path)
    videos = tuple(v for v in found.videos if v.name in names or names & set(v.frame_names))
    if not videos:
        example = f", for example '{found.videos[0].name}'" if found.videos else ""
        raise ConfigError(
            f"relevant_filenames_file={path} names none of the {len(found.videos)} videos; "
            f"a name is relative to input_dir{example}."
        )
    matched = {v.name for v in videos} | {name for v in videos for name in v.frame_names}
    unmatched = sorted(names - matched)
    warnings = found.warnings
    if unmatched:
        warnings += (
            f"{len(unmatched)} of {len(names)} names in {path} match nothing, "
            f"for example '{unmatched[0]}'.",
        )
    return dataclasses.replace(found, videos=videos, warnings=warnings)


def irrelevant_frames(dataset: Dataset, path: Path) -> Flags:
    """Flag the frames of folders that a file names neither themselves nor by their folder.

    Args:
        dataset: From videos that `only_relevant` kept.
        path: As in `only_relevant`.

    Raises:
        ConfigError: The file cannot be read.
    """
    names = _read_names(path)
    flags = []
    for item in dataset.videos:
        whole = item.video.name in names or not item.video.is_folder
        relevant = [whole or item.frame_name(int(i)) in names for i in item.frames["index"]]
        flags.append(~np.array(relevant, np.bool_))
    return tuple(flags)


def _read_names(path: Path) -> set[str]:
    try:
        # Not splitlines(): it also splits at characters that names may hold.
        lines = path.expanduser().read_text("utf-8-sig", errors="surrogateescape").split("\n")
    except OSError as error:
        raise ConfigError(
            f"relevant_filenames_file={path} cannot be read: {error.strerror}."
        ) from error
    names = (name_of_line(line.strip()) for line in lines)
    return {str(PurePosixPath(name)) for name in names if name}
