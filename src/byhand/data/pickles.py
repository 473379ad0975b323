"""Reading the pickles of CIFAR-10, and nothing else that a pickle can be.

A pickle is a program. This one may build the plain containers, and names three things: NumPy's array, its dtype, and the
function that makes an empty array. In the place of the three stand the classes below, so that not even NumPy's own code
runs on what the file says; any other name is refused before anything is called.
"""

from __future__ import annotations

import io
import pickle
from typing import Any

import numpy as np


class Forbidden(pickle.UnpicklingError):
    """A pickle names something that it has no need of. The text says what."""


def load(data: bytes) -> Any:
    """Return what a pickle of plain containers and uint8 arrays holds; text of Python 2 comes as latin-1.

    Raises:
        Forbidden: it asks for anything else.
        ValueError: it is no whole pickle, or holds arrays of another kind.
    """
    try:
        return _plain(_Reader(io.BytesIO(data), encoding="latin1").load())
    except Forbidden:
        raise
    except Exception as problem:  # on bytes that are no pickle, the reader raises almost anything
        raise ValueError(f"no pickle of arrays and plain containers: {problem or type(problem).__name__}") from None


class _Array:
    """Stands for numpy.ndarray; comes to life with the state that the pickle sets."""

    __slots__ = ("value",)

    def __setstate__(self, state):
        _, shape, dtype, columns_first, raw = state
        if type(dtype) is not _Dtype or not isinstance(raw, (bytes, str)):
            raise ValueError("expected an array of uint8")
        raw = raw.encode("latin1") if isinstance(raw, str) else raw
        self.value = np.frombuffer(raw, np.uint8).reshape(shape, order="F" if columns_first else "C")


class _Dtype:
    """Stands for numpy.dtype, which may be uint8."""

    __slots__ = ()

    def __init__(self, code, align, copy):
        if code != "u1":
            raise ValueError(f"expected an array of uint8 (u1), got {code!r}")

    def __setstate__(self, state):
        pass  # byte order and the like: one byte has none


class _Empty:
    """Stands for the function that makes an empty array to be filled."""

    __slots__ = ()

    def __new__(cls, kind, shape, code):
        """Return the array."""
        return _Array()

    def __setstate__(self, state):
        raise ValueError("expected a function, got state for it")


_KNOWN = {
    ("numpy.core.multiarray", "_reconstruct"): _Empty,
    ("numpy._core.multiarray", "_reconstruct"): _Empty,
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Dtype,
}


class _Reader(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) not in _KNOWN:
            raise Forbidden(f"its pickle asks for {module}.{name}, which was refused; nothing of it was run")
        return _KNOWN[module, name]

    def persistent_load(self, pid):
        raise Forbidden("its pickle asks for an object outside of it, which was refused; nothing of it was run")


def _plain(value):
    if type(value) is _Array:
        return value.value
    if type(value) is dict:
        return {key: _plain(item) for key, item in value.items()}
    return value
