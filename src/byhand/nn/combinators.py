"""Networks made of layers. A combinator is itself a layer, so they nest; its trees hold its parts' trees by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .layer import Layer


@dataclass(frozen=True)
class Chain(Layer):
    """One layer after another.

    >>> from byhand.arrays import Key
    >>> from byhand.nn import Affine, ReLU
    >>> net = Chain({"affine1": Affine(6, 5), "relu1": ReLU(), "affine2": Affine(5, 3)})
    >>> net.out_shape((2, 3)), list(net.init(Key.from_seed(0)))
    ((3,), ['affine1', 'affine2'])
    """

    layers: Mapping[str, Layer]

    def init(self, key):
        """Return the parameters by layer; layers that have none are left out."""
        params = {name: layer.init(key.fold(name)) for name, layer in self.layers.items()}
        return {name: own for name, own in params.items() if own}

    def init_state(self):
        """Return the states by layer; layers that have none are left out."""
        states = {name: layer.init_state() for name, layer in self.layers.items()}
        return {name: own for name, own in states.items() if own}

    def draw(self, key, n, shape):
        """Return the noise by layer; layers that need none are left out."""
        noise = {}
        for name, layer in self.layers.items():
            own = layer.draw(key.fold(name), n, shape)
            if own is not None:
                noise[name] = own
            shape = layer.out_shape(shape)
        return noise or None

    def out_shape(self, shape):
        """Return the last layer's."""
        for layer in self.layers.values():
            shape = layer.out_shape(shape)
        return shape

    def forward(self, params, state, x, *, train, noise=None):
        """Return out, cache, state."""
        caches, new_state = {}, {}
        for name, layer in self.layers.items():
            own_noise = noise.get(name) if noise else None
            x, caches[name], own_state = layer.forward(params.get(name, {}), state.get(name, {}), x, train=train, noise=own_noise)
            if name in state:
                new_state[name] = own_state
        return x, caches, new_state

    def backward(self, dout, cache):
        """Return dx and the gradients by layer."""
        grads = {}
        for name, layer in reversed(list(self.layers.items())):
            dout, own = layer.backward(dout, cache[name])
            if own:
                grads[name] = own
        return dout, grads


@dataclass(frozen=True)
class Residual(Layer):
    """x + inner(x): the input goes around the inner layer as well as through it."""

    inner: Layer

    def init(self, key):
        """Return the inner layer's parameters."""
        return self.inner.init(key)

    def init_state(self):
        """Return the inner layer's state."""
        return self.inner.init_state()

    def draw(self, key, n, shape):
        """Return the inner layer's noise."""
        return self.inner.draw(key, n, shape)

    def out_shape(self, shape):
        """Return the shape as it was, which must be the inner layer's too."""
        out = self.inner.out_shape(shape)
        if out != shape:
            raise ValueError(f"Residual: expected an inner layer that keeps the shape {shape}, got one that makes it {out}")
        return shape

    def forward(self, params, state, x, *, train, noise=None):
        """Return out, cache, state."""
        out, cache, state = self.inner.forward(params, state, x, train=train, noise=noise)
        return x + out, cache, state

    def backward(self, dout, cache):
        """Return dx, which comes back both ways, and the inner layer's gradients."""
        dx, grads = self.inner.backward(dout, cache)
        return dout + dx, grads
