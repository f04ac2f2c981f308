"""Folders of frames, read by Pillow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from seqsel_core.video.limits import Limits
from seqsel_core.video.picture_hash import picture_hash
from seqsel_core.video.roots import check_readable
from seqsel_core.video.types import Frame, FullFrame, Picture, Problem, ReadResult, Video, Wanted

# What is named as a frame; other formats of Pillow (EPS) would start other programs.
_FORMATS = ("JPEG", "PNG", "BMP", "TIFF", "WEBP", "PPM", "GIF")
_READ_ERRORS = (OSError, ValueError, SyntaxError, Image.DecompressionBombError, MemoryError)


class FrameFolderDecoder:
    """Reads a folder of pictures as a video; implements `Decoder`."""

    name = "pillow"

    def __init__(self, limits: Limits | None = None) -> None:
        """Set up a decoder: pictures larger than the limits are not read."""
        self._limits = limits or Limits()

    def frames(self, video: Video, size: int, result: ReadResult) -> Iterator[Frame]:
        """Yield every readable picture; see `Decoder.frames`."""
        sizes: Counter[tuple[int, int]] = Counter()
        for index, (name, path) in enumerate(
            zip(video.frame_names, video.frame_paths, strict=True)
        ):
            try:
                picture = _read(path, self._limits)
                result.packets += 1
            except _READ_ERRORS as error:
                result.problems.append(Problem(f"{name} cannot be read: {_reason(error)}", 1))
                continue
            height, width = picture.shape[:2]
            sizes[width, height] += 1
            yield Frame(
                index=index,
                pts=index,
                seconds=float("nan"),
                pixel_hash=picture_hash(picture),
                picture=_scale(picture, size),
                aspect_ratio=width / height,
                damaged=False,
            )
        if sizes:
            (result.width, result.height), _ = sizes.most_common(1)[0]
        if len(sizes) > 1:
            listed = ", ".join(f"{w}×{h} ({n})" for (w, h), n in sizes.most_common(3))
            result.problems.append(Problem(f"frames have {len(sizes)} different sizes: {listed}"))

    def full_frames(self, video: Video, indices: Sequence[int]) -> Iterator[FullFrame]:
        """Yield pictures at full size; see `Decoder.full_frames`."""
        for index in indices:
            picture = _read(video.frame_paths[index], self._limits)
            yield FullFrame(index, picture_hash(picture), picture)

    def sought_frames(self, video: Video, wanted: Sequence[Wanted]) -> Iterator[FullFrame]:
        """Yield pictures at full size: every one is found at once."""
        return self.full_frames(video, [item.index for item in wanted])


def _read(path: Path, limits: Limits) -> Picture:
    """Return a picture file as upright RGB, shape (height, width, 3), uint8."""
    check_readable(path)
    with Image.open(path, formats=_FORMATS) as image:
        if reason := limits.refuse(*image.size):
            raise ValueError(reason)
        image.load()
        upright = ImageOps.exif_transpose(image)
        if upright.mode.startswith(("I;16", "I", "F")):  # 16 bits to 8, not clipped
            values = np.asarray(upright, dtype=np.float32)
            wide = upright.mode.startswith("I;16") or values.max(initial=0) > 255
            top = 65535.0 if wide else 255.0
            upright = Image.fromarray((values.clip(0, top) * (255 / top)).astype(np.uint8))
        return np.asarray(upright.convert("RGB"))


def _scale(picture: Picture, size: int) -> Picture:
    image = Image.fromarray(picture)
    return np.asarray(image.resize((size, size), Image.Resampling.BILINEAR))


def _reason(error: BaseException) -> str:
    if isinstance(error, UnidentifiedImageError):
        return "not a picture"
    return str(getattr(error, "strerror", None) or error or type(error).__name__)
