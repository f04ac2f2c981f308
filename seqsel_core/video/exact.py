"""Read some frames of an earlier pass again: quickly where that is right, else surely."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator, Sequence

from seqsel_core.errors import SeqselError
from seqsel_core.video.types import Decoder, FullFrame, Video, Wanted


def exact_frames(decoder: Decoder, video: Video, wanted: Sequence[Wanted]) -> Iterator[FullFrame]:
    """Yield frames at full size, found by seeking as long as their pixel hashes agree.

    From the first that differs on, all are decoded from the start, as the earlier pass did;
    these may have other hashes only if the file or the decoder is another one by now.

    Args:
        decoder: Of the kind that made the earlier pass.
        video: What to read.
        wanted: Frames of the earlier pass, ascending.
    """
    found = 0
    # A library may fail in any way on a damaged file; what is then not found is read below.
    with contextlib.suppress(_Lie), contextlib.closing(_sought(decoder, video, wanted)) as frames:
        # Frames first: they are asked until they end, so that their process can be used again.
        for frame, item in zip(frames, wanted, strict=False):
            if (frame.index, frame.pixel_hash) != (item.index, item.pixel_hash):
                break
            yield frame
            found += 1
    if found < len(wanted):
        yield from decoder.full_frames(video, [item.index for item in wanted[found:]])


class _Lie(Exception):
    """Seeking failed; whatever the reason, reading from the start may succeed."""


def _sought(
    decoder: Decoder, video: Video, wanted: Sequence[Wanted]
) -> Generator[FullFrame, None, None]:
    try:
        yield from decoder.sought_frames(video, wanted)
    except SeqselError:
        raise
    except Exception as error:
        raise _Lie from error
