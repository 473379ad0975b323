"""The functions of `numpy_namespace` on traced Tensors: `xp` in a layer that is being traced.

Tensors, NumPy arrays and numbers may be mixed; a call without any Tensor is plain NumPy's.
"""

# ruff: noqa: D103 (the functions are NumPy's, described there)
from __future__ import annotations

import numpy as np
from numpy import arange as arange

from byhand.arrays.numpy_namespace import __all__ as __all__

from . import primitives
from .tensor import apply, constant, plain


def _unary(primitive):
    def function(x):
        return apply(primitive, x)

    function.__name__ = primitive.__name__
    return function


abs = _unary(primitives.abs)
cos = _unary(primitives.cos)
erf = _unary(primitives.erf)
exp = _unary(primitives.exp)
log = _unary(primitives.log)
log1p = _unary(primitives.log1p)
sign = _unary(primitives.sign)
sin = _unary(primitives.sin)
sqrt = _unary(primitives.sqrt)
tanh = _unary(primitives.tanh)


def argmax(x, axis=None):
    return np.argmax(plain(x), axis=axis)


def argsort(x, axis=-1):
    return np.argsort(plain(x), axis=axis, stable=True)


def isfinite(x):
    return np.isfinite(plain(x))


def clip(x, a_min=None, a_max=None):
    return apply(primitives.clip, x, a_min=plain(a_min), a_max=plain(a_max))


def maximum(a, b):
    return apply(primitives.maximum, a, b)


def minimum(a, b):
    return apply(primitives.minimum, a, b)


def where(condition, a, b):
    return apply(primitives.where, a, b, condition=plain(condition))


def matmul(a, b):
    return apply(primitives.matmul, a, b)


def einsum(subscripts, *arrays):
    return apply(primitives.einsum, *arrays, subscripts=subscripts)


def sum(x, axis=None, keepdims=False):
    return apply(primitives.sum, x, axis=axis, keepdims=keepdims)


def mean(x, axis=None, keepdims=False):
    return apply(primitives.mean, x, axis=axis, keepdims=keepdims)


def max(x, axis=None, keepdims=False):
    return apply(primitives.max, x, axis=axis, keepdims=keepdims)


def min(x, axis=None, keepdims=False):
    return apply(primitives.min, x, axis=axis, keepdims=keepdims)


def prod(x, axis=None, keepdims=False):
    return apply(primitives.prod, x, axis=axis, keepdims=keepdims)


def cumsum(x, axis):
    return apply(primitives.cumsum, x, axis=axis)


def reshape(x, shape):
    return apply(primitives.reshape, x, shape=shape)


def permute_dims(x, axes):
    return apply(primitives.permute_dims, x, axes=axes)


def moveaxis(x, source, destination):
    return apply(primitives.moveaxis, x, source=source, destination=destination)


def expand_dims(x, axis):
    return apply(primitives.expand_dims, x, axis=axis)


def flip(x, axis):
    return apply(primitives.flip, x, axis=axis)


def broadcast_to(x, shape):
    return apply(primitives.broadcast_to, x, shape=shape)


def concat(arrays, axis=0):
    return apply(primitives.concat, *arrays, axis=axis)


def stack(arrays, axis=0):
    return apply(primitives.stack, *arrays, axis=axis)


def pad(x, pad_width):
    return apply(primitives.pad, x, pad_width=pad_width)


def tril(x, k=0):
    return apply(primitives.tril, x, k=k)


def repeat(x, repeats, axis=None):
    return apply(primitives.repeat, x, repeats=repeats, axis=axis)


def sliding_windows(x, size):
    return apply(primitives.sliding_windows, x, size=size)


def take_along_axis(x, indices, axis=-1):
    return apply(primitives.take_along_axis, x, indices=indices, axis=axis)


def scatter_add(x, index, values):
    return apply(primitives.scatter_add, x, values, index=index)


def _new(array):
    """Real numbers come as a Tensor, so that traced values may be written into them; all else stays plain NumPy."""
    return constant(array) if array.dtype.kind == "f" else array


def ones(shape, dtype=None):
    return _new(np.ones(shape, dtype=dtype))


def zeros(shape, dtype=None):
    return _new(np.zeros(shape, dtype=dtype))


def ones_like(x):
    return _new(np.ones_like(plain(x)))


def zeros_like(x):
    return _new(np.zeros_like(plain(x)))
