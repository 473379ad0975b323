"""The dropout layer."""

from __future__ import annotations

from dataclasses import dataclass

from byhand.layers import dropout

from .layer import Layer


@dataclass(frozen=True)
class Dropout(Layer):
    """In training, keep each number with probability `keep` and scale it up by 1 / keep."""

    keep: float

    def __post_init__(self):
        if not 0 < self.keep <= 1:
            raise ValueError(f"Dropout: expected keep above 0 and at most 1, got {self.keep}")

    def draw(self, key, n, shape):
        """Return numbers uniform in [0, 1), one for each that may be dropped."""
        return key.uniform((n, *shape))

    def forward(self, params, state, x, *, train, noise=None):
        """Return out, cache, state."""
        out, cache = dropout.dropout_forward(x, noise, keep=self.keep, train=train)
        return out, cache, state

    def backward(self, dout, cache):
        """Return dx and no gradients."""
        return dropout.dropout_backward(dout, cache), {}
