"""The affine layer, and the one that lays examples out flat."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from byhand.arrays import namespace
from byhand.layers import initializers, linear

from .layer import Layer

_INITIALIZERS = ("he", "xavier")


@dataclass(frozen=True)
class Affine(Layer):
    """A matrix, started as `initializer` says ("he" before a relu, "xavier" elsewhere), and a bias, zero at first.

    An initializer may also be a number, the standard deviation of the first weights whatever the sizes: what people did
    before they knew better, and what the studies compare.
    """

    in_features: int
    out_features: int
    initializer: str | float = "he"

    def __post_init__(self):
        number = isinstance(self.initializer, int | float) and self.initializer >= 0
        if not number and self.initializer not in _INITIALIZERS:
            raise ValueError(
                f"Affine: expected initializer 'he', 'xavier' or a standard deviation, 0 or more; got {self.initializer!r}"
            )

    def init(self, key):
        """Return {"w": (in_features, out_features), "b": (out_features,)}."""
        noise = key.fold("w").normal((self.in_features, self.out_features))
        if self.initializer == "he":
            w = initializers.he_init(noise)
        elif self.initializer == "xavier":
            w = initializers.xavier_init(noise)
        else:
            w = noise * float(self.initializer)
        return {"w": w, "b": np.zeros(self.out_features, w.dtype)}

    def out_shape(self, shape):
        """Return (out_features,)."""
        if prod(shape) != self.in_features:
            raise ValueError(
                f"Affine: expected examples of in_features={self.in_features} numbers, got {prod(shape)}, shape {shape}"
            )
        return (self.out_features,)

    def forward(self, params, state, x, *, train, noise=None):
        """Return out, cache, state."""
        out, cache = linear.affine_forward(x, params["w"], params["b"])
        return out, cache, state

    def backward(self, dout, cache):
        """Return dx, {"w": dw, "b": db}."""
        dx, dw, db = linear.affine_backward(dout, cache)
        return dx, {"w": dw, "b": db}


@dataclass(frozen=True)
class Flatten(Layer):
    """Lay each example out as one row."""

    def out_shape(self, shape):
        """Return one number: how many an example has."""
        return (prod(shape),)

    def forward(self, params, state, x, *, train, noise=None):
        """Return out, cache, state."""
        return namespace(x).reshape(x, (x.shape[0], -1)), x.shape, state

    def backward(self, dout, cache):
        """Return dx and no gradients."""
        return namespace(dout).reshape(dout, cache), {}
