"""The wire between parent and worker: what is sent comes back, and garbage is refused."""

import io
import json
import struct

import numpy as np
import pytest

from byhand.check import worker as wire
from byhand.check.process import Worker


def _through(value):
    frame = io.BytesIO(wire.pack({"op": "x"}, value=value))

    def read(n):
        data = frame.read(n)
        if len(data) < n:
            raise EOFError
        return data

    header, arrays = wire.unpack(read)
    return wire.decode(header["values"]["value"], arrays)


@pytest.mark.parametrize(
    "value",
    [
        None, True, 3, -7, 0.1, 1e-300, "text", [1, [2.5, None]], (1, (2,)), {"a": {"b": [1]}},
        np.arange(6).reshape(2, 3), np.array(2.5), np.zeros((0, 3)), np.array([True, False]), np.arange(3, dtype=np.float32),
    ],
    ids=str,
)  # fmt: skip
def test_values_come_back_as_they_went(value):
    back = _through(value)
    assert type(back) is type(value)
    if isinstance(value, np.ndarray):
        assert back.dtype == value.dtype and back.shape == value.shape
    np.testing.assert_equal(back, value)


def test_special_floats_and_odd_layouts():
    assert np.isnan(_through(float("nan"))) and _through(float("-inf")) == float("-inf")
    x = np.arange(12.0).reshape(3, 4)
    for odd in (x.T, x[::2, ::-1], np.asfortranarray(x), x.astype(">f8")):
        np.testing.assert_array_equal(_through(odd), odd)


def test_received_arrays_are_the_receivers_own():
    back = _through(np.zeros(3))
    back[0] = 1.0
    assert back.flags.owndata or back.base is not None
    assert back.flags.writeable


@pytest.mark.parametrize(
    "value",
    [object(), {1: 2}, np.array([object()], dtype=object), np.array(["a"]), 1 + 2j, 2**80, lambda: 1],
    ids=lambda v: type(v).__name__,
)
def test_anything_else_becomes_foreign(value):
    assert isinstance(_through(value), wire.Foreign)


def test_a_container_that_contains_itself_ends():
    loop = []
    loop.append(loop)
    assert "$l" in json.dumps(wire.encode(loop, []))


@pytest.mark.parametrize(
    "header",
    [
        [], {"arrays": [["O", [1]]], "values": {}}, {"arrays": [["<f8", [-1]]], "values": {}},
        {"arrays": [["<f8", [2**40]]], "values": {}}, {"arrays": [["<f8", [1.5]]], "values": {}},
    ],
    ids=str,
)  # fmt: skip
def test_garbage_is_refused(header):
    text = json.dumps(header).encode()
    frame = io.BytesIO(struct.pack("<I", len(text)) + text + b"\0" * 64)
    with pytest.raises((ValueError, KeyError, TypeError)):
        wire.unpack(frame.read)


def test_an_impossible_length_is_refused():
    with pytest.raises(ValueError, match="impossible length"):
        wire.unpack(io.BytesIO(b"\xff\xff\xff\xff").read)


def test_a_function_of_ours_overflows_in_silence(tmp_path):
    """What a learner's wrong code makes of a part of ours is theirs to hear of, by its results."""
    with Worker() as worker:
        worker.load(tmp_path / "x.py", "def f(g, x):\n    return g(x)\n")
        outcome = worker.call("f", [lambda x: np.exp(x) - np.exp(x), np.array([1e4])], {})  # a warning is an error here
    assert outcome.error is None and np.isnan(outcome.value).all()
