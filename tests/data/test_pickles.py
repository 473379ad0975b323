"""The restricted reader: what CIFAR-10 holds is read; whatever else a pickle can ask for is refused and never called."""

import os
import pickle
import random
import struct
import warnings

import numpy as np
import pytest

from byhand.data import cifar10, pickles


def python2_batch(pixels, labels, *, code=b"u1", columns_first=False):
    """Return a batch as Python 2 wrote it, opcode by opcode."""
    rows, columns = pixels.shape
    raw = pixels.tobytes(order="F" if columns_first else "C")
    number = lambda n: b"J" + struct.pack("<i", n)  # noqa: E731
    text = lambda s: b"U" + bytes([len(s)]) + s  # noqa: E731
    dtype = b"cnumpy\ndtype\n" + text(code) + b"K\x00K\x01\x87R" + b"(K\x03" + text(b"|") + b"NNN" + number(-1) * 2 + b"K\x00tb"
    empty = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85" + text(b"b") + b"\x87R"
    order = b"\x88" if columns_first else b"\x89"
    state = (
        b"(K\x01" + number(rows) + number(columns) + b"\x86" + dtype + order + b"T" + struct.pack("<i", len(raw)) + raw + b"tb"
    )
    listed = b"](" + b"".join(number(y) for y in labels) + b"e"
    return b"\x80\x02}(" + text(b"data") + empty + state + text(b"labels") + listed + text(b"batch_label") + text(b"one") + b"u."


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 256, (3, 3072), np.uint8)


@pytest.mark.parametrize("columns_first", [False, True])
def test_a_batch(pixels, columns_first):
    read = pickles.load(python2_batch(pixels, [3, 9, 0], columns_first=columns_first))
    assert read["labels"] == [3, 9, 0] and read["batch_label"] == "one"
    np.testing.assert_array_equal(read["data"], pixels, strict=True)
    images, labels = cifar10.parse(python2_batch(pixels, [3, 9, 0]))
    assert images.shape == (3, 3, 32, 32) and labels.dtype == np.int64
    assert images[1, 2, 5, 7] == pixels[1, 2 * 1024 + 5 * 32 + 7]


def test_the_batches_of_the_test_are_what_an_unrestricted_reader_takes_for_such(pixels):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numpy.core is an old name
        theirs = pickle.loads(python2_batch(pixels, [1, 2, 3]), encoding="latin1")
    np.testing.assert_array_equal(theirs["data"], pixels, strict=True)


class Runs:
    def __init__(self, call, *arguments):
        self.call, self.arguments = call, arguments

    def __reduce__(self):
        return self.call, self.arguments


ROGUES = {
    "os.system": Runs(os.system, "touch /tmp/byhand-ran"),
    "builtins.eval": Runs(eval, "open('/tmp/byhand-ran', 'w')"),
    "builtins.getattr": Runs(getattr, 3, "real"),
    "numpy.load": Runs(np.load, "/tmp/x", None, True),
    "builtins.complex": 1 + 2j,
    "collections.OrderedDict": __import__("collections").OrderedDict(a=1),
}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("name", ROGUES)
def test_everything_else_is_refused_by_name(name, protocol):
    data = pickle.dumps({"data": ROGUES[name], "labels": []}, protocol)
    with pytest.raises(pickles.Forbidden, match=r"its pickle asks for \S+, which was refused; nothing of it was run") as caught:
        cifar10.parse(data)
    word = name.split(".")[1]
    assert word in str(caught.value) or protocol < 3, str(caught.value)
    assert not os.path.exists("/tmp/byhand-ran")


@pytest.mark.parametrize(
    "data",
    [
        b"(S'touch /tmp/byhand-ran'\nios\nsystem\n.",  # INST
        b"(cos\nsystem\nS'touch /tmp/byhand-ran'\no.",  # OBJ
        b"\x80\x02cos\nsystem\n)\x81.",  # NEWOBJ
        b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x01x\x85R.",  # STACK_GLOBAL
        b"\x80\x04\x8c\x05numpy\x8c\x0edtype.__init__\x93.",  # a dotted name through one that is known
        b"cnumpy\nload\n.",
        b"Pid\n.",  # a persistent id
    ],
)
def test_every_way_to_name_something(data):
    with pytest.raises(pickles.Forbidden):
        pickles.load(data)
    assert not os.path.exists("/tmp/byhand-ran")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"}",
        b"\x80\x63.",
        b"\x82\x01.",  # an extension code
        b"cnumpy\nndarray\n}b.",  # state for a class
        b"cnumpy.core.multiarray\n_reconstruct\n}(S'__code__'\nNub.",
        b"cnumpy\nndarray\n)R.",  # an array that is never filled
        b"cnumpy\nndarray\n)R(K\x01K\x05\x85S'u1'\n\x89S'abcde'\ntb.",  # whose dtype is none
        b"cnumpy\nndarray\n)R(K\x01K\x09\x85cnumpy\ndtype\n(S'u1'\nK\x00K\x01tR\x89S'abcde'\ntb.",  # too few bytes
        b"cnumpy\ndtype\n(S'O8'\nK\x00K\x01tR.",
    ],
)
def test_what_is_no_such_pickle_is_said(data):
    with pytest.raises(ValueError, match="no pickle of arrays and plain containers: ."):
        pickles.load(data)


def test_no_cut_and_no_changed_byte_does_anything_else_than_fail(pixels):
    whole, rng = python2_batch(pixels, [1, 2, 3]), random.Random(8)
    for _ in range(300):
        cut = whole[: rng.randrange(len(whole))]
        changed = bytearray(whole)
        changed[rng.randrange(200)] = rng.randrange(256)
        with pytest.raises((ValueError, pickles.Forbidden)):
            cifar10.parse(cut)
        try:
            cifar10.parse(bytes(changed))
        except (ValueError, pickles.Forbidden):
            pass


def test_batches_of_another_form(pixels):
    with pytest.raises(ValueError, match=r'expected "data" of shape \(N, 3072\) in a batch of CIFAR-10, got \(3, 3000\)'):
        cifar10.parse(python2_batch(pixels[:, :3000], [1, 2, 3]))
    with pytest.raises(ValueError, match=r"got NoneType"):
        cifar10.parse(pickle.dumps({}))
    with pytest.raises(ValueError, match=r"got NoneType"):
        cifar10.parse(pickle.dumps([1, 2]))
    for labels in ([1, 2], [1, 2, 10], [1, 2, -1]):
        with pytest.raises(ValueError, match=r'expected "labels" to be 3 numbers from 0 to 9'):
            cifar10.parse(python2_batch(pixels, labels))
    with pytest.raises(ValueError, match=r"expected an array of uint8 \(u1\), got 'i1'"):
        cifar10.parse(python2_batch(pixels, [1, 2, 3], code=b"i1"))
