import struct

import numpy as np
import pytest

from byhand.data import idx


def written(array):
    return b"\x00\x00\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


@pytest.mark.parametrize("shape", [(5,), (2, 3), (4, 2, 3), (0, 28, 28), (300, 1)])
def test_read_as_written(shape):
    array = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    read = idx.parse(written(array))
    np.testing.assert_array_equal(read, array, strict=True)
    assert read.flags.writeable


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", r"begins with b'\\x00\\x00\\x08'; got b''"),
        (b"<html>", r"got b'<htm'"),
        (b"\x00\x00\x0d\x01\x00\x00\x00\x01\x00\x00\x00\x00", "unsigned bytes"),
        (b"\x00\x00\x08\x03\x00\x00", "of 3 axes has 16 bytes before its numbers; got 6"),
        (written(np.zeros((4, 3), np.uint8))[:-1], r"shape \(4, 3\) has 24 bytes; got 23"),
        (written(np.zeros((4, 3), np.uint8)) + b"x", r"shape \(4, 3\) has 24 bytes; got 25"),
        (b"\x00\x00\x08\x03" + b"\xff" * 12, r"has 79,228,162,458,924,105,385,300,197,391 bytes; got 16"),
    ],
)
def test_what_is_none(data, says):
    with pytest.raises(ValueError, match=says):
        idx.parse(data)
