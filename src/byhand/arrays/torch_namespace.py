"""The functions of `numpy_namespace` on torch tensors, eager or inside one compiled graph, with NumPy's argument names."""

from __future__ import annotations

import torch
from torch import (  # noqa: F401 (named by __all__, which ruff does not see through)
    abs,
    arange,
    cos,
    einsum,
    erf,
    exp,
    isfinite,
    log,
    log1p,
    matmul,
    moveaxis,
    ones_like,
    reshape,
    sign,
    sin,
    sqrt,
    stack,
    tanh,
    where,
    zeros_like,
)

from .numpy_namespace import __all__ as __all__


def owns(x) -> bool:
    """Return whether x is a torch tensor."""
    return isinstance(x, torch.Tensor)


def argmax(x, axis=None):
    return torch.argmax(x, dim=axis)


def argsort(x, axis=-1):
    return torch.argsort(x, dim=axis, stable=True)


def broadcast_to(x, shape):
    return torch.broadcast_to(x, shape)


def clip(x, a_min=None, a_max=None):
    return torch.clip(x, a_min, a_max)


def concat(arrays, axis=0):
    return torch.concat(arrays, dim=axis)


def cumsum(x, axis):
    return torch.cumsum(x, dim=axis)


def expand_dims(x, axis):
    return torch.unsqueeze(x, axis)


def flip(x, axis):
    return torch.flip(x, (axis,) if isinstance(axis, int) else axis)


def _axes(x, axis):
    return tuple(range(x.ndim)) if axis is None else axis


def max(x, axis=None, keepdims=False):
    return torch.amax(x, dim=_axes(x, axis), keepdim=keepdims)


def min(x, axis=None, keepdims=False):
    return torch.amin(x, dim=_axes(x, axis), keepdim=keepdims)


def sum(x, axis=None, keepdims=False):
    return torch.sum(x, dim=_axes(x, axis), keepdim=keepdims)


def mean(x, axis=None, keepdims=False):
    return torch.mean(x, dim=_axes(x, axis), keepdim=keepdims)


def prod(x, axis):
    return torch.prod(x, dim=axis)


def maximum(a, b):
    # torch.maximum takes no Python number; clip does, and passes NaN on as maximum would
    return torch.clip(a, min=b) if isinstance(b, (int, float)) else torch.maximum(a, b)


def minimum(a, b):
    return torch.clip(a, max=b) if isinstance(b, (int, float)) else torch.minimum(a, b)


def ones(shape, dtype=None):
    return torch.ones(shape, dtype=dtype)


def zeros(shape, dtype=None):
    return torch.zeros(shape, dtype=dtype)


def pad(x, pad_width):
    # torch counts from the last axis backwards
    return torch.nn.functional.pad(x, [width for pair in reversed(pad_width) for width in pair])


def permute_dims(x, axes):
    return torch.permute(x, axes)


def repeat(x, repeats, axis):
    return torch.repeat_interleave(x, repeats, dim=axis)


def scatter_add(x, index, values):
    index = index if isinstance(index, tuple) else (index,)
    return x.index_put(index, values, accumulate=True)


def sliding_windows(x, size):
    first = x.ndim - len(size)
    for i, length in enumerate(size):
        x = x.unfold(first + i, length, 1)
    return x


def take_along_axis(x, indices, axis):
    return torch.take_along_dim(x, indices, dim=axis)


def tril(x, k=0):
    return torch.tril(x, diagonal=k)
