"""Stored embeddings are of two bytes a number; this makes numbers of four bytes of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

_SIGN_AND_REST = np.int32(-0x70000001)  # all bits but 28 to 30, which the sign has filled
_EXPONENTS_APART = np.float32(2.0**112)  # 2^(127 − 15): where float32 and float16 count from
_BEYOND = 65_536  # what infinity and NaN would become, or more


def as_float32(values: npt.NDArray[Any], out: FloatArray | None = None) -> FloatArray:
    """Return values as float32, the same to the last bit; a view where they are already.

    Several times as fast as `astype` for float16, which NumPy converts one by one: the bits
    are moved to their places in a float32, whose exponent a product puts right. What is
    converted should stay in the cache: some 100,000 numbers at a time.

    Args:
        values: Of any shape and float type.
        out: Where to put what is converted, of the same shape, C-contiguous; to ask for new
            memory each time takes longer than to convert.
    """
    if values.dtype != np.float16 or not values.size:
        return np.asarray(values, np.float32)
    found = np.empty(values.shape, np.float32) if out is None else out
    bits = found.view(np.int32)
    np.copyto(bits, values.view(np.int16))
    bits <<= 13
    bits &= _SIGN_AND_REST
    found *= _EXPONENTS_APART
    if found.max() >= _BEYOND or found.min() <= -_BEYOND:
        np.copyto(found, values)
    return found
