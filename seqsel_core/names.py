"""Names of frames, as they stand in file lists, tables and on exported pictures."""

from __future__ import annotations

from pathlib import PurePosixPath

from seqsel_core.video.types import Video


def frame_name(video: Video, index: int, total_frames: int) -> str:
    """Return the name of a frame, relative to the input folder.

    A frame of a folder keeps the name of its file. A frame of a video file is called
    `{video without ending}-{index}-{ending}.png`, the index filled up with zeros to the
    number of digits of `total_frames`: `subdir/video_1-099-mp4.png`.
    """
    if video.is_folder:
        return video.frame_names[index]
    path = PurePosixPath(video.name)
    digits = len(str(total_frames))
    stem = path.with_suffix("")
    return f"{stem}-{index:0{digits}d}-{path.suffix[1:]}.png"


def picture_name(video: Video, index: int, total_frames: int, image_format: str) -> str:
    """Return the file name of an exported picture: the frame's name with this ending."""
    name = frame_name(video, index, total_frames)
    return str(PurePosixPath(name).with_suffix(f".{image_format}"))
