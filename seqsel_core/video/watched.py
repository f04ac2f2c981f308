"""Say which video is about to be read: if that ends the process, somebody knows which it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from seqsel_core.video.types import Decoder, Frame, FullFrame, Problem, ReadResult, Video, Wanted


class WatchedDecoder:
    """Reads as another decoder does, after it has asked; implements `Decoder`."""

    def __init__(self, decoder: Decoder, before_reading: Callable[[], str]) -> None:
        """Watch a decoder.

        Args:
            decoder: Reads.
            before_reading: Called before each video; returns why it is not to be read, or ''.
        """
        self.name = decoder.name
        self._decoder = decoder
        self._before_reading = before_reading

    def frames(self, video: Video, size: int, result: ReadResult) -> Iterator[Frame]:
        """Yield every readable frame, unless the video is set aside; see `Decoder.frames`."""
        reason = self._before_reading()
        if reason:
            result.problems.append(Problem(reason))
            return
        yield from self._decoder.frames(video, size, result)

    def full_frames(self, video: Video, indices: Sequence[int]) -> Iterator[FullFrame]:
        """Yield frames at full size; see `Decoder.full_frames`."""
        return self._decoder.full_frames(video, indices)

    def sought_frames(self, video: Video, wanted: Sequence[Wanted]) -> Iterator[FullFrame]:
        """Yield frames found by seeking; see `Decoder.sought_frames`."""
        return self._decoder.sought_frames(video, wanted)
