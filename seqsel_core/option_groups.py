"""Options that belong together under one name: `stopping_condition.n_samples`, for example."""

from __future__ import annotations

from dataclasses import dataclass, field, is_dataclass
from typing import Any

from seqsel_core.video.limits import Limits


def option(default: Any, meaning: str) -> Any:
    """Declare one option with its default and its one-line meaning."""
    if isinstance(default, (dict, list)) or is_dataclass(default):
        raise TypeError("options are scalars")
    return field(default=default, metadata={"help": meaning})


@dataclass
class CorruptnessCheck:
    """Options of the corruptness check."""

    corruption_threshold: float = option(
        0.1, "a frame whose score is above this, 0 to 1, is corrupt; smaller is stricter"
    )


@dataclass
class Quality:
    """When a frame counts as blank, blurred or frozen; see `embed.quality`."""

    blank_contrast: float = option(
        2.0, "blank: the brightness varies by at most this (standard deviation, of 255)"
    )
    blur_ratio: float = option(
        0.25, "blurred: sharpness is below this share of the video's median; 0: off"
    )
    blur_floor: float = option(
        0.003, "blurred in any video: sharpness divided by contrast squared is below this; 0: off"
    )
    frozen_frames: int = option(
        5, "frozen: at least so many frames in a row equal the one before, or nearly so"
    )
    frozen_difference: float = option(
        0.05, "nearly equal: brightness differs on average by at most this (of 255)"
    )
    frozen_ratio: float = option(
        0.05, "and by at most this share of what is usual from frame to frame in the video"
    )


@dataclass
class StoppingCondition:
    """When the selection ends; the condition reached first counts."""

    n_samples: int | float = option(
        -1, "frames to select, a multiple of the length; 0.0 to 1.0: share of all frames; -1: off"
    )
    min_distance: float = option(
        -1.0, "stop before the next pick is closer than this to the ones before; -1: off"
    )


@dataclass
class Datapool:
    """A named set of earlier selections."""

    name: str = option("", "selections kept under this name count as already selected")
    in_n_samples: bool = option(
        False, "count them in n_samples, max_per_video and min_per_video, too"
    )


@dataclass
class DecodeLimits:
    """What is read of one video at most, whatever its header says."""

    max_pixels: int = option(
        Limits().max_pixels, "width × height; larger pictures are not decoded, and reported"
    )
    max_frames: int = option(
        Limits().max_frames, "frames of one video; the rest is left out, and reported"
    )


@dataclass
class Loader:
    """How frames reach the network."""

    batch_size: int = option(32, "frames per pass through the network")
    num_workers: int = option(-1, "threads that decode a video, with PyAV; -1: as FFmpeg sees fit")


@dataclass
class Collate:
    """What a frame is scaled to."""

    input_size: int = option(-1, "side of the network's input in pixels; -1: the encoder's own")


@dataclass
class Trainer:
    """Arithmetic of the network."""

    precision: int = option(32, "32, or 16 for mixed precision on a CUDA device")


@dataclass
class Lightly:
    """Options that the reference system keeps under this name."""

    loader: Loader = field(default_factory=Loader)
    collate: Collate = field(default_factory=Collate)
    trainer: Trainer = field(default_factory=Trainer)
