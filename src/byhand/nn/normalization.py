"""The layers that keep numbers at a steady scale: over the batch, over the features, or over groups of channels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from byhand.layers import batchnorm, groupnorm, layernorm, rmsnorm, spatial_batchnorm, spatial_groupnorm

from .layer import Layer


def _scale_and_shift(n: int) -> dict[str, np.ndarray]:
    return {"gamma": np.ones(n, np.float32), "beta": np.zeros(n, np.float32)}


def _running(n: int) -> dict[str, np.ndarray]:
    return {"mean": np.zeros(n, np.float32), "var": np.ones(n, np.float32)}


def _check_groups(name: str, groups: int, channels: int) -> None:
    if groups < 1 or channels % groups:
        raise ValueError(f"{name}: expected groups that divide channels={channels}, got groups={groups}")


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Standardise every feature over the batch; in testing, by the running statistics, which are the layer's state."""

    features: int
    momentum: float = 0.9
    eps: float = 1e-5

    def init(self, key):
        """Return {"gamma": ones, "beta": zeros}."""
        return _scale_and_shift(self.features)

    def init_state(self):
        """Return {"mean": zeros, "var": ones}."""
        return _running(self.features)

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
        return _scale_and_shift(self.features)

    def forward(self, params, state, x, *, train, noise=None):
        """Return out, cache, state."""
        out, cache = layernorm.layernorm_forward(x, params["gamma"], params["beta"], eps=self.eps)
        return out, cache, state

    def backward(self, dout, cache):
        """Return dx, {"gamma": dgamma, "beta": dbeta}."""
        dx, dgamma, dbeta = layernorm.layernorm_backward(dout, cache)
        return dx, {"gamma": dgamma, "beta": dbeta}


@dataclass(frozen=True)
class RMSNorm(Layer):
    """Divide the last axis of every example by its root mean square."""

    features: int
    eps: float = 1e-5

    def init(self, key):
        """Return {"gamma": ones}."""
        return {"gamma": np.ones(self.features, np.float32)}

    def forward(self, params, state, x, *, train, noise=None):
        """Return out, cache, state."""
        out, cache = rmsnorm.rmsnorm_forward(x, params["gamma"], eps=self.eps)
        return out, cache, state

    def backward(self, dout, cache):
        """Return dx, {"gamma": dgamma}."""
        dx, dgamma = rmsnorm.rmsnorm_backward(dout, cache)
        return dx, {"gamma": dgamma}


@dataclass(frozen=True)
class GroupNorm(Layer):
    """Standardise every group of channels of every example."""

    groups: int
    channels: int
    eps: float = 1e-5

    def __post_init__(self):
        """Refuse groups that leave a remainder."""
        _check_groups("GroupNorm", self.groups, self.channels)

    def init(self, key):
        """Return {"gamma": ones, "beta": zeros}."""
        return _scale_and_shift(self.channels)

    def forward(self, params, state, x, *, train, noise=None):
        """Return out, cache, state."""
        out, cache = groupnorm.groupnorm_forward(x, params["gamma"], params["beta"], groups=self.groups, eps=self.eps)
        return out, cache, state

    def backward(self, dout, cache):
        """Return dx, {"gamma": dgamma, "beta": dbeta}."""
        dx, dgamma, dbeta = groupnorm.groupnorm_backward(dout, cache)
        return dx, {"gamma": dgamma, "beta": dbeta}


@dataclass(frozen=True)
class SpatialBatchNorm(Layer):
    """Standardise every channel of pictures over the batch and all pixels; in testing, by the running statistics."""

    channels: int
    momentum: float = 0.9
    eps: float = 1e-5

    def init(self, key):
        """Return {"gamma": ones, "beta": zeros}."""
        return _scale_and_shift(self.channels)

    def init_state(self):
        """Return {"mean": zeros, "var": ones}."""
        return _running(self.channels)

    def forward(self, params, state, x, *, train, noise=None):
        """Return out, cache, state."""
        return spatial_batchnorm.spatial_batchnorm_forward(
            x, params["gamma"], params["beta"], state, train=train, momentum=self.momentum, eps=self.eps
        )

    def backward(self, dout, cache):
        """Return dx, {"gamma": dgamma, "beta": dbeta}."""
        dx, dgamma, dbeta = spatial_batchnorm.spatial_batchnorm_backward(dout, cache)
        return dx, {"gamma": dgamma, "beta": dbeta}


@dataclass(frozen=True)
class SpatialGroupNorm(Layer):
    """Standardise every group of channels of every picture, over its channels and all pixels."""

    groups: int
    channels: int
    eps: float = 1e-5

    def __post_init__(self):
        """Refuse groups that leave a remainder."""
        _check_groups("SpatialGroupNorm", self.groups, self.channels)

    def init(self, key):
        """Return {"gamma": ones, "beta": zeros}."""
        return _scale_and_shift(self.channels)

    def forward(self, params, state, x, *, train, noise=None):
        """Return out, cache, state."""
        out, cache = spatial_groupnorm.spatial_groupnorm_forward(
            x, params["gamma"], params["beta"], groups=self.groups, eps=self.eps
        )
        return out, cache, state

    def backward(self, dout, cache):
        """Return dx, {"gamma": dgamma, "beta": dbeta}."""
        dx, dgamma, dbeta = spatial_groupnorm.spatial_groupnorm_backward(dout, cache)
        return dx, {"gamma": dgamma, "beta": dbeta}
