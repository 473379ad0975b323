"""The array functions that a layer may rely on, on NumPy arrays. This file is the list; the other namespaces follow it.

Where NumPy has the function, this is NumPy's own, so that `xp.` in a layer reads as `np.` to a learner. The few that NumPy
lacks are defined below.
"""

from __future__ import annotations

import math

import numpy as np
from numpy import (
    abs,
    arange,
    argmax,
    argsort,
    broadcast_to,
    clip,
    concat,
    cos,
    cumsum,
    einsum,
    exp,
    expand_dims,
    flip,
    isfinite,
    log,
    log1p,
    matmul,
    max,
    maximum,
    mean,
    min,
    minimum,
    moveaxis,
    ones,
    ones_like,
    pad,
    permute_dims,
    prod,
    repeat,
    reshape,
    sign,
    sin,
    sqrt,
    stack,
    sum,
    take_along_axis,
    tanh,
    tril,
    where,
    zeros,
    zeros_like,
)

__all__ = [
    "abs", "arange", "argmax", "argsort", "broadcast_to", "clip", "concat", "cos", "cumsum", "einsum", "erf", "exp",
    "expand_dims", "flip", "isfinite", "log", "log1p", "matmul", "max", "maximum", "mean", "min", "minimum", "moveaxis",
    "ones", "ones_like", "pad", "permute_dims", "prod", "repeat", "reshape", "scatter_add", "sign", "sin",
    "sliding_windows", "sqrt", "stack", "sum", "take_along_axis", "tanh", "tril", "where", "zeros", "zeros_like",
]  # fmt: skip

_erf = np.vectorize(math.erf, otypes=[np.float64])


def erf(x):
    """Return the error function of every element, (2 / sqrt(pi)) * integral of exp(-t^2) from 0 to x, in x's dtype."""
    return _erf(x).astype(x.dtype) if x.size else x.copy()


def scatter_add(x, index, values):
    """Return a copy of x to whose rows x[index] the values are added; an index that repeats adds every time."""
    out = x.copy()
    np.add.at(out, index, values)
    return out


def sliding_windows(x, size):
    """Return every window of the last len(size) axes, stride 1: shape (..., outputs..., *size). A view: do not write."""
    axes = tuple(range(x.ndim - len(size), x.ndim))
    return np.lib.stride_tricks.sliding_window_view(x, size, axis=axes)
