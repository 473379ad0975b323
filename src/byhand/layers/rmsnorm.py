"""Normalisation by the root mean square."""

from __future__ import annotations

from jaxtyping import Float

from byhand.arrays import Array, namespace


def rmsnorm_forward(x: Float[Array, "*n d"], gamma: Float[Array, "d"], *, eps: float = 1e-5):
    """Divide every example by the root of the mean of its squares, then scale each feature.

        out = gamma * x / sqrt(ms + eps)

    where ms is the mean of the squares of each example over its D features. No mean is subtracted and nothing is added:
    it is layer norm without its mean and without its shift. No example sees another, so training and testing are the
    same.

    Args:
        x: (..., D), any number of axes before the last.
        gamma: (D,), the scale.
        eps: added to the mean square, against division by zero.

    Returns:
        out: (..., D).
        cache: (xhat, rms, gamma), what `rmsnorm_backward` needs.

    >>> import numpy as np
    >>> out, cache = rmsnorm_forward(np.eye(4, 3), np.ones(3))
    >>> out.shape
    (4, 3)

    Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019. Differs from PyTorch's `rms_norm`: eps is 1e-5, not
    the step between 1 and the next float.
    """
    xp = namespace(x)
    ms = xp.mean(x**2, axis=-1, keepdims=True)  # (..., 1)
    rms = xp.sqrt(ms + eps)  # (..., 1)
    xhat = x / rms  # (..., D)
    out = gamma * xhat
    cache = (xhat, rms, gamma)
    return out, cache


def rmsnorm_backward(dout: Float[Array, "*n d"], cache):
    """Return the gradients of normalisation by the root mean square.

    Derivation: out = gamma * xhat gives dgamma (a sum over all examples, for gamma is used in every one) and dxhat. x
    reaches xhat by two routes, both within one example, and dx is the sum of what comes back along them:

        directly:    xhat = x / rms                          dxhat / rms
        through ms:  rms = sqrt(ms + eps), ms = mean(x^2)    dx gains dms * 2 * x / D,  dms = drms / (2 * rms)

    with drms = -sum(dxhat * xhat) / rms, a sum over the features of one example, and x = xhat * rms. No mean was
    subtracted, so no third route comes back.

    Args:
        dout: (..., D), the upstream gradient.
        cache: (xhat, rms, gamma), from `rmsnorm_forward`.

    Returns:
        dx: (..., D).
        dgamma: (D,).
    """
    xp = namespace(dout)
    xhat, rms, gamma = cache
    d = dout.shape[-1]
    dgamma = xp.sum(xp.reshape(dout * xhat, (-1, d)), axis=0)  # (D,)
    dxhat = dout * gamma  # (..., D)
    drms = -xp.sum(dxhat * xhat, axis=-1, keepdims=True) / rms  # (..., 1)
    dms = drms / (2 * rms)  # (..., 1)
    dx = dxhat / rms + dms * 2 * (xhat * rms) / d  # (..., D)
    return dx, dgamma
