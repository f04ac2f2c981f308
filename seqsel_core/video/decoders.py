"""Which decoder reads a video."""

from __future__ import annotations

from seqsel_core.video.limits import LimitedDecoder, Limits, split_name
from seqsel_core.video.types import Decoder, Video


def decoder_for(
    video: Video, name: str = "auto", *, threads: int = -1, isolate: bool = False
) -> Decoder:
    """Return the decoder of a video.

    `auto` is PyAV for files: it reads all that FFmpeg reads, and is the only one that notices
    damage inside a frame.

    Args:
        video: What is to be read.
        name: The option `decoder` with the limits (`Config.reader`), or the name of a decoder.
        threads: The option `lightly.loader.num_workers`; decord does not heed it.
        isolate: Read in a process of its own, so that a decoder that dies costs one video.

    Raises:
        ConfigError: torchcodec is asked for, and cannot be had.
    """
    base, limits = split_name(name)
    decoder = LimitedDecoder(_backend(video, base, threads, limits), limits)
    if not isolate:
        return decoder
    from seqsel_core.video.isolated import IsolatedDecoder

    return IsolatedDecoder(decoder.name, threads)


def _backend(video: Video, name: str, threads: int, limits: Limits) -> Decoder:
    if video.is_folder:
        from seqsel_core.video.frame_folder import FrameFolderDecoder

        return FrameFolderDecoder(limits)
    if name == "decord":
        from seqsel_core.video.decord_backend import DecordDecoder

        return DecordDecoder(limits)
    if name.startswith("torchcodec"):
        from seqsel_core.video.torchcodec_backend import TorchcodecDecoder

        device = name.partition("-")[2] or "auto"
        return TorchcodecDecoder(device, limits, threads)
    from seqsel_core.video.pyav import PyAVDecoder

    return PyAVDecoder(threads, limits)
