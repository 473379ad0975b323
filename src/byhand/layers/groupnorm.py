"""Group normalisation of vectors."""

from __future__ import annotations

from jaxtyping import Float

from byhand.arrays import Array, namespace


def groupnorm_forward(
    x: Float[Array, "n c"], gamma: Float[Array, "c"], beta: Float[Array, "c"], *, groups: int, eps: float = 1e-5
):
    """Standardise every group of channels of every example on its own, then scale and shift each channel.

        out = gamma * (x - mu) / sqrt(var + eps) + beta

    where mu and var are the mean and the (biased) variance of one example over the K = C / groups channels of one group.
    Neighbours belong together: the first group is the first K channels. With one group it is layer norm. No example sees
    another, so training and testing are the same.

    Args:
        x: (N, C), a batch.
        gamma: (C,), the scale, one number a channel.
        beta: (C,), the shift, one number a channel.
        groups: the number of groups G; it divides C.
        eps: added to the variance, against division by zero.

    Returns:
        out: (N, C).
        cache: (xhat, std, gamma), what `groupnorm_backward` needs; xhat is (N, G, K) and std (N, G, 1).

    >>> import numpy as np
    >>> out, (xhat, std, gamma) = groupnorm_forward(np.eye(4, 6), np.ones(6), np.zeros(6), groups=3)
    >>> out.shape, xhat.shape, std.shape
    ((4, 6), (4, 3, 2), (4, 3, 1))

    Wu and He, "Group Normalization", 2018.
    """
    xp = namespace(x)
    n, c = x.shape
    grouped = xp.reshape(x, (n, groups, c // groups))  # (N, G, K)
    mu = xp.mean(grouped, axis=-1, keepdims=True)  # (N, G, 1)
    xc = grouped - mu  # (N, G, K)
    var = xp.mean(xc**2, axis=-1, keepdims=True)  # (N, G, 1)
    std = xp.sqrt(var + eps)  # (N, G, 1)
    xhat = xc / std  # (N, G, K)
    out = gamma * xp.reshape(xhat, (n, c)) + beta
    cache = (xhat, std, gamma)
    return out, cache


def groupnorm_backward(dout: Float[Array, "n c"], cache):
    """Return the gradients of group normalisation.

    Derivation: out = gamma * xhat + beta, channel by channel, gives dbeta, dgamma (each sums over the examples, for each
    is used in every one) and dxhat. Laid out in groups, (N, G, K), every group is what an example was to layer norm: x
    reaches xhat by three routes, all within one group, and dx is the sum of what comes back along them:

        directly:     xhat = xc / std with xc = x - mu         dxhat / std
        through var:  std = sqrt(var + eps), var = mean(xc^2)  dxc gains dvar * 2 * xc / K,  dvar = dstd / (2 * std)
        through mu:   xc = x - mu, mu = mean(x)                dx gains dmu / K,  dmu = -sum(dxc)

    with dstd = -sum(dxhat * xhat) / std. These sums run over the K channels of one group of one example.

    Args:
        dout: (N, C), the upstream gradient.
        cache: (xhat, std, gamma), from `groupnorm_forward`; xhat is (N, G, K) and std (N, G, 1).

    Returns:
        dx: (N, C).
        dgamma: (C,).
        dbeta: (C,).
    """
    xp = namespace(dout)
    xhat, std, gamma = cache
    k = xhat.shape[-1]
    dbeta = xp.sum(dout, axis=0)  # (C,)
    dgamma = xp.sum(dout * xp.reshape(xhat, dout.shape), axis=0)  # (C,)
    dxhat = xp.reshape(dout * gamma, xhat.shape)  # (N, G, K)
    dstd = -xp.sum(dxhat * xhat, axis=-1, keepdims=True) / std  # (N, G, 1)
    dvar = dstd / (2 * std)  # (N, G, 1)
    dxc = dxhat / std + dvar * 2 * (xhat * std) / k  # (N, G, K)
    dmu = -xp.sum(dxc, axis=-1, keepdims=True)  # (N, G, 1)
    dx = xp.reshape(dxc + dmu / k, dout.shape)  # (N, C)
    return dx, dgamma, dbeta
