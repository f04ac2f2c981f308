"""Read frames again at full size, and make sure that they are those that were embedded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from seqsel_core.dataset import EmbeddedVideo
from seqsel_core.errors import OutputError, SeqselError
from seqsel_core.output.log import logger
from seqsel_core.progress import Progress
from seqsel_core.store.identity import content_id
from seqsel_core.video.decoders import decoder_for
from seqsel_core.video.exact import exact_frames
from seqsel_core.video.roots import check_readable
from seqsel_core.video.types import FullFrame, Video, Wanted


def frames_as_embedded(
    item: EmbeddedVideo, source: Video, indices: Sequence[int], progress: Progress
) -> Iterator[FullFrame]:
    """Yield the frames with these indices, all of them, as they were embedded.

    Other pixels mean that the file changed, which is refused. If its content is the same, the
    decoder gives other pixels than before: some do so at every run where data are damaged,
    and a new version of a library may. That is said, and the frame is still the right one.

    Args:
        item: The video as it was embedded.
        source: The same, or a copy of it.
        indices: Of the frames, ascending.
        progress: Told of frames with other pixels.

    Raises:
        OutputError: The video changed since it was embedded, or cannot be read any more.
    """
    hashes = item.frames["pixel_hash"]
    rows = np.searchsorted(item.frames["index"], indices)
    stamps = item.frames["pts"][rows].tolist()
    wanted = list(map(Wanted, indices, stamps, hashes[rows].tolist()))
    expected = {frame.index: frame.pixel_hash for frame in wanted}
    differing: list[int] = []
    _check_there(source)
    # Another decoder may give other pixels; the one that was embedded with gives the same.
    decoder = decoder_for(source, item.shard.info.decoder, isolate=True)
    try:
        for frame in exact_frames(decoder, source, wanted):
            if frame.pixel_hash != expected.pop(frame.index):
                if not differing and content_id(source) != item.video_id:
                    raise OutputError(_changed(item, frame.index, "has other pixels now"))
                if (hashes == frame.pixel_hash).any():
                    raise OutputError(_shifted(item, frame.index))
                differing.append(frame.index)
            yield frame
    except SeqselError:
        raise
    except Exception as error:  # libraries raise many kinds on damaged files
        reason = str(error) or type(error).__name__
        raise OutputError(f"'{item.video.name}' cannot be read again: {reason}.") from error
    if expected:
        raise OutputError(_changed(item, min(expected), "cannot be decoded any more"))
    if differing:
        warning = (
            f"{len(differing)} of {len(indices)} written frames of '{item.video.name}', for "
            f"example {item.frame_name(differing[0])}, have other pixels than when they were "
            "embedded, though the file is the same: it is damaged, or the decoder was updated."
        )
        logger.warning(warning)
        progress.note(f"Warning: {warning}")


def _check_there(source: Video) -> None:
    """Open what is to be read: a decoder tells of damage, and then only that nothing came.

    Raises:
        OutputError: It is gone, or may not be read.
    """
    path = source.frame_paths[0] if source.is_folder else source.path
    try:
        check_readable(path)
        path.open("rb").close()
    except OSError as error:
        raise OutputError(
            f"'{source.name}' cannot be read again: {path}: {error.strerror or error}."
        ) from error


def _shifted(item: EmbeddedVideo, index: int) -> str:
    return (
        f"'{item.video.name}' is decoded to other frames than when it was embedded: frame "
        f"{index} ({item.frame_name(index)}) shows what was another frame. The file is damaged; "
        "repair it or leave it out."
    )


def _changed(item: EmbeddedVideo, index: int, how: str) -> str:
    return (
        f"'{item.video.name}' has changed since it was embedded: frame {index} "
        f"({item.frame_name(index)}) {how}. Run again; it is then embedded anew."
    )
