"""How the process that decodes and the one that asked talk: JSON, and pixels as they are.

No pickle: what a hostile video may have taken over must not be able to run code here.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import IO, Any

import numpy as np

from seqsel_core.video.types import Frame, FullFrame, Picture, Video, Wanted

_SIZES = struct.Struct("!IQ")  # bytes of the JSON, bytes of the pixels


def send(pipe: IO[bytes], message: dict[str, Any], picture: Picture | None = None) -> None:
    """Write one message; the pixels, if any, go behind it."""
    head = json.dumps(message).encode()
    pixels = b"" if picture is None else np.ascontiguousarray(picture).data.cast("B")
    pipe.write(_SIZES.pack(len(head), len(pixels)) + head)
    if len(pixels):
        pipe.write(pixels)
    pipe.flush()


def receive(pipe: IO[bytes]) -> tuple[dict[str, Any], Picture | None]:
    """Return the next message and its pixels.

    Raises:
        EOFError: The other side is gone.
    """
    head_bytes, pixel_bytes = _SIZES.unpack(_exactly(pipe, _SIZES.size))
    message = json.loads(_exactly(pipe, head_bytes))
    if not pixel_bytes:
        return message, None
    pixels = np.frombuffer(_exactly(pipe, pixel_bytes), np.uint8)
    return message, pixels.reshape(message["shape"])


def frame_message(frame: Frame) -> dict[str, Any]:
    """Return all of a frame but its pixels."""
    return {
        "index": frame.index,
        "pts": frame.pts,
        "seconds": frame.seconds,
        "pixel_hash": frame.pixel_hash,
        "aspect_ratio": frame.aspect_ratio,
        "damaged": bool(frame.damaged),
        "shape": frame.picture.shape,
    }


def to_frame(message: dict[str, Any], picture: Picture) -> Frame:
    """Return the frame of a message."""
    return Frame(
        index=message["index"],
        pts=message["pts"],
        seconds=message["seconds"],
        pixel_hash=message["pixel_hash"],
        picture=picture,
        aspect_ratio=message["aspect_ratio"],
        damaged=message["damaged"],
    )


def full_message(frame: FullFrame) -> dict[str, Any]:
    """Return all of a frame at full size but its pixels."""
    return {
        "index": frame.index,
        "pixel_hash": frame.pixel_hash,
        "shape": frame.picture.shape,
    }


def to_full(message: dict[str, Any], picture: Picture) -> FullFrame:
    """Return the frame at full size of a message."""
    return FullFrame(message["index"], message["pixel_hash"], picture)


def video_message(video: Video) -> dict[str, Any]:
    """Return a video as JSON takes it; names that are not UTF-8 survive."""
    return {
        "name": video.name,
        "path": str(video.path),
        "size_bytes": video.size_bytes,
        "frame_names": video.frame_names,
        "frame_paths": [str(path) for path in video.frame_paths],
    }


def to_video(message: dict[str, Any]) -> Video:
    """Return the video of a message."""
    return Video(
        name=message["name"],
        path=Path(message["path"]),
        size_bytes=message["size_bytes"],
        frame_names=tuple(message["frame_names"]),
        frame_paths=tuple(map(Path, message["frame_paths"])),
    )


def wanted_message(wanted: list[Wanted]) -> list[tuple[int, int, int]]:
    """Return wanted frames as JSON takes them."""
    return [(item.index, item.pts, item.pixel_hash) for item in wanted]


def _exactly(pipe: IO[bytes], count: int) -> bytes:
    data = pipe.read(count)
    if len(data) < count:
        raise EOFError("the other side is gone")
    return data
