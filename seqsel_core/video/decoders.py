"""Which decoder reads a video."""

from __future__ import annotations

from seqsel_core.video.types import Decoder, Video


def decoder_for(video: Video, name: str = "auto", *, threads: int = -1) -> Decoder:
    """Return the decoder of a video.

    Args:
        video: What is to be read.
        name: The option `decoder`.
        threads: The option `lightly.loader.num_workers`; only PyAV heeds it.
    """
    if video.is_folder:
        from seqsel_core.video.frame_folder import FrameFolderDecoder

        return FrameFolderDecoder()
    if name == "decord":
        from seqsel_core.video.decord_backend import DecordDecoder

        return DecordDecoder()
    from seqsel_core.video.pyav import PyAVDecoder

    return PyAVDecoder(threads)
