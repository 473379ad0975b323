"""One source on every array: the functions that layers call, chosen by the array they are given."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, TypeAlias

import numpy

from . import numpy_namespace

Array: TypeAlias = Any
"""A NumPy array, a torch tensor or a tracer Tensor; shapes and dtypes are given by the jaxtyping annotation around it."""


def namespace(x: Array) -> ModuleType:
    """Return the functions for arrays of x's kind, under the names that NumPy gives them.

    Every kind offers exactly the functions of `numpy_namespace`; a test holds them to it.

    Raises:
        TypeError: x is no array that byhand knows.
    """
    if isinstance(x, (numpy.ndarray, numpy.generic)):  # a tuple: torch.compile cannot follow a union of types
        return numpy_namespace
    own = getattr(type(x), "__byhand_namespace__", None)
    if own is not None:
        return own
    if "torch" in sys.modules:
        from . import torch_namespace

        if torch_namespace.owns(x):
            return torch_namespace
    raise TypeError(
        f"expected a NumPy array, a torch tensor or a traced Tensor; got {type(x).__name__}. "
        "Convert it first, for example with np.asarray(x, dtype=float)."
    )
