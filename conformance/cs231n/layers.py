"""`cs231n/layers.py`: each function returns what CS231n's does; caches are byhand's."""

import numpy as np

from byhand.layers import activations, batchnorm, dropout, layernorm, linear, losses, spatial_batchnorm, spatial_groupnorm


def affine_forward(x, w, b):
    """Return out, cache."""
    return linear.affine_forward(x, w, b)[0], (x, w, b)


def affine_backward(dout, cache):
    """Return dx, dw, db."""
    return linear.affine_backward(dout, cache[:2])


def relu_forward(x):
    """Return out, cache."""
    return activations.relu_forward(x)[0], x


def relu_backward(dout, cache):
    """Return dx."""
    return activations.relu_backward(dout, (cache,))


def svm_loss(x, y):
    """Return loss, dx."""
    return losses.svm_loss(x, y)


def softmax_loss(x, y):
    """Return loss, dx."""
    return losses.softmax_loss(x, y)


def _normalize(forward, x, gamma, beta, bn_param):
    """Run a batch norm, and leave the running statistics in bn_param."""
    size = gamma.size
    running = {name: bn_param.get(f"running_{name}", np.zeros(size, dtype=x.dtype)) for name in ("mean", "var")}
    options = {name: bn_param[name] for name in ("momentum", "eps") if name in bn_param}
    if bn_param["mode"] not in ("train", "test"):
        raise ValueError(f'bn_param["mode"]: expected "train" or "test", got {bn_param["mode"]!r}')
    out, cache, running = forward(x, gamma, beta, running, train=bn_param["mode"] == "train", **options)
    bn_param.update({f"running_{name}": value for name, value in running.items()})
    return out, cache


def batchnorm_forward(x, gamma, beta, bn_param):
    """Return out, cache; the running statistics are left in bn_param."""
    return _normalize(batchnorm.batchnorm_forward, x, gamma, beta, bn_param)


def batchnorm_backward(dout, cache):
    """Return dx, dgamma, dbeta."""
    return batchnorm.batchnorm_backward(dout, cache)


def batchnorm_backward_alt(dout, cache):
    """Return dx, dgamma, dbeta."""
    return batchnorm.batchnorm_backward_alt(dout, cache)


def layernorm_forward(x, gamma, beta, ln_param):
    """Return out, cache."""
    return layernorm.layernorm_forward(x, gamma, beta, eps=ln_param.get("eps", 1e-5))


def layernorm_backward(dout, cache):
    """Return dx, dgamma, dbeta."""
    return layernorm.layernorm_backward(dout, cache)


def dropout_forward(x, dropout_param):
    """Return out, cache; p is the probability of keeping."""
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    train = dropout_param["mode"] == "train"
    noise = np.random.rand(*x.shape) if train else None
    return dropout.dropout_forward(x, noise, keep=dropout_param["p"], train=train)


def dropout_backward(dout, cache):
    """Return dx."""
    return dropout.dropout_backward(dout, cache)


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    """Return out, cache; the running statistics are left in bn_param."""
    return _normalize(spatial_batchnorm.spatial_batchnorm_forward, x, gamma, beta, bn_param)


def spatial_batchnorm_backward(dout, cache):
    """Return dx, dgamma, dbeta."""
    return spatial_batchnorm.spatial_batchnorm_backward(dout, cache)


def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    """Return out, cache; gamma and beta are (1, C, 1, 1) or (C,)."""
    options = {"eps": gn_param.get("eps", 1e-5)}
    out, cache = spatial_groupnorm.spatial_groupnorm_forward(x, gamma.reshape(-1), beta.reshape(-1), groups=G, **options)
    return out, (cache, gamma.shape)


def spatial_groupnorm_backward(dout, cache):
    """Return dx, dgamma, dbeta, the last two in the shape of gamma."""
    cache, shape = cache
    dx, dgamma, dbeta = spatial_groupnorm.spatial_groupnorm_backward(dout, cache)
    return dx, dgamma.reshape(shape), dbeta.reshape(shape)
