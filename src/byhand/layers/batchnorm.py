"""Batch normalisation."""

from __future__ import annotations

from jaxtyping import Float

from byhand.arrays import Array, namespace


def batchnorm_forward(
    x: Float[Array, "n d"],
    gamma: Float[Array, "d"],
    beta: Float[Array, "d"],
    running: dict,
    *,
    train: bool,
    momentum: float = 0.9,
    eps: float = 1e-5,
):
    """Standardise every feature over the batch, then scale and shift it.

        out = gamma * (x - mu) / sqrt(var + eps) + beta

    where, in training, mu and var are the mean and the (biased) variance of each column over the batch, and the running
    statistics move toward them, running = momentum * running + (1 - momentum) * batch; in testing, mu and var are the
    running statistics.

    Args:
        x: (N, D), a batch.
        gamma: (D,), the scale.
        beta: (D,), the shift.
        running: {"mean": (D,), "var": (D,)}, the running statistics so far.
        train: whether to use (and learn from) the batch's own statistics.
        momentum: how much of the running statistics stays.
        eps: added to the variance, against division by zero.

    Returns:
        out: (N, D).
        cache: (xhat, std, gamma, train), what `batchnorm_backward` needs.
        running: the new running statistics; in testing, the old ones.

    >>> import numpy as np
    >>> running = {"mean": np.zeros(3), "var": np.ones(3)}
    >>> out, cache, running = batchnorm_forward(np.eye(4, 3), np.ones(3), np.zeros(3), running, train=True)
    >>> out.shape, running["mean"].shape
    ((4, 3), (3,))

    Ioffe and Szegedy, "Batch Normalization", 2015. Differs from PyTorch: the running variance is the biased one, and
    momentum is what stays, not what comes.
    """
    xp = namespace(x)
    if train:
        mu = xp.mean(x, axis=0)  # (D,)
        xc = x - mu  # (N, D)
        var = xp.mean(xc**2, axis=0)  # (D,)
        running = {
            "mean": momentum * running["mean"] + (1 - momentum) * mu,
            "var": momentum * running["var"] + (1 - momentum) * var,
        }
    else:
        xc = x - running["mean"]
        var = running["var"]
    std = xp.sqrt(var + eps)  # (D,)
    xhat = xc / std  # (N, D)
    out = gamma * xhat + beta
    cache = (xhat, std, gamma, train)
    return out, cache, running


def batchnorm_backward(dout: Float[Array, "n d"], cache):
    """Return the gradients of batch normalisation, one step of the forward at a time, from the last to the first.

    Derivation: out = gamma * xhat + beta gives dbeta, dgamma (each sums over the batch, for each is used in every row)
    and dxhat. In training, x reaches xhat by three routes, and dx is the sum of what comes back along them:

        directly:        xhat = xc / std with xc = x - mu        dxhat / std
        through var:     std = sqrt(var + eps), var = mean(xc^2)  dxc gains dvar * 2 * xc / N,  dvar = dstd / (2 * std)
        through mu:      xc = x - mu, mu = mean(x)                dx gains dmu / N,  dmu = -sum(dxc)

    with dstd = -sum(dxhat * xhat) / std. In testing mu and var are constants and only the direct route is left.

    Args:
        dout: (N, D), the upstream gradient.
        cache: (xhat, std, gamma, train), from `batchnorm_forward`.

    Returns:
        dx: (N, D).
        dgamma: (D,).
        dbeta: (D,).
    """
    xp = namespace(dout)
    xhat, std, gamma, train = cache
    n = dout.shape[0]
    dbeta = xp.sum(dout, axis=0)  # (D,)
    dgamma = xp.sum(dout * xhat, axis=0)  # (D,)
    dxhat = dout * gamma  # (N, D)
    dx = dxhat / std
    if train:
        dstd = -xp.sum(dxhat * xhat, axis=0) / std  # (D,)
        dvar = dstd / (2 * std)  # (D,)
        dxc = dx + dvar * 2 * (xhat * std) / n  # (N, D)
        dmu = -xp.sum(dxc, axis=0)  # (D,)
        dx = dxc + dmu / n
    return dx, dgamma, dbeta


def batchnorm_backward_alt(dout: Float[Array, "n d"], cache):
    """Return the gradients of batch normalisation in closed form.

        dx = (dxhat - mean(dxhat) - xhat * mean(dxhat * xhat)) / std

    Derivation: put the three routes of `batchnorm_backward` together. The route through var brings
    -xhat * mean(dxhat * xhat) / std; the route through mu brings -mean(dxhat) / std, because the part of dxc that came
    through var sums to zero over the batch (xhat does). In testing, dx = dxhat / std.

    Args:
        dout: (N, D), the upstream gradient.
        cache: (xhat, std, gamma, train), from `batchnorm_forward`.

    Returns:
        dx: (N, D).
        dgamma: (D,).
        dbeta: (D,).
    """
    xp = namespace(dout)
    xhat, std, gamma, train = cache
    dbeta = xp.sum(dout, axis=0)  # (D,)
    dgamma = xp.sum(dout * xhat, axis=0)  # (D,)
    dxhat = dout * gamma  # (N, D)
    if train:
        dxhat = dxhat - xp.mean(dxhat, axis=0) - xhat * xp.mean(dxhat * xhat, axis=0)
    dx = dxhat / std
    return dx, dgamma, dbeta
