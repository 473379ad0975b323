"""The IDX format of MNIST: a magic number, the sizes, then the numbers, row by row."""

from __future__ import annotations

import struct

import numpy as np

START = b"\x00\x00\x08"
"""What a file of unsigned bytes begins with; the number of axes follows."""


def parse(data: bytes) -> np.ndarray:
    """Return the array of unsigned bytes that an IDX file holds.

    Raises:
        ValueError: it is no such file, or not all of one.

    >>> parse(bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6]))
    array([[1, 2, 3],
           [4, 5, 6]], dtype=uint8)
    """
    if len(data) < 4 or data[:3] != START:
        raise ValueError(f"expected an IDX file of unsigned bytes, which begins with {START!r}; got {data[:4]!r}")
    axes = data[3]
    first = 4 + 4 * axes
    if len(data) < first:
        raise ValueError(f"an IDX file of {axes} axes has {first} bytes before its numbers; got {len(data)}")
    shape = struct.unpack(f">{axes}I", data[4:first])
    expected = first + int(np.prod(shape, dtype=object))
    if len(data) != expected:
        raise ValueError(f"an IDX file of shape {shape} has {expected:,} bytes; got {len(data):,}")
    return np.frombuffer(data, np.uint8, offset=first).reshape(shape).copy()
