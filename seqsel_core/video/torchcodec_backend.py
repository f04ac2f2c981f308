"""Video files by torchcodec: optional, chosen with `decoder=torchcodec`; on a GPU by NVDEC.

It needs FFmpeg's shared libraries on the machine. Its frames on a CPU are those of PyAV but
for rounding; NVDEC's differ a little more, so that they are stored under a name of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from PIL import Image

from seqsel_core.errors import ConfigError
from seqsel_core.video.limits import Limits
from seqsel_core.video.picture_hash import picture_hash
from seqsel_core.video.stream_facts import StreamFacts, stream_facts
from seqsel_core.video.types import Frame, FullFrame, Picture, Problem, ReadResult, Video, Wanted

_ERRORS = (RuntimeError, ValueError, OSError, EOFError, IndexError)


class TorchcodecDecoder:
    """Reads video files with torchcodec; implements `Decoder`."""

    def __init__(self, device: str = "auto", limits: Limits | None = None, threads: int = -1):
        """Choose where to decode.

        Args:
            device: 'cpu', 'cuda', or 'auto': CUDA where there is one.
            limits: What larger pictures or longer videos are refused by.
            threads: That decode on a CPU; -1: as FFmpeg sees fit; 0 is one, too.

        Raises:
            ConfigError: torchcodec is not installed, does not work here, or finds no GPU.
        """
        self._decoders = _torchcodec()
        self._device = _device(device)
        self._limits = limits or Limits()
        self._threads = 0 if threads < 0 else max(threads, 1)
        self.name = f"torchcodec-{self._device}"
        if self._device == "cuda":  # its cache mixes up videos of different kinds
            self._decoders.set_nvdec_cache_capacity(0)

    def frames(self, video: Video, size: int, result: ReadResult) -> Iterator[Frame]:
        """Yield every frame that torchcodec gives; see `Decoder.frames`."""
        try:
            facts = stream_facts(video, self._limits, result)
            decoder = self._open(video, facts.index)
            if len(decoder) != len(facts.pts):
                raise ValueError(f"it counts {len(decoder)} frames, the file has {len(facts.pts)}")
        except _ERRORS as error:
            reason = f"cannot be opened by torchcodec: {_first_line(error)}; use decoder=pyav"
            result.problems.append(Problem(reason))
            return
        result.time_base = facts.time_base
        result.width, result.height = _upright_size(facts)
        numerator, denominator = facts.time_base
        for index, pts in enumerate(facts.pts):
            seconds = pts * numerator / denominator
            try:
                frame = decoder.get_frame_at(index)
                if abs(frame.pts_seconds - seconds) > max(1e-3, numerator / denominator):
                    raise ValueError(f"frame {index} is at {frame.pts_seconds} s, not {seconds} s")
            except _ERRORS as error:
                left = len(facts.pts) - index
                reason = f"torchcodec cannot read on after {index} frames: {_first_line(error)}"
                result.problems.append(Problem(f"{reason}; use decoder=pyav", left))
                return
            picture = _picture(frame)
            small = Image.fromarray(picture).resize((size, size), Image.Resampling.BILINEAR)
            yield Frame(
                index=index,
                pts=pts,
                seconds=seconds,
                pixel_hash=picture_hash(picture),
                picture=np.asarray(small),
                aspect_ratio=facts.aspect_ratio,
                damaged=False,
            )

    def full_frames(self, video: Video, indices: Sequence[int]) -> Iterator[FullFrame]:
        """Yield frames at full size, decoding from the start; see `Decoder.full_frames`."""
        if not indices:
            return
        decoder = self._open(video)
        wanted = set(indices)
        for index in range(min(len(decoder), max(wanted) + 1)):
            picture = _picture(decoder.get_frame_at(index))
            if index in wanted:
                yield FullFrame(index, picture_hash(picture), picture)

    def sought_frames(self, video: Video, wanted: Sequence[Wanted]) -> Iterator[FullFrame]:
        """Yield frames found by seeking; see `Decoder.sought_frames`."""
        decoder = self._open(video)
        for item in wanted:
            picture = _picture(decoder.get_frame_at(item.index))
            yield FullFrame(item.index, picture_hash(picture), picture)

    def _open(self, video: Video, stream_index: int | None = None) -> Any:
        def on(device: str) -> Any:
            return self._decoders.VideoDecoder(
                str(video.path),
                stream_index=stream_index,
                dimension_order="NHWC",
                device=device,
                num_ffmpeg_threads=self._threads,
            )

        decoder = on(self._device)
        # What NVDEC cannot decode (AV1 on some GPUs) it would decode on the CPU and copy to
        # the GPU, from where it would be copied back.
        return on("cpu") if self._device == "cuda" and decoder.cpu_fallback else decoder


def _torchcodec() -> Any:
    try:
        import torchcodec.decoders
    except ImportError as error:
        raise ConfigError(
            "decoder=torchcodec needs the package 'torchcodec': pip install torchcodec. "
            "Or use decoder=pyav."
        ) from error
    except (RuntimeError, OSError) as error:  # no FFmpeg here, or another torch
        raise ConfigError(
            f"decoder=torchcodec does not work here: {_first_line(error)} It needs FFmpeg's "
            "shared libraries and the torch that it was built for. Or use decoder=pyav."
        ) from error
    return torchcodec.decoders


def _device(wanted: str) -> str:
    import torch

    if wanted == "cuda" and not torch.cuda.is_available():
        raise ConfigError("decoder=torchcodec-cuda needs a CUDA device, and there is none.")
    return ("cuda" if torch.cuda.is_available() else "cpu") if wanted == "auto" else wanted


def _picture(frame: Any) -> Picture:
    return np.ascontiguousarray(frame.data.cpu().numpy())


def _upright_size(facts: StreamFacts) -> tuple[int, int]:
    turned = round(facts.rotation / 90) % 2
    return (facts.height, facts.width) if turned else (facts.width, facts.height)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
