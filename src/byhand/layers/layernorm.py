"""Layer normalisation."""

from __future__ import annotations

from jaxtyping import Float

from byhand.arrays import Array, namespace


def layernorm_forward(x: Float[Array, "*n d"], gamma: Float[Array, "d"], beta: Float[Array, "d"], *, eps: float = 1e-5):
    """Standardise every example over its own features, then scale and shift each feature.

        out = gamma * (x - mu) / sqrt(var + eps) + beta

    where mu and var are the mean and the (biased) variance of each example over its D features. No example sees
    another, so training and testing are the same.

    Args:
        x: (..., D), any number of axes before the last.
        gamma: (D,), the scale.
        beta: (D,), the shift.
        eps: added to the variance, against division by zero.

    Returns:
        out: (..., D).
        cache: (xhat, std, gamma), what `layernorm_backward` needs.

    >>> import numpy as np
    >>> out, cache = layernorm_forward(np.eye(4, 3), np.ones(3), np.zeros(3))
    >>> out.shape
    (4, 3)

    Ba, Kiros and Hinton, "Layer Normalization", 2016.
    """
    xp = namespace(x)
    mu = xp.mean(x, axis=-1, keepdims=True)  # (..., 1)
    xc = x - mu  # (..., D)
    var = xp.mean(xc**2, axis=-1, keepdims=True)  # (..., 1)
    std = xp.sqrt(var + eps)  # (..., 1)
    xhat = xc / std  # (..., D)
    out = gamma * xhat + beta
    cache = (xhat, std, gamma)
    return out, cache


def layernorm_backward(dout: Float[Array, "*n d"], cache):
    """Return the gradients of layer normalisation.

    Derivation: out = gamma * xhat + beta gives dbeta, dgamma (each sums over all examples, for each is used in every
    one) and dxhat. x reaches xhat by three routes, all within one example, and dx is the sum of what comes back along
    them:

        directly:     xhat = xc / std with xc = x - mu         dxhat / std
        through var:  std = sqrt(var + eps), var = mean(xc^2)  dxc gains dvar * 2 * xc / D,  dvar = dstd / (2 * std)
        through mu:   xc = x - mu, mu = mean(x)                dx gains dmu / D,  dmu = -sum(dxc)

    with dstd = -sum(dxhat * xhat) / std. These sums run over the features of one example.

    Args:
        dout: (..., D), the upstream gradient.
        cache: (xhat, std, gamma), from `layernorm_forward`.

    Returns:
        dx: (..., D).
        dgamma: (D,).
        dbeta: (D,).
    """
    xp = namespace(dout)
    xhat, std, gamma = cache
    d = dout.shape[-1]
    dbeta = xp.sum(xp.reshape(dout, (-1, d)), axis=0)  # (D,)
    dgamma = xp.sum(xp.reshape(dout * xhat, (-1, d)), axis=0)  # (D,)
    dxhat = dout * gamma  # (..., D)
    dstd = -xp.sum(dxhat * xhat, axis=-1, keepdims=True) / std  # (..., 1)
    dvar = dstd / (2 * std)  # (..., 1)
    dxc = dxhat / std + dvar * 2 * (xhat * std) / d  # (..., D)
    dmu = -xp.sum(dxc, axis=-1, keepdims=True)  # (..., 1)
    dx = dxc + dmu / d
    return dx, dgamma, dbeta
