"""Whether two pictures are the same, pixel by pixel."""

from __future__ import annotations

import numpy as np
import xxhash

from seqsel_core.video.types import Picture


def picture_hash(picture: Picture) -> int:
    """Return a 64-bit hash of the size and the pixels of a picture."""
    digest = xxhash.xxh3_64(str(picture.shape).encode())
    digest.update(np.ascontiguousarray(picture).data)
    return digest.intdigest()
