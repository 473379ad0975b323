"""The layers that act on each number alone."""

from __future__ import annotations

from dataclasses import dataclass

from byhand.layers import activations

from .layer import Layer


@dataclass(frozen=True)
class ReLU(Layer):
    """max(0, x)."""

    def forward(self, params, state, x, *, train, noise=None):
        """Return out, cache, state."""
        out, cache = activations.relu_forward(x)
        return out, cache, state

    def backward(self, dout, cache):
        """Return dx and no gradients."""
        return activations.relu_backward(dout, cache), {}


@dataclass(frozen=True)
class LeakyReLU(Layer):
    """x where x is positive, slope * x elsewhere."""

    slope: float = 0.01

    def forward(self, params, state, x, *, train, noise=None):
        """Return out, cache, state."""
        out, cache = activations.leaky_relu_forward(x, slope=self.slope)
        return out, cache, state

    def backward(self, dout, cache):
        """Return dx and no gradients."""
        return activations.leaky_relu_backward(dout, cache), {}


@dataclass(frozen=True)
class Sigmoid(Layer):
    """1 / (1 + exp(-x))."""

    def forward(self, params, state, x, *, train, noise=None):
        """Return out, cache, state."""
        out, cache = activations.sigmoid_forward(x)
        return out, cache, state

    def backward(self, dout, cache):
        """Return dx and no gradients."""
        return activations.sigmoid_backward(dout, cache), {}


@dataclass(frozen=True)
class Tanh(Layer):
    """The hyperbolic tangent."""

    def forward(self, params, state, x, *, train, noise=None):
        """Return out, cache, state."""
        out, cache = activations.tanh_forward(x)
        return out, cache, state

    def backward(self, dout, cache):
        """Return dx and no gradients."""
        return activations.tanh_backward(dout, cache), {}
