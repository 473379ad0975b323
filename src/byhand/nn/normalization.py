"""The layers that standardise, over the batch or over the features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from byhand.layers import batchnorm, layernorm

from .layer import Layer


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Standardise every feature over the batch; in testing, by the running statistics, which are the layer's state."""

    features: int
    momentum: float = 0.9
    eps: float = 1e-5

    def init(self, key):
        """Return {"gamma": ones, "beta": zeros}."""
        return {"gamma": np.ones(self.features, np.float32), "beta": np.zeros(self.features, np.float32)}

    def init_state(self):
        """Return {"mean": zeros, "var": ones}."""
        return {"mean": np.zeros(self.features, np.float32), "var": np.ones(self.features, np.float32)}

    def forward(self, params, state, x, *, train, noise=None):
        """Return out, cache, state."""
        return batchnorm.batchnorm_forward(
            x, params["gamma"], params["beta"], state, train=train, momentum=self.momentum, eps=self.eps
        )

    def backward(self, dout, cache):
        """Return dx, {"gamma": dgamma, "beta": dbeta}."""
        dx, dgamma, dbeta = batchnorm.batchnorm_backward(dout, cache)
        return dx, {"gamma": dgamma, "beta": dbeta}


@dataclass(frozen=True)
class LayerNorm(Layer):
    """Standardise the last axis of every example."""

    features: int
    eps: float = 1e-5

    def init(self, key):
        """Return {"gamma": ones, "beta": zeros}."""
        return {"gamma": np.ones(self.features, np.float32), "beta": np.zeros(self.features, np.float32)}

    def forward(self, params, state, x, *, train, noise=None):
        """Return out, cache, state."""
        out, cache = layernorm.layernorm_forward(x, params["gamma"], params["beta"], eps=self.eps)
        return out, cache, state

    def backward(self, dout, cache):
        """Return dx, {"gamma": dgamma, "beta": dbeta}."""
        dx, dgamma, dbeta = layernorm.layernorm_backward(dout, cache)
        return dx, {"gamma": dgamma, "beta": dbeta}
